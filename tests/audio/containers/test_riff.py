import struct
import subprocess

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals import noise, tone, write
from voiceprep.audio.containers.riff import check_header
from voiceprep.audio.sound import listen, read_header, read_sound
from voiceprep.errors import Unreadable, Unusable


@pytest.fixture
def wav(tmp_path):
    return write(tmp_path / "sound.wav", tone())


def patch(path, place, layout, value):
    data = bytearray(path.read_bytes())
    struct.pack_into(layout, data, place, value)
    path.write_bytes(data)


def test_a_whole_wav_passes(wav):
    assert read_header(wav).frames == 22050


@pytest.mark.parametrize(
    "subtype", ["PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAW", "ULAW"]
)
def test_every_sample_format_passes(tmp_path, subtype):
    assert read_header(write(tmp_path / "sound.wav", tone(), subtype=subtype)).frames == 22050


@pytest.mark.parametrize(
    "size", [0x7F000000, 0x7FFFF000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFD8, 0xFFFFFFFF]
)
def test_a_wav_written_into_a_pipe_passes(wav, size):
    patch(wav, 40, "<I", size)
    assert read_header(wav).frames == 22050


def test_other_kinds_of_file_pass(tmp_path):
    path = tmp_path / "note.wav"
    path.write_text("no wav at all")
    check_header(path)
    with pytest.raises(Unreadable):
        read_header(path)


def test_a_header_that_says_nothing_follows_is_told(wav):
    patch(wav, 40, "<I", 0)
    with pytest.raises(Unusable, match="says that it holds no samples, but 44100 bytes follow"):
        check_header(wav)


def test_a_cut_wav_says_how_much_is_there(wav):
    wav.write_bytes(wav.read_bytes()[: 44 + 22050])
    why = r"cut off: its header promises 1\.00 s, the file holds 0\.50 s"
    with pytest.raises(Unusable, match=why) as caught:
        check_header(wav)
    assert caught.value.seconds == 0.5


@pytest.mark.parametrize(
    ("place", "layout", "value", "why"),
    [
        (22, "<H", 0, "0 channels"),
        (24, "<I", 0, "says 0 Hz"),
        (22, "<H", 2, "its header contradicts itself"),
        (28, "<I", 22050, "contradicts itself"),
        (32, "<H", 4, "contradicts itself"),
        (34, "<H", 24, "contradicts itself"),
    ],
)
def test_fields_that_contradict_each_other_are_told(wav, place, layout, value, why):
    patch(wav, place, layout, value)
    with pytest.raises(Unusable, match=why):
        check_header(wav)


@pytest.mark.parametrize("size", [12, 20, 36, 40])
def test_a_wav_that_ends_in_its_header_is_cut_off(wav, size):
    wav.write_bytes(wav.read_bytes()[:size])
    with pytest.raises(Unusable, match="cut off"):
        check_header(wav)


def test_a_wav_that_espeak_spoke_into_a_pipe_passes(tmp_path):
    spoken = subprocess.run(["espeak-ng", "--stdout", "Hello."], capture_output=True, check=True)
    path = tmp_path / "spoken.wav"
    path.write_bytes(spoken.stdout)
    header = read_header(path)
    assert header.frames == (len(spoken.stdout) - 44) // 2


def test_a_claim_of_a_gigabyte_too_much_is_no_pipe(wav):
    patch(wav, 40, "<I", 2**30)
    with pytest.raises(Unusable, match="cut off"):
        check_header(wav)


CONTAINERS = [
    ("RF64", "LITTLE"),
    ("W64", "FILE"),
    ("WAV", "BIG"),
    ("WAVEX", "FILE"),
    ("AIFF", "FILE"),
    ("AIFF", "LITTLE"),
    ("CAF", "FILE"),
    ("AU", "BIG"),
]


