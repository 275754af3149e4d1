import struct

import pytest

from tests.signals import sweep, write_mp3
from voiceprep.audio.containers.avi import check_chunks, is_avi
from voiceprep.audio.sound import listen
from voiceprep.errors import Unusable


@pytest.fixture(params=[("-c:a", "pcm_s16le"), ("-c:a", "libmp3lame")], ids=["pcm", "mp3"])
def path(request, tmp_path):
    return write_mp3(tmp_path / "sound.avi", sweep(3.0), 22050, *request.param)


def test_a_whole_avi_passes(path):
    assert is_avi(path.read_bytes()[:12])
    assert listen(path).seconds == pytest.approx(3.0, abs=0.1)


def test_an_avi_of_unknown_length_passes(path):
    data = bytearray(path.read_bytes())
    at = data.index(b"movi") - 4
    for unknown in (0, 2**32 - 1):
        struct.pack_into("<I", data, at, unknown)
        path.write_bytes(data)
        check_chunks(path)


@pytest.mark.parametrize("part", [0.5, 0.8])
def test_a_cut_avi_is_of_no_use(path, part):
    data = path.read_bytes()
    path.write_bytes(data[: int(part * len(data))])
    with pytest.raises(Unusable, match="cut off"):
        listen(path)


@pytest.mark.parametrize("count", [-512, -2, 2, 40])
def test_bytes_that_are_missing_or_were_added_are_found(path, count):
    data, middle = path.read_bytes(), path.stat().st_size // 2
    path.write_bytes(data[:middle] + b"\x01" * max(count, 0) + data[middle + max(-count, 0) :])
    with pytest.raises(Unusable, match="missing or were added"):
        listen(path)


def test_without_its_index_at_the_end_the_sound_is_whole(path):
    data = path.read_bytes()
    path.write_bytes(data[: data.rindex(b"idx1")])
    assert listen(path).seconds == pytest.approx(3.0, abs=0.1)
