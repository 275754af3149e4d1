"""Mutations of files: of bytes, of texts, of trees of values, and inside of containers.

A mutation takes a file, another one of the same kind and a source of random numbers, and returns
the changed bytes. Containers are packed again, so that their lengths and checksums hold and what
lies inside is reached.
"""

import bz2
import gzip
import io
import json
import lzma
import pickle
import pickletools
import re
import struct
import tarfile
import tomllib
import zipfile
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import tomli_w

Mutation = Callable[[bytes, bytes, Random], bytes]

INTEGERS = (
    *(0, 1, -1, 2, 7, 127, 128, 255, 2**15 - 1, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1),
    *(2**40, 2**63 - 1, 2**63, 2**64 - 1, -(2**31), -(2**63)),
)
DEPTHS = (10, 200, 2000, 100_000)
WORDS = (
    *("", "0", "-1", "1e999", "nan", "inf", "-0.0", "null", "true", "1" * 5000, "a" * 300),
    *("|", "||", "\t", ",", ";", ":", "=", "#", '"', "'", "\\", "{", "}", "[", "]", "(", ")"),
    *("../../../x", "/etc/passwd", "a/b", ".", "..", "~", "con", "x.wav", "%s", "{0}", "$HOME"),
    *("\r", "\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\0", "\x1b[31m", "\x7f", "\ufeff"),
    *("é", "e\u0301", "中文", "ß", "ﬁ", "½", "٣", "Ⅻ", "😀", "\u202e", "\u0300" * 50, "\ud800"),
    *("$1,000,000,000,000", "12th", "1999", "0.5", "£3.99", "1,2,3", "{HH AH0}", "{", "Dr.", "-"),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 10**30, 2**63, 1e308, 0.5, "", "a", "\0", "../x", "\ud800"),
    *([], {}, [[]], [None], {"a": 1}, {"": None}, float("nan"), float("inf"), "a" * 5000),
)
TOKEN = re.compile(r"\w+|\W", re.DOTALL)


def near_start(data: Sequence[Any], random: Random) -> int:
    """A place in the data, more often near its start, where headers are."""
    return int(len(data) * random.random() ** random.choice((1, 3)))


def flip_bits(data: bytes, _other: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 8)) if data else 0):
        changed[min(near_start(data, random), len(data) - 1)] ^= 1 << random.randrange(8)
    return bytes(changed)


def overwrite_run(data: bytes, _other: bytes, random: Random) -> bytes:
    at, size = near_start(data, random), random.choice((1, 2, 4, 16, 200))
    run = random.choice((random.randbytes(size), bytes([random.randrange(256)]) * size))
    return data[:at] + run + data[at + size :]


def overwrite_integer(data: bytes, _other: bytes, random: Random) -> bytes:
    """An interesting integer at an aligned place, over what is there or before it."""
    size = random.choice((1, 2, 4, 8))
    at = near_start(data, random) // size * size
    value = random.choice(INTEGERS) % (1 << 8 * size)
    kept = at + size * random.randrange(2)
    return data[:at] + value.to_bytes(size, random.choice(("little", "big"))) + data[kept:]


