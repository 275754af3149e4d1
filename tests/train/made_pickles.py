"""Files of torch.save around a pickle that is written by hand, and a limit on memory for them."""

import pickle
import resource
import struct
import zipfile
from contextlib import contextmanager
from pathlib import Path

from voiceprep.train.checkpoints.formats.torch_files import LEGACY

ROOM = 1 << 30


@contextmanager
def limited_memory(room=ROOM):
    """No more memory than is in use now, and `room` bytes: a reader that takes more fails."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def text(value):
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def number(value):
    return pickle.dumps(value, 2)[2:-1]


def name(module, function):
    return b"c" + f"{module}\n{function}\n".encode()


def storage(count, kind="FloatStorage", key="0", more=b""):
    """The instructions that ask for a storage."""
    stated = number(count)
    return (
        b"("
        + text("storage")
        + name("torch", kind)
        + text(key)
        + text("cpu")
        + stated
        + (more + b"tQ")
    )


def tensor(count, size, stride, offset=0, held=None):
    """The instructions that make a tensor of a storage."""
    parts = [held or storage(count), number(offset), number(size), number(stride)]
    make = name("torch._utils", "_rebuild_tensor_v2")
    hooks = name("collections", "OrderedDict") + b")R"
    return make + b"(" + b"".join(parts) + b"\x89" + hooks + b"tR"


def fields(**values):
    """The instructions that make a dict of what others make."""
    entries = b"".join(text(key) + value for key, value in values.items())
    return b"}(" + entries + b"u"


def as_zip(path, program, records=(), compression=zipfile.ZIP_STORED, order=b"little"):
    """Today's file of torch.save; `records` are the bytes of each storage by key."""
    with zipfile.ZipFile(path, "w", compression) as made:
        made.writestr("x/data.pkl", b"\x80\x02" + program + b".")
        made.writestr("x/byteorder", order)
        for key, data in dict(records).items():
            made.writestr(f"x/data/{key}", data)
    return path


def as_legacy(path, program, records=(), item=4, counts=None):
    """The file of torch.save from before its files were zips."""
    system = pickle.dumps({"protocol_version": 1001, "little_endian": True}, 2)
    keys = list(dict(records))
    data = b"".join(
        struct.pack("<q", (counts or {}).get(key, len(value) // item)) + value
        for key, value in dict(records).items()
    )
    head = LEGACY + b"." + pickle.dumps(1001, 2) + system
    path.write_bytes(head + b"\x80\x02" + program + b"." + pickle.dumps(keys, 2) + data)
    return path
