import struct
import subprocess

import pytest

from tests.signals import sweep, write
from voiceprep.audio.containers.mp4 import check_boxes
from voiceprep.errors import Unusable

ENCODINGS = {
    "aac.m4a": [],
    "fast.m4a": ["-movflags", "+faststart"],
    "alac.m4a": ["-c:a", "alac"],
    "pcm.mov": ["-c:a", "pcm_s16le"],
    "fragments.mp4": ["-movflags", "frag_keyframe+empty_moov", "-frag_duration", "500000"],
}


def encode(folder, name, *before):
    wav = write(folder / "sound.wav", sweep(4.0))
    path = folder / name
    command = ["ffmpeg", "-v", "error", *before, "-i", wav, *ENCODINGS.get(name, []), path]
    subprocess.run(command, check=True)
    return path


def refused(path, data):
    path.write_bytes(data)
    with pytest.raises(Unusable) as caught:
        check_boxes(path)
    return caught.value


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_whole_file_has_no_warning_and_bytes_after_it_are_counted(tmp_path, name):
    path = encode(tmp_path, name)
    assert check_boxes(path) == ()
    path.write_bytes(path.read_bytes() + b"\1" * 90)
    assert check_boxes(path) == ("90 bytes after its last box were not read",)


def test_a_video_is_no_sound_that_is_missing(tmp_path):
    picture = ["-f", "lavfi", "-i", "testsrc=s=64x64:d=9:r=10", "-itsoffset", "1.5"]
    assert check_boxes(encode(tmp_path, "video.mp4", *picture)) == ()


def test_a_file_cut_off_before_its_index_says_what_is_missing(tmp_path):
    path = encode(tmp_path, "aac.m4a")
    data = path.read_bytes()
    place = data.index(b"moov") - 4
    assert refused(path, data[: place - 1000]).why.partition(": ")[2].startswith("1000 bytes")
    assert "index (moov) is missing" in refused(path, data[:place]).why
    assert "of its index are missing" in refused(path, data[: place + 400]).why
    path.write_bytes(data[:-10])
    assert check_boxes(path) == ("10 bytes are missing at its end, after the index of its sound",)


def test_bytes_taken_from_or_put_into_the_sound_are_found(tmp_path):
    path = encode(tmp_path, "aac.m4a")
    data = path.read_bytes()
    middle = data.index(b"moov") // 2
    for changed in (
        data[:middle] + data[middle + 300 :],
        data[:middle] + bytes(300) + data[middle:],
    ):
        assert refused(path, changed).why.startswith("damaged: bytes of it are missing")


def test_an_index_that_points_elsewhere_has_its_place(tmp_path):
    picture = ["-f", "lavfi", "-i", "testsrc=s=64x64:d=4:r=10"]
    path = encode(tmp_path, "video.mp4", *picture)
    data = bytearray(path.read_bytes())
    table = data.rindex(b"stco") + 12
    count = struct.unpack_from(">I", data, table - 4)[0]
    place = table + 4 * (count // 2)
    data[place : place + 4] = data[place + 4 : place + 8]
    assert 1.5 < refused(path, data).seconds < 2.5
    data[place : place + 4] = struct.pack(">I", 8)
    assert 1.5 < refused(path, data).seconds < 2.5


def test_fragments_that_are_missing_swapped_or_doubled_are_found(tmp_path):
    path = encode(tmp_path, "fragments.mp4")
    data = path.read_bytes()
    starts = [place - 4 for place in range(len(data)) if data.startswith(b"moof", place)]
    ends = [*starts[1:], data.index(b"mfra") - 4]
    head, rest = data[: starts[0]], data[ends[-1] :]
    parts = [data[start:end] for start, end in zip(starts, ends, strict=True)]
    for wrong in (
        [parts[0], *parts[2:]],
        [parts[1], parts[0], *parts[2:]],
        [parts[0], parts[0], *parts[1:]],
    ):
        assert "fragment" in refused(path, b"".join([head, *wrong, rest])).why