def truncate(data: bytes, _other: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def delete_run(data: bytes, _other: bytes, random: Random) -> bytes:
    at = near_start(data, random)
    return data[:at] + data[at + random.choice((1, 2, 4, 16, 200)) :]


def repeat_run(data: bytes, _other: bytes, random: Random) -> bytes:
    at, size = near_start(data, random), random.choice((1, 4, 16, 200))
    return data[:at] + data[at : at + size] * random.choice((2, 3, 50)) + data[at + size :]


def splice(data: bytes, other: bytes, random: Random) -> bytes:
    return data[: near_start(data, random)] + other[near_start(other, random) :]


BYTES: tuple[Mutation, ...] = (
    *(flip_bits, flip_bits, overwrite_run, overwrite_integer, overwrite_integer),
    *(truncate, delete_run, repeat_run, splice),
)


def mutate_bytes(data: bytes, other: bytes, random: Random) -> bytes:
    """One to four changes of bytes."""
    for _ in range(random.choice((1, 1, 2, 4))):
        data = random.choice(BYTES)(data, other, random)
    return data


def mutate_text(data: bytes, other: bytes, random: Random) -> bytes:
    """Changes of lines, of tokens or of the encoding; now and then of bytes."""
    if random.random() < 0.15:
        return mutate_bytes(data, other, random)
    lines = data.decode("utf-8", "replace").splitlines(keepends=True)
    more = other.decode("utf-8", "replace").splitlines(keepends=True)
    for _ in range(random.choice((1, 1, 2, 4))):
        lines = _change_lines(lines or [""], more or [""], random)
    encoding = random.choice(("utf-8",) * 12 + ("utf-16", "utf-8-sig", "cp1252"))
    errors = "replace" if encoding == "cp1252" else "surrogatepass"
    return "".join(lines).encode(encoding, errors)


def _change_lines(lines: list[str], more: list[str], random: Random) -> list[str]:
    at = random.randrange(len(lines))
    change = random.randrange(10)
    if change == 0:
        return lines[:at] + lines[at + 1 :]
    if change == 1:
        return lines[:at] + [lines[at]] * random.choice((2, 3, 500)) + lines[at + 1 :]
    if change == 2:
        return [*lines[:at], random.choice(more), *lines[at:]]
    if change == 3:
        return lines[:at] + [line.rstrip("\n") + random.choice("\r\v\n ") for line in lines[at:]]
    if change == 4:
        opening = random.choice(("[", "{", "(", '{"a":', "[[a]]\n[a.", "a.", "<", *WORDS)) or " "
        run = opening * (1 + random.choice(DEPTHS) // len(opening))
        return [*lines[:at], run, *lines[at:]]
    tokens = TOKEN.findall(lines[at]) or [""]
    place = random.randrange(len(tokens))
    kept = place + random.randrange(2)
    word = random.choice((*WORDS, *TOKEN.findall(random.choice(more))))
    tokens[place:kept] = [word] * random.choice((1, 1, 1, 2, 100))
    return [*lines[:at], "".join(tokens), *lines[at + 1 :]]


def change_tree(tree: Any, random: Random) -> Any:
    """A tree of dictionaries and lists with one value, key or length changed."""
    places = list(_places(tree))
    if not places:
        return random.choice(VALUES)
    holder, key = random.choice(places)
    change = random.randrange(6)
    if change == 0:
        del holder[key]
    elif change == 1 and isinstance(holder, dict):
        holder[random.choice((*WORDS, *holder))] = holder.pop(key)
    elif change == 2 and isinstance(holder, list):
        holder[key:key] = [holder[key]] * random.choice((1, 5, 1000))
    elif change == 3:
        other, name = random.choice(places)
        holder[key] = json.loads(json.dumps(other[name]))
    else:
        holder[key] = random.choice((*VALUES, *INTEGERS, *WORDS))
    return tree


def _places(tree: Any) -> Any:
    keys = tree.keys() if isinstance(tree, dict) else range(len(tree))
    for key in keys:
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from _places(tree[key])


def mutate_json(data: bytes, other: bytes, random: Random) -> bytes:
    """A value changed in one of the lines, each an object, or in a document of several lines."""
    if random.random() < 0.4:
        return mutate_text(data, other, random)
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    start = lines[at].find(b"{")
    try:
        tree = json.loads(lines[at][start:])
        lines[at] = lines[at][:start] + json.dumps(change_tree(tree, random)).encode()
        return b"\n".join(lines)
    except ValueError:
        pass
    try:
        return json.dumps(change_tree(json.loads(data), random)).encode()
    except ValueError:
        return mutate_text(data, other, random)


def mutate_toml(data: bytes, other: bytes, random: Random) -> bytes:
    """A value changed in a TOML file, or its text."""
    try:
        tree = change_tree(tomllib.loads(data.decode()), random)
        return tomli_w.dumps(tree).encode("utf-8", "surrogatepass")
    except (ValueError, TypeError, AttributeError):
        return mutate_text(data, other, random)


GLOBALS = (
    *("os system", "builtins eval", "builtins getattr", "collections OrderedDict", "numpy dtype"),
    *("numpy.core.multiarray scalar", "numpy._core.multiarray _reconstruct", "numpy ndarray"),
    *("torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_parameter", "torch Size"),
    *("torch FloatStorage", "torch device", "torch.nn.modules.module Module", "_codecs encode"),
    *("builtins set", "torch float32", "torch.nn.parameter Parameter", "model Tacotron2"),
)
OPCODES = (
    *(b"(", b"0", b"2", b"R", b"b", b"t", b"e", b"u", b"s", b"}", b"]", b")", b"N", b".", b"Q"),
    *(b"\x81", b"\x85", b"\x86", b"\x87", b"\x88", b"\x94", b"h\x00", b"h\x05", b"q\x01"),
)


def _opcode(random: Random) -> bytes:
    """A piece of a pickle: an operation, a name, a text or a number."""
    module, _, name = random.choice(GLOBALS).partition(" ")
    number = random.choice(INTEGERS)
    text = random.choice(WORDS).encode("utf-8", "surrogatepass")
    return random.choice(
        (
            *OPCODES,
            *[pickle.GLOBAL + f"{module}\n{name}\n".encode()] * 8,
            *[pickle.LONG1 + b"\x09" + number.to_bytes(9, "little", signed=True)] * 4,
            pickle.BINUNICODE + struct.pack("<I", len(text)) + text,
            pickle.BINFLOAT + struct.pack(">d", float(number)),
        )
    )


def mutate_pickle(data: bytes, _other: bytes, random: Random) -> bytes:
    """A pickle with operations taken out, doubled, exchanged or replaced."""
    try:
        starts = [at for _, _, at in pickletools.genops(data) if at is not None]
    except Exception:
        return flip_bits(data, _other, random)
    ends = [*starts[1:], len(data)]
    parts = [data[start:end] for start, end in zip(starts, ends, strict=True)]
    for _ in range(random.choice((1, 1, 2, 4))):
        at, second = random.randrange(len(parts)), random.randrange(len(parts))
        numbers = [place for place, part in enumerate(parts) if part[:1] in b"KMJ\x8aG"]
        change = random.randrange(6)
        if change == 0:
            parts[at] = b""
        elif change == 1:
            parts[at] *= 2
        elif change == 2:
            parts[at], parts[second] = parts[second], parts[at]
        elif change == 3 and numbers:
            value = random.choice(INTEGERS).to_bytes(9, "little", signed=True)
            parts[random.choice(numbers)] = pickle.LONG1 + b"\x09" + value
        elif change == 4:
            parts[at] += _opcode(random)
        else:
            parts[at] = _opcode(random)
    return b"".join(parts)


def mutate_zip(data: bytes, other: bytes, random: Random) -> bytes:
    """A zip with one member changed, renamed, dropped or doubled, packed again."""
    if random.random() < 0.2:
        return mutate_bytes(data, other, random)
    with zipfile.ZipFile(io.BytesIO(data)) as zipped:
        members = [(entry.filename, zipped.read(entry)) for entry in zipped.infolist()]
    inside = [place for place, (name, _) in enumerate(members) if name.endswith("data.pkl")]
    at = random.choice((*inside * 4, random.randrange(len(members))))
    name, content = members[at]
    change = random.randrange(12)
    if change == 0:
        del members[at]
    elif change == 1:
        members.insert(at, (random.choice(WORDS).strip("\ud800") or "x", content))
    elif change == 2:
        members[at] = (name, content * 50)
    else:
        members[at] = (name, _by_name(name)(content, other, random))
    packed = io.BytesIO()
    method = random.choice((zipfile.ZIP_STORED,) * 9 + (zipfile.ZIP_DEFLATED,))
    with zipfile.ZipFile(packed, "w", method) as zipped:
        for member, held in members:
            zipped.writestr(zipfile.ZipInfo(member), held, method)
    return packed.getvalue()


def _by_name(name: str) -> Mutation:
    """The mutation that fits a member of a zip."""
    inner = {".pkl": mutate_pickle, ".npy": mutate_npy, ".txt": mutate_text, ".csv": mutate_text}
    return inner.get(name[-4:], mutate_bytes)


def mutate_torch(data: bytes, other: bytes, random: Random) -> bytes:
    """A file of torch.save: a zip, or the series of pickles of older versions."""
    if data.startswith(b"PK"):
        return mutate_zip(data, other, random)
    rest = data
    parts: list[bytes] = []
    # Behind five pickles lie the numbers of the tensors, which may begin as a pickle does.
    while len(parts) < 5 and rest.startswith(b"\x80"):
        end = max(at for _, _, at in pickletools.genops(rest) if at is not None) + 1
        parts.append(rest[:end])
        rest = rest[end:]
    if len(parts) < 4 or random.random() < 0.15:
        return mutate_bytes(data, other, random)
    at = random.choice((3, 3, 3, random.randrange(len(parts))))
    parts[at] = mutate_pickle(parts[at], other, random)
    return b"".join(parts) + rest


def mutate_safetensors(data: bytes, other: bytes, random: Random) -> bytes:
    """A safetensors file with its header changed and the header's length set right."""
    size = int.from_bytes(data[:8], "little")
    if random.random() < 0.2:
        return mutate_bytes(data, other, random)
    tree = json.loads(data[8 : 8 + size])
    own = tree.get("__metadata__", {})
    if random.random() < 0.5 and "voiceprep" in own:
        header = mutate_json(own["voiceprep"].encode(), b"{}", random)
        own["voiceprep"] = header.decode("utf-8", "replace")
    else:
        tree = change_tree(tree, random)
    header = json.dumps(tree).encode()
    return len(header).to_bytes(8, "little") + header + data[8 + size :]


def mutate_npy(data: bytes, other: bytes, random: Random) -> bytes:
    """A .npy file with its header changed and the header's length set right."""
    size = int.from_bytes(data[8:10], "little")
    if random.random() < 0.3 or not size:
        return mutate_bytes(data, other, random)
    header = data[10 : 10 + size].strip() + b"\n"
    changed = mutate_text(header, header, random)[: 2**16 - 1]
    return data[:8] + len(changed).to_bytes(2, "little") + changed + data[10 + size :]


PACKERS: dict[bytes, Any] = {b"\x1f\x8b": gzip, b"BZh": bz2, b"\xfd7z": lzma}


def mutate_archive(data: bytes, other: bytes, random: Random) -> bytes:
    """A zip or tar with a changed header or member; a compressed tar is packed again."""
    if data.startswith(b"PK"):
        return mutate_zip(data, other, random)
    packer = next((PACKERS[magic] for magic in PACKERS if data.startswith(magic)), None)
    if random.random() < 0.2:
        return mutate_bytes(data, other, random)
    plain = bytearray(packer.decompress(data) if packer else data)
    headers = [at for at in range(0, len(plain), 512) if plain[at + 257 : at + 262] == b"ustar"]
    at = random.choice(headers)
    start, size = random.choice(((0, 100), (124, 12), (156, 1), (157, 100), (100, 8), (345, 155)))
    field = random.choice((*WORDS, "x", "L", "1", "2", "77777777777", "\x80" + "\x00" * 10 + "a"))
    value = field.encode("utf-8", "surrogatepass")[:size]
    plain[at + start : at + start + size] = value.ljust(size, b"\0")
    block = bytes(plain[at : at + 512])
    total = sum(block[:148]) + 8 * 32 + sum(block[156:])
    plain[at + 148 : at + 156] = b"%06o\0 " % total
    changed = bytes(plain)
    if random.random() < 0.3:
        changed = mutate_bytes(changed, other, random)
    if packer is gzip:
        return gzip.compress(changed, 1, mtime=0)
    packed: bytes = packer.compress(changed) if packer else changed
    return packed


def packed_tar(members: dict[str, bytes], mode: str) -> bytes:
    """A tar of the members, compressed as the mode says, the same bytes each time."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    data = plain.getvalue()
    return gzip.compress(data, mtime=0) if mode == "gz" else _compress(data, mode)


def _compress(data: bytes, mode: str) -> bytes:
    packer = {"bz2": bz2, "xz": lzma}.get(mode)
    return packer.compress(data) if packer else data
