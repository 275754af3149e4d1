import io
import os
import struct
import subprocess
from functools import cache

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals import sweep, tone
from voiceprep.audio.containers.ogg import is_named, page_checksum, walk
from voiceprep.errors import Unusable

SECONDS = 12.0


@cache
def encoded(subtype="OPUS", rate=48000, channels=1):
    """An Ogg file by libsndfile."""
    held = io.BytesIO()
    samples = np.stack([sweep(SECONDS, rate)] * channels, axis=1)
    soundfile.write(held, samples, rate, format="OGG", subtype=subtype)
    return held.getvalue()


def pages(data):
    """The pages of a whole file."""
    found, start = [], 0
    while start < len(data):
        end = start + 27 + data[start + 26] + sum(data[start + 27 : start + 27 + data[start + 26]])
        found.append(data[start:end])
        start = end
    return found


def walked(path, *parts):
    path.write_bytes(b"".join(parts))
    return walk(path)


def refused(path, *parts):
    with pytest.raises(Unusable) as caught:
        walked(path, *parts)
    return caught.value


def with_tags(path, comment):
    """An Ogg file by ffmpeg with a long comment."""
    wav = path.with_name("tags.wav")
    soundfile.write(wav, sweep(2.0), 22050)
    command = ["ffmpeg", "-v", "error", "-i", wav, "-metadata", f"comment={comment}", path]
    subprocess.run(command, check=True)
    return path.read_bytes()


@pytest.fixture(params=["VORBIS", "OPUS"])
def whole(request):
    return pages(encoded(request.param))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sound.ogg"


def test_a_whole_file_is_one_stream_without_a_warning(path, whole):
    found = walked(path, *whole)
    assert found.links is None
    assert found.warnings == ()


def test_the_checksum_of_a_page_is_that_of_ogg(whole):
    for page in whole:
        assert page_checksum(page) == struct.unpack("<I", page[22:26])[0]


def test_a_damaged_page_has_its_place(path):
    whole = pages(encoded())
    broken = bytearray(whole[4])
    broken[100] ^= 8
    error = refused(path, *whole[:4], broken, *whole[5:])
    assert 1.0 < error.seconds < SECONDS - 1
    assert error.why == f"damaged at {error.seconds:.2f} s: a page of it is not whole"


def test_pages_that_are_missing_or_swapped_are_found(path, whole):
    middle = len(whole) // 2
    first, one, other, rest = whole[:middle], whole[middle], whole[middle + 1], whole[middle + 2 :]
    assert "pages are missing: 1" in refused(path, *first, other, *rest).why
    assert refused(path, *first, other, one, *rest).seconds > 0


def test_a_page_that_is_there_twice_is_read_once(path, whole):
    for number in range(2, len(whole)):
        found = walked(path, *whole[:number], whole[number], *whole[number:])
        assert found.links == (b"".join(whole),)
        assert found.warnings == ("pages that it holds twice were read once: 1",)


def test_bytes_that_nobody_reads_are_counted(path, whole):
    between = walked(path, *whole[:3], bytes(70), *whole[3:])
    after = walked(path, *whole, bytes(50))
    assert between.warnings == ("70 bytes between its pages were not read",)
    assert after.warnings == ("50 bytes after its last page were not read",)
    assert between.links == after.links == (b"".join(whole),)


def test_a_cut_off_file_is_of_no_use_and_one_without_its_last_page_is_told(path, whole):
    data = b"".join(whole)
    for size in (len(data) - 1, len(data) - 30, len(data) // 2):
        assert "cut off" in refused(path, data[:size]).why
    assert walked(path, *whole[:-1]).warnings == ("its end is missing: it may be cut off",)


def test_a_link_that_was_cut_within_a_page_is_of_no_use(path, whole):
    cut = b"".join(whole)[:-30]
    found = refused(path, cut, encoded("OPUS", 24000))
    assert "cut off" in found.why
    assert 0 < found.seconds < SECONDS
    # What lies between two links, but is no page of the first, is no damage.
    assert len(walked(path, *whole[:-1], bytes(70), encoded()).links) == 2


def test_the_links_of_a_chain_are_cut_out_of_it(path):
    links = (encoded("OPUS"), encoded("VORBIS", 22050), encoded("OPUS", 24000))
    found = walked(path, *links)
    assert found.links == links
    assert found.warnings == ()
    assert walked(path, links[0], links[0]).links == (links[0], links[0])


def test_damage_in_a_later_link_has_its_place_in_the_whole(path):
    second = bytearray(encoded("VORBIS", 22050))
    second[len(second) // 2] ^= 1
    assert SECONDS + 1 < refused(path, encoded(), second).seconds < 2 * SECONDS


def test_a_link_whose_first_page_is_damaged_is_found(path):
    second = bytearray(encoded("VORBIS", 22050))
    second[40] ^= 1
    assert refused(path, encoded(), second).seconds == pytest.approx(SECONDS, abs=0.01)


def test_other_streams_beside_the_sound_are_left_out(path):
    wav = path.with_suffix(".wav")
    soundfile.write(wav, sweep(2.0), 22050)
    picture = ["-f", "lavfi", "-i", "testsrc=s=64x64:d=5:r=10"]
    command = ["ffmpeg", "-v", "error", *picture, "-i", wav, "-c:v", "libtheora"]
    subprocess.run([*command, "-c:a", "libvorbis", path.with_suffix(".ogv")], check=True)
    (link,) = walk(path.with_suffix(".ogv")).links
    assert soundfile.info(io.BytesIO(link)).frames == 44100


@pytest.mark.parametrize("suffix", ["opus", "oga"])
def test_damaged_tags_are_told(tmp_path, suffix):
    path = tmp_path / f"sound.{suffix}"
    data = bytearray(with_tags(path, "x" * 300))
    data[data.index(b"xxx") + 100] ^= 1
    found = walked(path, data)
    assert found.warnings == ("its tags are damaged",)
    assert len(found.links[0]) == len(data)


def test_of_vorbis_only_pages_without_the_setup_are_tags(path):
    data = bytearray(with_tags(path, "x" * 100_000))
    data[data.index(b"xxx") + 100] ^= 1
    assert walked(path, data).warnings == ("its tags are damaged",)
    data = bytearray(with_tags(path.with_name("short.ogg"), "x" * 300))
    data[data.index(b"xxx") + 100] ^= 1
    assert refused(path, data).seconds == 0


def test_a_file_without_a_stream_of_sound_is_no_sound(path):
    assert walked(path, b"OggS" + bytes(1000)) is None
    assert is_named(path)
    assert not is_named(path.with_suffix(".wav"))


@settings(deadline=None)
@given(st.data())
def test_no_changed_byte_passes_without_a_word(made_once, data):
    whole = encoded(data.draw(st.sampled_from(["VORBIS", "OPUS"])))
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[place] ^= data.draw(st.integers(1, 255))
    path = made_once("ogg", lambda _: None) / f"changed-{os.getpid()}.ogg"
    try:
        found = walked(path, changed)
    except Unusable:
        return
    assert found is None or found.warnings


def test_many_false_pages_take_no_time(path):
    with pytest.raises(Unusable):
        walked(path, encoded()[:20000], (b"OggS" + b"\xff" * 40) * 5000, tone().tobytes())
