"""What the first bytes of a file say that it is: a sound, or something else.

The signatures are those of the formats that libsndfile and ffmpeg's demuxers read.
"""

import re
from pathlib import Path

from ...errors import Unreadable
from .mp3_frames import begins_frames

# Enough for two frames of an mp3. What begins as text is read to its end, as an mp3 may follow; a
# longer one is left to the decoders.
HEAD_BYTES, TEXT_BYTES = 4096, 2**22
# Formats without a header, that only a suffix tells, and ffmpeg's demuxers of them. Their rate is
# fixed by the standard: 16,000 Hz for G.722, 8,000 Hz for GSM 06.10.
HEADERLESS = {".g722": "g722", ".gsm": "gsm"}

_SOUND = re.compile(
    rb"RI(FF|FX).{4}(WAVE|AVI |XWMA)|RF64.{4}WAVE|riff\x2e\x91\xcf\x11|FORM.{4}(AIF[FC]|8SVX|16SV)"
    rb"|fLaC|OggS|ID3[\2-\4][^\xff]|caff\x00\x01|\.snd|NIST_1A\n|Creative Voice File|FLV\x01"
    rb"|\x1aE\xdf\xa3|0&\xb2\x75\x8e\x66\xcf\x11|#!AMR|MAC [^ -~]|wvpk|TTA[12]|MPCK|MP\+[\7\x17]"
    rb"|tBaK|\.RMF\x00|\x00\x00\x01\xba|\x7f\xfe\x80\x01|\x0b\x77[^\0]|[.]SoX|XoS[.]|ALawSoundFile"
    rb"|\x64\xa3[\1-\4]\0|\0[\1-\4]\xa3\x64"
    rb"|.{4}ftyp(?!hei|hev|mif1|msf1|avi[fs]|crx |jp[2mx] )|\x47(.{187}\x47){3}",
    re.DOTALL,
)
# ADTS: twelve set bits, layer 0, a rate that exists, and the length of the frame further on.
_ADTS = re.compile(rb"\xff[\xf0\xf1\xf8\xf9]")

_GET_AGAIN = "not a sound: download it again"
_UNPACK = "not a sound: unpack it"
_OTHER = (
    (rb"PK(\x03\x04|\x05\x06)", f"is a zip archive, {_UNPACK}"),
    (rb"\x1f\x8b\x08|BZh[1-9]|\xfd7zXZ\x00|\x28\xb5\x2f\xfd", f"is a compressed file, {_UNPACK}"),
    (rb"7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|.{257}ustar", f"is an archive, {_UNPACK}"),
    (rb"%PDF-", "is a PDF document, not a sound"),
    (rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|RIFF.{4}WEBP", "is an image, not a sound"),
    (rb".{4}ftyp(hei|hev|mif1|msf1|avi[fs])", "is an image, not a sound"),
    (rb"MThd\x00\x00\x00\x06", "is a MIDI file, which holds notes and no sound"),
    (rb"\x93NUMPY", "is a NumPy array, not a sound"),
)
_TEXTS = (
    (rb"version https://git-lfs", "is a Git LFS pointer, not the sound: run git lfs pull"),
    (rb"[./]*(\.git)?/annex/objects/", "is a git-annex pointer, not the sound: run git annex get"),
    (
        rb"#EXTM3U|\[playlist\]|ffconcat version|<asx|(<\?xml.{0,200})?<playlist|v=0\r?\no=",
        "is a playlist, which names other files: convert those",
    ),
    (rb"(<!--.{0,500}-->\s*)?(<!doctype html|<html|<head|<body)", f"is a web page, {_GET_AGAIN}"),
    (rb"<\?xml.{0,500}<html", f"is a web page, {_GET_AGAIN}"),
    (rb"<", f"is XML text, {_GET_AGAIN}"),
    (rb"[{[]\s*[]}\"{[\d]", f"is JSON text, {_GET_AGAIN}"),
    (rb"", "is text, not a sound"),
)
_NAMED = [(re.compile(pattern, re.DOTALL), what) for pattern, what in _OTHER]
_NAMED_TEXTS = [(re.compile(pattern, re.DOTALL | re.I), what) for pattern, what in _TEXTS]
_CONTROL = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]")


def begins_sound(head: bytes) -> bool:
    """Whether these first bytes of a file are those of a sound, or of a video that may have one."""
    if _SOUND.match(head) or begins_frames(head):
        return True
    length = int.from_bytes(head[3:6], "big") >> 5 & 0x1FFF
    return bool(_ADTS.match(head) and length > 7 and _ADTS.match(head[length:]))


def demuxer_of(path: Path, head: bytes) -> str:
    """ffmpeg's demuxer of a file without a header, by its suffix; "" where `head` is one."""
    named = HEADERLESS.get(path.suffix.lower(), "")
    return named if named and not begins_sound(head) else ""


def check_sound(path: Path, head: bytes) -> None:
    """Raise Unreadable, saying what it is, for a file that is clearly something else.

    `head` are its first bytes, as `read_head` returns them.
    """
    what = next((what for pattern, what in _NAMED if pattern.match(head)), "")
    if what or _is_text(head):
        what = what or _kind_of_text(path)
        if what:
            raise Unreadable(what)


def _kind_of_text(path: Path) -> str:
    """What a file that begins as text is; "" where it goes on otherwise."""
    with open(path, "rb") as file:
        data = file.read(HEAD_BYTES + TEXT_BYTES)
        if file.read(1) or not _is_text(data):
            return ""
    start = _plain(data).lstrip()
    return next(what for pattern, what in _NAMED_TEXTS if pattern.match(start))


def read_head(path: Path) -> bytes:
    """The first bytes of a file."""
    with open(path, "rb", buffering=0) as file:
        return file.read(HEAD_BYTES)


def _is_text(data: bytes) -> bool:
    """Whether all of this is UTF-8 or, with a byte order mark, UTF-16."""
    data = _plain(data)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        # The last character may be cut.
        if error.start < len(data) - 3:
            return False
    return bool(data) and not _CONTROL.search(data)


def _plain(data: bytes) -> bytes:
    """Text without its byte order mark, in UTF-8; other bytes as they are."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data[: len(data) // 2 * 2].decode("utf-16", "replace").encode()
    return data.removeprefix(b"\xef\xbb\xbf")
