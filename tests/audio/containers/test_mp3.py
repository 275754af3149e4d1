from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals import noise, speech, sweep, write_mp3
from voiceprep.audio.containers.mp3 import Mp3Part, walk
from voiceprep.audio.containers.mp3_frames import FRAMES
from voiceprep.errors import Unreadable, Unusable

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


def frame_places(tmp_path, data):
    """The first byte of each frame."""
    places, at = [], walk_bytes(tmp_path, data).start
    while at + 4 <= len(data):
        places.append(at)
        at += FRAMES[data[at : at + 3]][0]
    return places


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 24000, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_length_is_that_of_what_was_encoded(tmp_path, rate, channels):
    sound = np.stack([sweep(1.0, rate)] * channels, axis=1)
    told = walk(write_mp3(tmp_path / "sound.mp3", sound, rate, "-b:a", "64k"))
    assert (told.samples, told.rate, told.channels) == (len(sound), rate, channels)
    (part,) = told.parts
    assert part.promised == part.frames == told.frames
    told.check()
    assert not told.warnings()


def test_without_a_header_every_frame_counts(tmp_path, made):
    told = walk_bytes(tmp_path, made["bare"])
    assert told.parts == (Mp3Part(0, told.frames),)
    assert told.samples == told.frames * 1152 >= 2 * 44100


