import mmap
import struct

import pytest

from voiceprep.audio.containers.chunks import (
    CONTAINERS,
    find_trailing,
    first_unknown,
    second_sound,
)

WAV = CONTAINERS[b"RIFFWAVE"]
LIST = b"LIST" + struct.pack("<I", 6) + b"INFOxy"


def in_memory(content):
    data = mmap.mmap(-1, len(content))
    data[:] = content
    return data


@pytest.mark.parametrize(
    "behind", [b"", b"\0", bytes(99), LIST, LIST + bytes(9), LIST + LIST, b"TAG" + bytes(125)]
)
@pytest.mark.parametrize("sound", [b"1234", b"12345"])
def test_chunks_tags_and_padding_are_known(sound, behind):
    data = in_memory(sound + behind)
    assert first_unknown(data, WAV, len(sound)) == len(data)


def test_what_is_none_of_them_is_found():
    data = in_memory(b"1234" + LIST + b"\x01\x02noise" * 9)
    assert first_unknown(data, WAV, 4) == 4 + len(LIST)
    data = in_memory(b"1234" + b"RIFF" + struct.pack("<I", 8) + b"WAVEfmt ")
    assert first_unknown(data, WAV, 4) == 4
    assert second_sound(data, 4) == "wav"
    assert not second_sound(data, 0)


def test_chunks_that_reach_the_end_are_found_behind_samples():
    data = in_memory(b"samples." + LIST + LIST)
    assert find_trailing(data, WAV, 0, len(data)) == 8
    assert find_trailing(data, WAV, 9, len(data)) == 8 + len(LIST)
    data = in_memory(b"samples." + LIST + b"more samples")
    assert find_trailing(data, WAV, 0, len(data)) == len(data)


def test_the_next_chunk_may_be_unaligned():
    data = in_memory(b"12345" + b"\0" + LIST)
    assert WAV.next_chunk(data, 0, 5) == 6
    data = in_memory(b"12345" + LIST)
    assert WAV.next_chunk(data, 0, 5) == 5
