import struct
import subprocess

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals import noise, tone, write
from voiceprep.audio.containers.riff import check_header
from voiceprep.audio.limits import say_bytes
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


def test_a_cut_wav_says_how_much_is_there(wav):
    wav.write_bytes(wav.read_bytes()[: 44 + 22050])
    with pytest.raises(Unusable, match="22050 bytes are missing") as caught:
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
        with pytest.raises(Unusable, match="header"):
            read(path)


@pytest.mark.parametrize("size", [1, 5, 8, 4001])
def test_other_chunks_of_odd_lengths_before_the_sound_are_passed_over(wav, size):
    data = wav.read_bytes()
    chunk = b"junk" + struct.pack("<I", size) + b"x" * (size + size % 2)
    wav.write_bytes(data[:36] + chunk + data[36:])
    check_header(wav)
    assert np.array_equal(soundfile.read(wav)[0], soundfile.read(write(wav, tone()))[0])


def with_length(path, change, tail=b""):
    """The frames that are read, and the warnings, when the length of the sound is changed."""
    data = bytearray(path.read_bytes())
    head = data[:4]
    if head == b"RF64":
        at, layout, counted = data.index(b"ds64") + 16, "<Q", 0
    elif head == b"riff":
        at, layout, counted = data.index(b"data\xf3") + 16, "<Q", 24
    elif head == b"caff":
        at, layout, counted = data.index(b"data") + 4, ">Q", 4
    elif head == b".snd":
        at, layout, counted = 8, ">I", 0
    elif head == b"FORM":
        at, layout, counted = data.index(b"SSND") + 4, ">I", 8
    else:
        at, layout, counted = data.index(b"data") + 4, "<I", 0
    length = change(struct.unpack_from(layout, data, at)[0], counted)
    struct.pack_into(layout, data, at, length)
    path.write_bytes(data + tail)
    recording = listen(path)
    return recording.survey.frames, recording.source.warnings


def chunk(form, size=18, name=b"LIST"):
    """A chunk as it stands behind the sound of each kind of file."""
    if form == "W64":
        return b"junk" + bytes(12) + struct.pack("<Q", size + 24) + bytes([7]) * size
    layout = {"AIFF": ">I", "CAF": ">Q"}.get(form, "<I")
    name = {"AIFF": b"ANNO", "CAF": b"info"}.get(form, name)
    return name + struct.pack(layout, size) + bytes([7]) * size


FORMS = ["WAV", "WAVEX", "RF64", "W64", "AIFF", "CAF", "AU"]
CHUNKED = [form for form in FORMS if form != "AU"]


@pytest.fixture(params=FORMS)
def form(request):
    return request.param


@pytest.fixture
def sound(tmp_path, form):
    path = tmp_path / "sound"
    soundfile.write(path, noise(1.0), 22050, format=form, subtype="PCM_16")
    return path


@pytest.mark.parametrize("more", [1, 4, 10, 28, 44])
def test_a_header_a_few_bytes_too_large_is_read_in_full_and_told(sound, more):
    frames, warnings = with_length(sound, lambda size, _: size + more)
    assert frames == 22050
    assert warnings == (f"its header promises {say_bytes(more)} more than it holds",)


@pytest.mark.parametrize("form", [form for form in CHUNKED if form != "W64"], indirect=True)
@pytest.mark.parametrize("more", [4, 10, 28, 44])
def test_a_header_that_is_too_large_makes_no_chunk_a_click(sound, form, more):
    frames, warnings = with_length(sound, lambda size, _: size + more, chunk(form))
    assert frames == 22050
    assert warnings == (f"its header promises {say_bytes(more)} more than it holds",)


@pytest.mark.parametrize("more", [600, 5000])
def test_a_sound_of_which_more_than_ten_milliseconds_are_missing_is_cut_off(sound, more):
    with pytest.raises(Unusable, match=f"cut off.*{more} bytes are missing") as caught:
        with_length(sound, lambda size, _: size + more)
    assert caught.value.seconds == pytest.approx(1.0)


