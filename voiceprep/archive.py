"""Tar and zip archives of sounds and texts, read as untrusted input.

A member is unpacked only if it is a plain file that stays within its target folder: no absolute
paths, no `..`, no links, no devices, no decompression bombs. Nothing is unpacked before the whole
archive has been read and its checksums agree.
"""

import lzma
import os
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from .decompression import open_decompressed
from .errors import TableError, TargetError, os_reason
from .files import replacing

SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")

MOST_MEMBERS = 10**6
MOST_BYTES = 2 * 10**9
MOST_TEXT_BYTES = 10**9
# Recorded sound compresses to a tenth at best; a higher ratio than this is not speech.
MOST_GAIN = 100
# Names are shorter; tarfile reads such a header into memory.
MOST_HEADER_BYTES = 2**20
BLOCK = 2**20
# Of a member whose name says nothing so much is read to know what it is.
HEAD_BYTES = 4096
# The record at the end of a zip, and the longest comment behind it.
ZIP_END, ZIP_COMMENT = 22, 2**16 - 1
ZIP64_COUNT = 2**16 - 1

_ENCRYPTED = 0x1
_DRIVE = re.compile(r"[A-Za-z]:/")
_LONG_HEADERS = {
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
}
_DAMAGE = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(EOFError, OSError, NotImplementedError, ValueError),
)


# Whether to unpack a member, by its name and a function that reads its first bytes.
Wanted = Callable[[str, Callable[[], bytes]], bool]


@dataclass(frozen=True)
class ArchiveContents:
    """The names of all files in an archive, and the bytes of its texts by name."""

    names: tuple[str, ...]
    texts: dict[str, bytes]


@dataclass(frozen=True)
class _Member:
    """One plain file in an archive, its name checked."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]


def is_archive(path: Path) -> bool:
    """Whether a file's name is that of a tar or a zip."""
    return path.name.lower().endswith(SUFFIXES)


def archive_stem(path: Path) -> str:
    """The name of an archive without its suffix."""
    suffix = next(suffix for suffix in SUFFIXES if path.name.lower().endswith(suffix))
    return path.name[: -len(suffix)] or "archive"


def find_archives(folder: Path) -> list[Path]:
    """The archives in a folder, without subfolders and hidden files."""
    entries = folder.iterdir() if folder.is_dir() else ()
    found = [path for path in entries if is_archive(path) and not path.name.startswith(".")]
    return sorted(path for path in found if path.is_file())


def read_texts(archive: Path, suffixes: Collection[str]) -> ArchiveContents:
    """Read the members that end in one of `suffixes`; nothing is written.

    Of a zip no other member is read. Raises TableError naming the member where the archive is
    damaged or unsafe.
    """
    names, texts, room = [], {}, MOST_TEXT_BYTES
    with _members(archive, thorough=False) as members:
        for member in members:
            names.append(member.name)
            if PurePosixPath(member.name).suffix.lower() in suffixes:
                room -= member.size
                if room < 0:
                    raise _refusal(archive, member.name, "makes the texts larger than 1 GB")
                texts[member.name] = b"".join(_blocks(archive, member))
    return ArchiveContents(tuple(names), texts)


def unpack(archive: Path, folder: Path, wanted: Wanted) -> list[Path]:
    """Write the members that are `wanted` below `folder`; their paths.

    An existing file of the same size is kept. Raises TableError naming the member where the archive
    is damaged or unsafe, before anything is written; TargetError where another file is in the way
    or the disk is full, and what was written before stays.
    """
    with _members(archive, thorough=True) as members:
        try:
            chosen = [member for member in members if wanted(member.name, partial(_head, member))]
        except TableError as error:
            raise TableError(archive, 0, f"{error.why}; nothing of it was unpacked") from None
        return [_write(archive, member, folder) for member in chosen]


def _write(archive: Path, member: _Member, folder: Path) -> Path:
    path = folder / member.name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise TargetError(path, f"a link leads out of {folder}: remove it")
    if path.is_file() and path.stat().st_size == member.size:
        return path
    if path.exists():
        raise TargetError(path, f"exists and differs from that in {archive}: move it away")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary, open(temporary, "wb") as file:
            for block in _blocks(archive, member):
                file.write(block)
    except OSError as error:
        raise TargetError(path, f"cannot be written: {os_reason(error)}") from None
    return path


def _head(member: _Member) -> bytes:
    """The first bytes of a member; none where they cannot be read, as the walk then tells."""
    try:
        with member.open() as file:
            return file.read(HEAD_BYTES)
    except _DAMAGE:
        return b""


def _blocks(archive: Path, member: _Member) -> Iterator[bytes]:
    """The bytes of a member; raises TableError naming it where they cannot be read."""
    try:
        with member.open() as file:
            while block := file.read(BLOCK):
                yield block
    except _DAMAGE:
        raise _refusal(archive, member.name, "is cut off or damaged: download it again") from None


@contextmanager
def _members(archive: Path, thorough: bool) -> Iterator[Iterator[_Member]]:
    """The plain files of an archive in its order, each checked when it is reached.

    With the last one a tar has been read to its end; a zip only where `thorough`.
    """
    with ExitStack() as files:
        try:
            size = archive.stat().st_size
            if archive.name.lower().endswith(".zip"):
                zipped = files.enter_context(zipfile.ZipFile(archive))
                members = _zip_members(archive, zipped, thorough)
            else:
                file = files.enter_context(open_decompressed(archive))
                tar = files.enter_context(tarfile.open(fileobj=file, mode="r:", tarinfo=_Header))
                members = _tar_members(archive, tar, _most_bytes(size))
        except FileNotFoundError:
            raise TableError(archive, 0, "there is no such file") from None
        except _DAMAGE:
            why = "not a tar or zip, or cut off or damaged: download it again"
            raise TableError(archive, 0, why) from None
        yield _checked(archive, members, size)


