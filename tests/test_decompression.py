import bz2
import gzip
import io
import lzma
import os
import zlib

import pytest

from voiceprep.decompression import open_decompressed

DATA = os.urandom(5000) + bytes(70_000)
KINDS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "plain": bytes}


@pytest.fixture(params=KINDS.values(), ids=KINDS)
def file(request, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(request.param(DATA))
    with open_decompressed(path) as opened:
        yield opened


def test_it_is_known_by_its_first_bytes(file):
    assert file.read() == DATA


def test_any_place_is_found_forwards_and_backwards(file):
    for place in (70_000, 10, 4000, 0):
        assert file.seek(place) == place
        assert file.read(30) == DATA[place : place + 30]
        assert file.tell() == place + 30
    file.seek(10**6)
    assert file.read() == b""


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_a_cut_a_change_and_a_tail_are_errors(tmp_path, compress):
    whole = compress(DATA)
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 1
    for data in (whole[:-1], whole[:-9], bytes(changed), whole + b"x", whole + whole[:20]):
        (tmp_path / "file").write_bytes(data)
        with (
            open_decompressed(tmp_path / "file") as file,
            pytest.raises((OSError, EOFError, zlib.error, lzma.LZMAError)),
        ):
            file.read()


def test_the_end_of_a_compressed_file_cannot_be_sought(tmp_path):
    (tmp_path / "file").write_bytes(bz2.compress(DATA))
    with open_decompressed(tmp_path / "file") as file, pytest.raises(io.UnsupportedOperation):
        file.seek(0, io.SEEK_END)