def test_half_a_file_holds_half_of_what_it_promises(tmp_path, made):
    told = walk_bytes(tmp_path, made["tagged"][: len(made["tagged"]) // 2])
    with pytest.raises(Unusable, match=r"cut off: .* 2\.00 s, ") as caught:
        told.check()
    assert caught.value.seconds == pytest.approx(1.0, abs=0.05)


def test_half_a_headerless_file_is_cut_in_its_last_frame(tmp_path, made):
    told = walk_bytes(tmp_path, made["bare"][: len(made["bare"]) // 2 + 1])
    told.check()
    assert told.warnings() == ("its last frame is cut off",)


@pytest.mark.parametrize(
    "junk", [b"\0" * 5000, b"hello\r\n" * 999, b"\xff" * 5000, b"\xff\xfb" * 99]
)
def test_junk_before_the_first_frame_is_counted_and_passed_over(tmp_path, made, junk):
    told = walk_bytes(tmp_path, junk + made["tagged"])
    clean = walk_bytes(tmp_path, made["tagged"])
    # The encoder's own ID3 tag stands behind the junk here, where it is none any more.
    assert told.junk_before == told.start == len(junk) + clean.start
    assert told.samples == clean.samples
    assert told.warnings() == (f"{told.start} bytes before its first frame are not audio",)


ID3V2 = b"ID3\x04\0\0\0\0\x10\0" + bytes(2048)
ID3V2_AT_THE_END = b"ID3\x04\0\x10\0\0\0\x20" + bytes(32) + b"3DI\x04\0\x10\0\0\0\x20"
ID3V1 = b"TAG" + b"x" * 125
ID3V1_EXTENDED = b"TAG+" + b"x" * 223
LYRICS = b"LYRICSBEGININD00002110" + b"LYR00005hello" + b"000035LYRICS200"
OLD_LYRICS = b"LYRICSBEGINla la laLYRICSEND"


def ape(has_header=True, size=100):
    """An APEv2 tag of one item of `size` bytes, with a header or without."""

    def edge(flags):
        flags |= has_header << 31
        fields = (2000, size + 32, 1, flags)
        return b"APETAGEX" + b"".join(field.to_bytes(4, "little") for field in fields) + bytes(8)

    return edge(1 << 29) * has_header + b"\xff\xfb\x90x" * (size // 4) + edge(0)


TAGS = {
    "APE": ape(),
    "APE without a header": ape(has_header=False),
    "APE and ID3v1": ape(size=4000) + ID3V1,
    "ID3v1": ID3V1,
    "extended ID3v1": ID3V1_EXTENDED + ID3V1,
    "Lyrics3 and ID3v1": LYRICS + ID3V1,
    "old Lyrics3 and ID3v1": OLD_LYRICS + ID3V1,
    "ID3v2 with a footer": ID3V2_AT_THE_END,
    "all": ID3V2_AT_THE_END + ape() + LYRICS + ID3V1,
    "APE and zeros": ape() + bytes(5000),
    "zeros": bytes(3000),
}


@pytest.mark.parametrize("tag", TAGS.values(), ids=TAGS)
def test_tags_and_zeros_at_the_end_are_not_told(tmp_path, made, tag):
    for data in made.values():
        assert walk_bytes(tmp_path, data + tag) == walk_bytes(tmp_path, data)


def test_more_zeros_than_padding_are_told(tmp_path, made):
    told = walk_bytes(tmp_path, made["bare"] + bytes(40000))
    assert told.warnings() == ("40000 bytes after its last frame are not audio",)


@pytest.mark.parametrize("tag", [ID3V2 + ID3V2, ape() + ID3V2], ids=["two ID3v2", "APE and ID3v2"])
def test_tags_before_the_first_frame_are_not_told(tmp_path, made, tag):
    clean = walk_bytes(tmp_path, made["bare"])
    told = walk_bytes(tmp_path, tag + made["bare"])
    assert told == replace(clean, start=len(tag))


BETWEEN = [name for name in TAGS if "zeros" not in name and "without" not in name]


@pytest.mark.parametrize("name", BETWEEN)
def test_tags_between_joined_files_are_not_told(tmp_path, made, name):
    clean = walk_bytes(tmp_path, made["bare"])
    told = walk_bytes(tmp_path, made["bare"] + TAGS[name] + ID3V2 + made["bare"])
    assert told.frames == 2 * clean.frames
    assert not told.warnings()


def test_bytes_after_the_last_frame_are_told(tmp_path, made):
    told = walk_bytes(tmp_path, made["bare"] + b"RIFF, no frame" * 100)
    assert told.warnings() == ("1400 bytes after its last frame are not audio",)


def test_a_cut_last_frame_before_a_tag_is_told(tmp_path, made):
    told = walk_bytes(tmp_path, made["bare"][:-50] + ape() + ID3V1)
    assert told.warnings() == ("its last frame is cut off",)


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """Mp3s without a header of other kinds than `made["bare"]`, three seconds long."""
    folder = tmp_path_factory.mktemp("other")

    def encoded(rate, *options):
        return write_mp3(folder / "x.mp3", noise(3.0, rate=rate), rate, *HEADERLESS, *options)

    stereo = write_mp3(folder / "s.mp3", noise(6.0).reshape(-1, 2), 44100, *HEADERLESS)
    return {
        22050: encoded(22050).read_bytes(),
        48000: encoded(48000).read_bytes(),
        8000: encoded(8000).read_bytes(),
        "layer 2": encoded(44100, "-c:a", "mp2", "-f", "mp2").read_bytes(),
        "stereo": stereo.read_bytes(),
    }


@pytest.mark.parametrize("rate", [22050, 48000, 8000])
@pytest.mark.parametrize("tag", [b"", ID3V1 + ID3V2, b"junk" * 100], ids=["", "tags", "junk"])
def test_a_change_of_the_sampling_rate_is_told_with_its_place(tmp_path, made, other, rate, tag):
    told = walk_bytes(tmp_path, made["bare"] + tag + other[rate])
    why = rf"the sampling rate changes from 44100 to {rate} Hz at 2\.0\d s: split the file there"
    with pytest.raises(Unusable, match=why) as caught:
        told.check()
    assert caught.value.seconds == pytest.approx(2.0, abs=0.06)
    back = walk_bytes(tmp_path, other[rate] + tag + made["tagged"])
    with pytest.raises(Unusable, match=rf"from {rate} to 44100 Hz at 3\.\d\d s"):
        back.check()


def test_a_change_of_the_layer_is_told_with_its_place(tmp_path, made, other):
    told = walk_bytes(tmp_path, made["bare"] + other["layer 2"])
    with pytest.raises(Unusable, match=r"changes from MPEG layer 3 to 2 at 2\.0\d s"):
        told.check()


def test_a_frame_of_another_kind_is_junk(tmp_path, made, other):
    at = frame_places(tmp_path, made["bare"])[20]
    frame = other[48000][: FRAMES[other[48000][:3]][0]]
    told = walk_bytes(tmp_path, made["bare"][:at] + frame + made["bare"][at:])
    told.check()
    assert told.frames == walk_bytes(tmp_path, made["bare"]).frames
    assert f"damaged at 0.52 s: {len(frame)} bytes" in told.warnings()[0]


def test_a_change_from_mono_to_stereo_is_told_with_its_place(tmp_path, made, other):
    told = walk_bytes(tmp_path, made["bare"] + other["stereo"])
    told.check()
    assert told.channels == 1
    assert told.warnings() == ("changes from mono to stereo at 2.04 s",)


def test_joined_files_with_headers_count_the_frames_of_each(tmp_path, made):
    clean = walk_bytes(tmp_path, made["tagged"])
    told = walk_bytes(tmp_path, made["tagged"] + made["tagged"])
    (part,) = clean.parts
    assert told.parts == (part, replace(part, first=part.frames))
    assert told.samples == 2 * clean.frames * 1152 - part.delay - part.padding
    told.check()
    assert not told.warnings()
    told = walk_bytes(tmp_path, made["bare"] + made["tagged"])
    assert [part.promised for part in told.parts] == [None, part.frames]


@pytest.mark.parametrize("cut", ["first", "second"])
def test_a_joined_file_says_which_part_is_cut_off(tmp_path, made, cut):
    half = made["tagged"][: len(made["tagged"]) // 2]
    parts = (half, made["tagged"]) if cut == "first" else (made["tagged"], half)
    told = walk_bytes(tmp_path, b"".join(parts))
    place = "0.00" if cut == "first" else r"2\.0\d"
    with pytest.raises(Unusable, match=f"cut off.*the part that begins at {place} s"):
        told.check()


def test_a_joined_file_whose_header_was_repaired_is_whole(tmp_path, made):
    data = bytearray(made["tagged"] + made["tagged"])
    frames = walk_bytes(tmp_path, made["tagged"]).frames
    place = data.index(b"Info") + 8
    for total in (2 * frames, 2 * frames + 1, 2 * frames + 2):
        data[place : place + 4] = total.to_bytes(4, "big")
        walk_bytes(tmp_path, bytes(data)).check()
    data[place : place + 4] = (2 * frames + 4).to_bytes(4, "big")
    with pytest.raises(Unusable, match="cut off"):
        walk_bytes(tmp_path, bytes(data)).check()


def test_frames_that_are_missing_between_others_are_told_with_their_place(tmp_path):
    path = write_mp3(tmp_path / "speech.mp3", speech(3.0, 44100), 44100, "-b:a", "64k", *HEADERLESS)
    data = path.read_bytes()
    places, found = frame_places(tmp_path, data), []
    # A frame that needs more bytes of earlier ones than are left over lacks them; others do not.
    for at in range(10, 100, 2):
        told = walk_bytes(tmp_path, data[: places[at]] + data[places[at + 5] :])
        if told.without_data:
            assert told.without_data[0] == at
            seconds = f"damaged at {told.seconds_at(at):.2f} s: it was cut or joined between frames"
            assert seconds in told.warnings()[0]
            found.append(at)
    assert len(found) > 5


def test_an_mp3_that_was_cut_from_a_longer_one_is_told(tmp_path, made):
    places = frame_places(tmp_path, made["bare"])
    told = walk_bytes(tmp_path, made["bare"][places[30] :])
    assert told.without_data == (0,)
    assert "cut from a longer mp3" in told.warnings()[0]


def test_a_corrupt_stretch_is_told_with_its_place_and_the_walk_goes_on(tmp_path, made):
    data = bytearray(made["bare"])
    middle = len(data) // 2
    data[middle : middle + 2000] = bytes(2000)
    told, clean = walk_bytes(tmp_path, bytes(data)), walk_bytes(tmp_path, made["bare"])
    assert 1500 < told.junk_within < 4000
    assert clean.frames - 25 < told.frames < clean.frames
    seconds = told.seconds_at(told.damaged)
    lost = f"damaged at {seconds:.2f} s: {told.junk_within} bytes of it are not audio"
    assert lost in told.warnings()[0]
    assert 0.5 < seconds < 1.5


def test_a_corrupt_stretch_in_a_file_that_knows_its_length_is_of_no_use(tmp_path, made):
    data = bytearray(made["tagged"])
    data[15000:18000] = bytes(3000)
    told = walk_bytes(tmp_path, bytes(data))
    place = f"damaged at {told.seconds_at(told.damaged):.2f} s: {told.junk_within} bytes"
    with pytest.raises(Unusable, match=f"cut off.*{place}"):
        told.check()


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