def _most_bytes(archive_size: int) -> int:
    """The bytes that an archive of a size may unpack to."""
    return max(MOST_BYTES, MOST_GAIN * archive_size)


def _checked(archive: Path, members: Iterator[_Member], archive_size: int) -> Iterator[_Member]:
    """The members under clean names, without hidden ones; raises TableError for an unsafe one."""
    seen: set[str] = set()
    total = 0
    for count, member in enumerate(members, start=1):
        name = _clean_name(archive, member.name)
        total += member.size
        if count > MOST_MEMBERS:
            raise TableError(archive, 0, f"has more than {MOST_MEMBERS} members")
        if member.size > MOST_BYTES:
            raise _refusal(archive, name, "is larger than 2 GB")
        if total > _most_bytes(archive_size):
            raise _refusal(archive, name, f"unpacks the archive to {MOST_GAIN} times its size")
        if name in seen:
            raise _refusal(archive, name, "is in the archive twice")
        seen.add(name)
        if not any(part.startswith(".") or part == "__MACOSX" for part in name.split("/")):
            yield _Member(name, member.size, member.open)


def _clean_name(archive: Path, raw: str) -> str:
    """A member's name in POSIX form; raises TableError where it leads out of its folder."""
    slashed = raw.replace("\\", "/")
    path = PurePosixPath(slashed)
    if path.is_absolute() or _DRIVE.match(slashed):
        raise _refusal(archive, raw, "has an absolute path: pack it again with relative paths")
    if ".." in path.parts:
        raise _refusal(archive, raw, "leads out of its folder by '..': pack it again")
    if not path.parts or "\0" in raw:
        raise _refusal(archive, raw, "is not a file name")
    return path.as_posix()


def _refusal(archive: Path, name: str, why: str) -> TableError:
    return TableError(archive, 0, f"{name!r} {why}")


class _Header(tarfile.TarInfo):
    """A tar header whose size tarfile can safely read into memory."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_Header":
        header = super().frombuf(buf, encoding, errors)
        long = header.type in _LONG_HEADERS and header.size > MOST_HEADER_BYTES
        if header.size < 0 or long:
            raise tarfile.ReadError("a header of an impossible size")
        return header


def _open_in_tar(tar: tarfile.TarFile, header: tarfile.TarInfo) -> IO[bytes]:
    file = tar.extractfile(header)
    if file is None:
        raise tarfile.ReadError("a member that is not a file")
    return file


def _tar_members(archive: Path, tar: tarfile.TarFile, most: int) -> Iterator[_Member]:
    last = ""
    try:
        for header in tar:
            last = header.name
            if header.islnk() or header.issym():
                raise _refusal(archive, last, "is a link: pack it again with tar --dereference")
            if not (header.isreg() or header.isdir()):
                raise _refusal(archive, last, "is a device or a pipe, not a file")
            if header.isreg():
                yield _Member(last, header.size, partial(_open_in_tar, tar, header))
        tar.fileobj.seek(tar.offset)
        # tarfile treats a broken header, and a missing end, as the end.
        ended = tar.fileobj.read(tarfile.BLOCKSIZE) == tarfile.NUL * tarfile.BLOCKSIZE
        if ended:
            _read_rest(archive, tar, most)
    except _DAMAGE:
        ended = False
    if not ended:
        where = f"in or after {last!r}" if last else "at its start"
        raise TableError(archive, 0, f"cut off or damaged {where}: download it again")


def _read_rest(archive: Path, tar: tarfile.TarFile, most: int) -> None:
    """Read a tar from its end mark to the end of the file, where its checksums are compared."""
    while block := tar.fileobj.read(BLOCK):
        if block.strip(b"\0"):
            raise TableError(
                archive, 0, "something follows its end, as in two joined files: pack it again"
            )
        if tar.fileobj.tell() > most:
            raise TableError(archive, 0, f"unpacks to more than {MOST_GAIN} times its size")


def _zip_members(archive: Path, zipped: zipfile.ZipFile, thorough: bool) -> Iterator[_Member]:
    if thorough:
        _check_end(archive, len(zipped.infolist()))
    members = []
    for entry in zipped.infolist():
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind == stat.S_IFLNK:
            raise _refusal(archive, entry.filename, "is a link: pack it again without links")
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise _refusal(archive, entry.filename, "is a device or a pipe, not a file")
        if entry.flag_bits & _ENCRYPTED:
            raise _refusal(archive, entry.filename, "is encrypted: unpack it yourself")
        if not entry.is_dir():
            members.append(_Member(entry.filename, entry.file_size, partial(zipped.open, entry)))
            yield members[-1]
    for member in members if thorough else ():
        # Each member is read to its checksum, wanted or not.
        deque(_blocks(archive, member), maxlen=0)


def _check_end(archive: Path, listed: int) -> None:
    """Raise TableError where the end record of a zip is not its end, or counts other members."""
    with open(archive, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - ZIP_END - ZIP_COMMENT, 0))
        tail = file.read()
    start = tail.rfind(b"PK\5\6")
    count, comment = struct.unpack_from("<10xH8xH", tail, start)
    if start + ZIP_END + comment != len(tail):
        raise TableError(archive, 0, "something follows its end, or it is cut off: pack it again")
    # A zip64 keeps the count elsewhere.
    if count not in (listed, ZIP64_COUNT):
        raise TableError(archive, 0, f"damaged: it lists {listed} of {count} members")
