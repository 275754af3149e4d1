import io
import struct
import warnings
import zipfile

import numpy as np
import pytest
import torch

from tests.train.made_pickles import as_zip, limited_memory, tensor
from voiceprep.errors import Unreadable
from voiceprep.train.data.mel_arrays import open_npy, open_pt, read_npz

ONES = np.ones((80, 3), np.float32)


def npy(array=ONES, **kinds):
    memory = io.BytesIO()
    np.lib.format.write_array(memory, array, **kinds)
    return memory.getvalue()


def with_header(text, data=b"", version=1):
    """A .npy whose header is this text."""
    size = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + size + text.encode("latin-1") + data


def stated(shape, kind="<f4"):
    return with_header(
        f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n", b"1234"
    )


def npz(path, data, compression=zipfile.ZIP_DEFLATED, name="mel.npy"):
    with zipfile.ZipFile(path, "w", compression) as made:
        made.writestr(name, data)
    return path


@pytest.mark.parametrize(
    "array", [ONES, ONES.T, np.ones((1, 80, 5)), np.ones((80, 0)), np.float16([[1]]), np.ones(3)]
)
@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
def test_arrays_are_read(tmp_path, array, version):
    data = npy(np.asarray(array), version=version)
    (tmp_path / "a.npy").write_bytes(data)
    npz(tmp_path / "a.npz", data)
    for read in (open_npy(tmp_path / "a.npy"), read_npz(tmp_path / "a.npz", "mel")):
        assert read.dtype == array.dtype
        assert np.array_equal(read, array)


BROKEN = {
    "nothing": b"",
    "magic": b"\x93NUMPY",
    "version": with_header("{}", version=9),
    "cut": npy()[:-1],
    "objects": npy(np.array([{}]), allow_pickle=True),
    "token": with_header("{'descr': '<f4', 'shape': ("),
    "indent": with_header("  {\n 1\n  2"),
    "deep": with_header("(" * 9000),
    "deeper": with_header("-" * 9000 + "1"),
    "brackets": with_header("[" * 9000 + "]" * 9000),
    "call": with_header("{'descr': exit(), 'fortran_order': False, 'shape': (1,), }"),
    "escape": with_header("{'\\d': 1}"),
    "null": with_header("{'descr': '<f4\0', 'fortran_order': False, 'shape': (1,), }"),
    "list": with_header("[]"),
    "long": with_header("{'descr': '<f4', " + " " * 20_000 + "}"),
    "digits": stated(f"({'9' * 5000},)"),
    "huge": stated((2**40,)),
    "overflow": stated((2**62, 4)),
    "negative": stated((-1,)),
    "negative pair": stated((-1, -1)),
    "wide": stated((1,), "V2000000000"),
    "empty kind": stated((2**60,), "V0"),
    "letters": stated((1,), "zz"),
    "boolean": stated("(1.5,)"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_an_array_that_is_broken_is_told(tmp_path, kind):
    (tmp_path / "a.npy").write_bytes(BROKEN[kind])
    npz(tmp_path / "a.npz", BROKEN[kind])
    for read in (lambda: open_npy(tmp_path / "a.npy"), lambda: read_npz(tmp_path / "a.npz", "mel")):
        with (
            warnings.catch_warnings(record=True) as caught,
            limited_memory(),
            pytest.raises(Unreadable) as raised,
        ):
            read()
        assert "\n" not in raised.value.why
        assert len(raised.value.why) < 400
        assert not caught


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_npz_is_compressed_as_numpy_does_it(tmp_path, compression):
    with pytest.raises(Unreadable, match="a way that numpy does not use"):
        read_npz(npz(tmp_path / "a.npz", npy(), compression), "mel")


def test_an_npz_that_unpacks_to_too_much_is_refused(tmp_path):
    path = npz(tmp_path / "a.npz", npy())
    data, size = path.read_bytes(), struct.pack("<I", len(npy()))
    assert data.count(size) == 2
    path.write_bytes(data.replace(size, struct.pack("<I", 1 << 31)))
    with limited_memory(), pytest.raises(Unreadable, match="larger than 256 MiB"):
        read_npz(path, "mel")


@pytest.mark.parametrize("flipped", range(0, 400, 3))
def test_an_npz_with_a_flipped_byte_is_read_or_told(tmp_path, flipped):
    data = bytearray(npz(tmp_path / "a.npz", npy()).read_bytes())
    data[flipped % len(data)] ^= 0xFF
    (tmp_path / "b.npz").write_bytes(data)
    try:
        assert np.array_equal(read_npz(tmp_path / "b.npz", "mel"), ONES)
    except Unreadable as error:
        assert "\n" not in error.why


def test_an_npz_without_the_array_is_told(tmp_path):
    for content in (b"", b"PK\x05\x06" + bytes(18), b"PK\x03\x04" + bytes(99), npy()):
        (tmp_path / "a.npz").write_bytes(content)
        with pytest.raises(Unreadable, match="not an npz with a mel"):
            read_npz(tmp_path / "a.npz", "mel")
    with pytest.raises(Unreadable, match="not an npz with a mel"):
        read_npz(npz(tmp_path / "a.npz", npy(), name="other.npy"), "mel")


@pytest.mark.parametrize("stride", [(0,), (1,), (2**40,)])
def test_a_tensor_larger_than_its_file_is_refused(tmp_path, stride):
    path = as_zip(tmp_path / "a.pt", tensor(4, (2**31,), stride), {"0": bytes(16)})
    with limited_memory(), pytest.raises(Unreadable, match="4 elements"):
        open_pt(path)


def test_a_tensor_is_mapped_and_its_file_not_changed(tmp_path):
    torch.save(torch.ones(80, 3), tmp_path / "a.pt")
    before = (tmp_path / "a.pt").read_bytes()
    mel = open_pt(tmp_path / "a.pt")
    mel += 1
    assert (tmp_path / "a.pt").read_bytes() == before