@pytest.mark.parametrize(("form", "endian"), CONTAINERS)
def test_every_container_passes_whole_and_is_told_when_cut(tmp_path, form, endian):
    path = tmp_path / "sound"
    soundfile.write(path, tone(), 22050, format=form, subtype="PCM_16", endian=endian)
    check_header(path)
    whole = path.read_bytes()
    for size in (len(whole) // 2, 6000):
        path.write_bytes(whole[:size])
        with pytest.raises(Unusable, match="cut off") as caught:
            check_header(path)
        assert caught.value.seconds is None or 0 < caught.value.seconds < 1


@pytest.mark.parametrize("kind", ["aiff", "au", "caf", "w64", "wav"])
def test_a_sound_that_ffmpeg_wrote_into_a_pipe_passes(wav, tmp_path, kind):
    command = ["ffmpeg", "-v", "error", "-i", wav, "-f", kind, "pipe:1"]
    path = tmp_path / f"piped.{kind}"
    path.write_bytes(subprocess.run(command, capture_output=True, check=True).stdout)
    # libsndfile cannot read them all, ffmpeg can.
    assert listen(path).survey.frames == 22050


ABSURD = [
    *[("wav", 22, "<H", value) for value in (0, 65, 65535)],
    *[("wav", 24, "<I", value) for value in (0, 999, 384001, 4 * 10**9, 2**32 - 1)],
    *[("rf64", 58, "<H", value) for value in (0, 65, 65535)],
    *[("rf64", 60, "<I", value) for value in (1, 4 * 10**9)],
    *[("w64", 66, "<H", value) for value in (0, 65, 65535)],
    *[("w64", 68, "<I", value) for value in (1, 4 * 10**9)],
    *[("aiff", 20, ">H", value) for value in (0, 65, 65535)],
    *[("aiff", 28, ">H", value) for value in (0, 0x4030, 0x7FFE, 0x7FFF, 0xC00D, 0xFFFF)],
    *[("aiff", 30, ">Q", value) for value in (0, 1, 2**56)],
    *[("caf", 44, ">I", value) for value in (0, 65, 2**24 - 1, 2**32 - 1)],
    *[("caf", 20, ">d", value) for value in (0.0, -22050.0, 1.0, 4e9, float("nan"), float("inf"))],
    *[("au", 20, ">I", value) for value in (0, 65, 2**32 - 1)],
    *[("au", 16, ">I", value) for value in (0, 1, 4 * 10**9)],
]


@pytest.mark.parametrize(("form", "place", "layout", "value"), ABSURD)
def test_absurd_channels_and_rates_are_refused(tmp_path, form, place, layout, value):
    path = tmp_path / "sound"
    soundfile.write(path, tone(), 22050, format=form, subtype="PCM_16")
    check_header(path)
    patch(path, place, layout, value)
    for read in (check_header, read_sound, read_header, listen):
        with pytest.raises(Unusable, match=r"its header (says|contradicts)"):
            read(path)


@pytest.mark.parametrize("size", [1, 5, 8, 4001])
def test_other_chunks_of_odd_lengths_before_the_sound_are_passed_over(wav, size):
    data = wav.read_bytes()
    chunk = b"junk" + struct.pack("<I", size) + b"x" * (size + size % 2)
    wav.write_bytes(data[:36] + chunk + data[36:])
    check_header(wav)
    assert np.array_equal(soundfile.read(wav)[0], soundfile.read(write(wav, tone()))[0])


def test_what_stands_behind_the_sound_does_not_matter(wav):
    wav.write_bytes(wav.read_bytes() + b"LIST\xff\xff\xff\x7fwhatever")
    assert read_header(wav).frames == 22050


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=60), st.integers(0, 60), st.sampled_from(CONTAINERS))
def test_any_header_is_passed_or_refused(tmp_path_factory, junk, place, container):
    path = tmp_path_factory.mktemp("junk") / "sound"
    form, endian = container
    soundfile.write(path, noise(0.1), 22050, format=form, subtype="PCM_16", endian=endian)
    data = path.read_bytes()
    path.write_bytes(data[:place] + junk + data[place + len(junk) :])
    try:
        check_header(path)
    except Unusable as refusal:
        assert refusal.why
