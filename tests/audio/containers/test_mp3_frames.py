import mmap

import pytest

from voiceprep.audio.containers.mp3_frames import FRAMES, LENGTHS, Kind, find_frame


def header(text):
    return bytes.fromhex(text)


# The length of a frame by ISO/IEC 11172-3, 2.4.3.1.
@pytest.mark.parametrize(
    ("first_bytes", "length", "kind", "samples"),
    [
        ("fffb90", 417, Kind(3, 44100), 1152),
        ("fffb92", 418, Kind(3, 44100), 1152),
        ("fff384", 192, Kind(3, 24000), 576),
        ("ffe318", 72, Kind(3, 8000), 576),
        ("fffda4", 576, Kind(2, 48000), 1152),
        ("fff584", 384, Kind(2, 24000), 1152),
        ("ffffc0", 416, Kind(1, 44100), 384),
        ("ffffc2", 420, Kind(1, 44100), 384),
    ],
)
def test_a_header_states_the_length_and_the_kind_of_its_frame(first_bytes, length, kind, samples):
    assert FRAMES[header(first_bytes)] == (length, kind)
    assert LENGTHS[kind][header(first_bytes)] == length
    assert kind.frame_samples == samples


@pytest.mark.parametrize("first_bytes", ["fff190", "ffeb90", "fffbf0", "fffb00", "fffb9c"])
def test_what_is_reserved_is_no_header(first_bytes):
    assert header(first_bytes) not in FRAMES


def in_memory(content):
    data = mmap.mmap(-1, len(content))
    data[:] = content
    return data


FRAME, OTHER = header("fffb90") + bytes(414), header("fff384") + bytes(189)


def test_a_frame_is_one_that_others_follow():
    data = in_memory(b"junk" + FRAME[:3] + b"junk" + 3 * FRAME)
    assert find_frame(data, 0, len(data)) == (11, Kind(3, 44100))
    data = in_memory(b"junk" + 2 * FRAME + b"junk")
    assert find_frame(data, 0, len(data)) is None
    assert find_frame(data, 0, len(data), Kind(3, 44100)) == (4, Kind(3, 44100))
    assert find_frame(data, 4, len(data)) == (4, Kind(3, 44100))


def test_frames_of_another_kind_are_found_where_there_are_three():
    for count in (1, 2, 3):
        data = in_memory(b"junk" + count * OTHER + 2 * FRAME + b"junk")
        found = find_frame(data, 0, len(data), Kind(3, 44100))
        assert found.kind == (Kind(3, 24000) if count == 3 else Kind(3, 44100))


@pytest.mark.parametrize("behind", [b"", b"TAG", b"ID3", b"APETAGEX"])
def test_a_tag_or_the_end_may_follow_a_frame(behind):
    data = in_memory(FRAME + behind)
    assert find_frame(data, 0, len(data)) == (0, Kind(3, 44100))