@pytest.mark.parametrize("unpatched", [0, -1, 0x7FFFFFFF])
def test_a_header_that_was_never_completed_is_read_to_the_end(sound, form, unpatched):
    width = 64 if form in ("W64", "CAF", "RF64") else 32
    for tail in (b"", chunk(form) if form not in ("AU", "W64") else b""):
        frames, warnings = with_length(sound, lambda *_: unpatched % 2**width, tail)
        assert frames == 22050
        assert not warnings


def test_an_empty_wav_with_tags_is_empty(wav):
    data = wav.read_bytes()
    wav.write_bytes(data[:40] + bytes(4) + chunk("WAV"))
    assert check_header(wav).end == 44
    with pytest.raises(Unusable):
        listen(wav)


@pytest.mark.parametrize("form", CHUNKED, indirect=True)
def test_chunks_and_zeros_behind_the_sound_are_neither_read_nor_told(sound, form):
    for tail in (chunk(form), chunk(form, 40) + bytes(1000), bytes(5000)):
        frames, warnings = with_length(sound, lambda size, _: size, bytes(-44100 % 8) + tail)
        assert frames == 22050
        assert not warnings
        soundfile.write(sound, noise(1.0), 22050, format=form, subtype="PCM_16")


@pytest.mark.parametrize("name", [b"LIST", b"id3 ", b"bext", b"iXML", b"JUNK", b"cue ", b"xyz1"])
def test_an_odd_sound_without_a_pad_byte_is_read_in_full(tmp_path, name):
    path = tmp_path / "sound.wav"
    soundfile.write(path, noise(1.0)[:22049], 22050, subtype="PCM_U8")
    data = path.read_bytes()[: 44 + 22049]
    for tail in (b"", chunk("WAV", name=name), b"\0" + chunk("WAV", name=name)):
        path.write_bytes(data + tail)
        recording = listen(path)
        assert recording.survey.frames == 22049
        assert not recording.source.warnings


@pytest.mark.parametrize("tag", [b"TAG" + bytes(125), b"ID3\x04\0\0\0\0\0\x64" + b"x" * 100])
def test_tags_of_an_mp3_behind_a_wav_are_not_told(wav, tag):
    wav.write_bytes(wav.read_bytes() + tag)
    assert not check_header(wav).warnings


def test_a_chunk_behind_the_sound_that_is_cut_off_is_not_told(wav):
    wav.write_bytes(wav.read_bytes() + b"LIST\xff\xff\xff\x7fwhatever")
    assert not check_header(wav).warnings
    assert read_header(wav).frames == 22050


def test_a_second_wav_behind_the_first_is_told_with_its_place(wav):
    first = wav.read_bytes()
    wav.write_bytes(first + first)
    recording = listen(wav)
    assert recording.survey.frames == 22050
    assert recording.source.depth == 16
    assert recording.source.warnings == (
        "44144 bytes after its sound were not read, about 1.00 s at 1.00 s: they are a second wav, "
        "split it off",
    )


def test_bytes_behind_the_sound_that_nothing_reads_are_told(sound):
    frames, (warning,) = with_length(sound, lambda size, _: size - 22056)
    assert frames == 22050 - 22056 // 2
    assert "bytes after its sound were not read, about 0.50 s at 0.50 s" in warning


@pytest.mark.parametrize("added", [1, 2, 7])
def test_a_few_bytes_that_were_added_are_told(wav, added):
    data = wav.read_bytes()
    wav.write_bytes(data[:9000] + b"\x7f" * added + data[9000:])
    (warning,) = check_header(wav).warnings
    assert warning.startswith(f"{added} bytes after its sound were not read")


def test_an_mp3_in_a_wav_is_read_as_an_mp3(wav, tmp_path):
    path = tmp_path / "mp3.wav"
    command = ["ffmpeg", "-v", "error", "-i", wav, "-c:a", "libmp3lame", "-f", "wav", path]
    subprocess.run(command, check=True)
    layout = check_header(path)
    assert layout.mpeg
    assert path.read_bytes()[layout.begin :][:2] == b"\xff\xf3"
    recording = listen(path)
    assert not recording.source.warnings
    assert 22050 <= recording.survey.frames <= 22050 + 5 * 576
    path.write_bytes(path.read_bytes()[: layout.end // 2])
    with pytest.raises(Unusable):
        listen(path)


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
