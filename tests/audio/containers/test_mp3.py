from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals import sweep, write_mp3
from voiceprep.audio.containers.mp3 import walk
from voiceprep.errors import Unreadable

HEADERLESS = ("-write_xing", "0", "-id3v2_version", "0")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mp3")
    sound = sweep(2.0, rate=44100)
    return {
        "tagged": write_mp3(folder / "tagged.mp3", sound, 44100, "-b:a", "128k").read_bytes(),
        "bare": write_mp3(folder / "bare.mp3", sound, 44100, "-q:a", "4", *HEADERLESS).read_bytes(),
    }


def walk_bytes(tmp_path, data):
    path = tmp_path / "sound.mp3"
    path.write_bytes(data)
    return walk(path)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 24000, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_length_is_that_of_what_was_encoded(tmp_path, rate, channels):
    sound = np.stack([sweep(1.0, rate)] * channels, axis=1)
    told = walk(write_mp3(tmp_path / "sound.mp3", sound, rate, "-b:a", "64k"))
    assert (told.samples, told.rate, told.channels) == (len(sound), rate, channels)
    assert told.promised_frames == told.frames
    assert not (told.cut_off or told.cut or told.junk_before or told.junk_within)


def test_without_a_header_every_frame_counts(tmp_path, made):
    told = walk_bytes(tmp_path, made["bare"])
    assert told.promised_frames is None
    assert told.delay == told.padding == 0
    assert told.samples == told.frames * 1152 >= 2 * 44100


def test_half_a_file_holds_half_of_what_it_promises(tmp_path, made):
    told = walk_bytes(tmp_path, made["tagged"][: len(made["tagged"]) // 2])
    assert told.cut_off
    assert told.samples == pytest.approx(told.promised_samples / 2, rel=0.05)


def test_half_a_headerless_file_is_cut_in_its_last_frame(tmp_path, made):
    told = walk_bytes(tmp_path, made["bare"][: len(made["bare"]) // 2 + 1])
    assert told.cut
    assert not told.cut_off


@pytest.mark.parametrize(
    "junk", [b"\0" * 5000, b"hello\r\n" * 999, b"\xff" * 5000, b"\xff\xfb" * 99]
)
def test_junk_before_the_first_frame_is_counted_and_passed_over(tmp_path, made, junk):
    told = walk_bytes(tmp_path, junk + made["tagged"])
    clean = walk_bytes(tmp_path, made["tagged"])
    # The encoder's own ID3 tag stands behind the junk here, where it is none any more.
    assert told.junk_before == told.start == len(junk) + clean.start
    assert told.samples == clean.samples


def test_tags_are_no_junk(tmp_path, made):
    id3v2 = b"ID3\x04\0\0\0\0\x10\0" + bytes(2048)
    id3v1 = b"TAG" + b"x" * 125
    body = b"x" * 100
    footer = b"APETAGEX" + (2000).to_bytes(4, "little") + (132).to_bytes(4, "little")
    ape = body + footer + bytes(16)
    clean = walk_bytes(tmp_path, made["bare"])
    told = walk_bytes(tmp_path, id3v2 + id3v2 + made["bare"] + ape + id3v1)
    assert told == replace(clean, start=clean.start + 2 * len(id3v2))


def test_a_corrupt_stretch_is_counted_and_the_walk_goes_on(tmp_path, made):
    data = bytearray(made["bare"])
    middle = len(data) // 2
    data[middle : middle + 2000] = bytes(2000)
    told, clean = walk_bytes(tmp_path, bytes(data)), walk_bytes(tmp_path, made["bare"])
    assert 1500 < told.junk_within < 4000
    assert clean.frames - 25 < told.frames < clean.frames


@pytest.mark.parametrize("data", [b"", b"\xff", b"This is a note.\n" * 50, b"\xff\xfb\x90\x00"])
def test_what_is_no_mp3_is_told(tmp_path, data):
    with pytest.raises(Unreadable, match="holds no mp3 frame"):
        walk_bytes(tmp_path, data)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=2000), st.integers(0, 30000), st.integers(0, 30000))
def test_any_bytes_are_walked_or_refused(tmp_path_factory, made, junk, start, end):
    folder = tmp_path_factory.mktemp("bytes")
    data = made["tagged"][start:end] + junk + made["bare"][start:end]
    try:
        told = walk_bytes(folder, data)
    except Unreadable:
        return
    assert told.frames * 24 <= len(data)
