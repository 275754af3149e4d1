import mmap

import numpy as np
import pytest

from voiceprep.audio.containers.mp3_frames import Kind
from voiceprep.audio.containers.mp3_reservoir import frames_without_data

# Mono frames of MPEG 1 with 100 bytes of room for data, behind 4 of the header and 17 of side
# information.
LENGTH = 121


def frames(*rows):
    """Frames that begin so many bytes back, and have data of so many bytes."""
    content = b""
    for back, size in rows:
        side = back << 127 | (8 * size) << (136 - 18 - 12)
        content += b"\xff\xfb\x90\xc0" + side.to_bytes(17, "big") + bytes(100)
    data = mmap.mmap(-1, len(content))
    data[:] = content
    starts = np.arange(len(rows)) * LENGTH
    return frames_without_data(data, starts, np.full(len(rows), LENGTH), Kind(3, 44100))


@pytest.mark.parametrize(
    ("rows", "missing"),
    [
        ([(0, 100), (0, 100)], []),
        ([(0, 60), (40, 140), (0, 30), (70, 100)], []),
        # The data of the first frame begins before the file.
        ([(10, 60), (0, 100)], [0]),
        # The second frame claims bytes that the first one has used.
        ([(0, 60), (50, 100), (0, 100)], [1]),
        ([(0, 60), (50, 100), (50, 100)], [1]),
    ],
)
def test_the_data_of_a_frame_lies_behind_that_of_the_frame_before(rows, missing):
    assert frames(*rows) == missing


def test_other_layers_have_no_reservoir():
    data = mmap.mmap(-1, 1000)
    starts = np.array([0, 100])
    assert frames_without_data(data, starts, np.diff(starts, append=200), Kind(2, 44100)) == []
