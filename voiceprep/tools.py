"""The only interface to external programs: ffmpeg, ffprobe, SoX and espeak-ng."""

import json
import logging
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import Any

import numpy as np

from .errors import ToolMissing, Unreadable, Unusable

FFMPEG_INSTALL = "apt install ffmpeg, or brew install ffmpeg"
SOX_INSTALL = "apt install sox libsox-fmt-mp3, or brew install sox"
ESPEAK_INSTALL = "apt install espeak-ng, or brew install espeak-ng"

# ffmpeg's demuxers of containers that hold their sound themselves. Playlists and lists of files
# (hls, concat, dash, sdp, image2, …) are missing: they would read sound outside of the source.
DEMUXERS = (
    *("aac", "ac3", "aiff", "amr", "amrnb", "amrwb", "ape", "asf", "au", "avi", "caf", "dts"),
    *("eac3", "flac", "flv", "g722", "gsm", "loas", "matroska", "mov", "mp3", "mpc", "mpc8"),
    *("mpeg", "mpegts", "nistsphere", "ogg", "rm", "sox", "tak", "tta", "voc", "w64", "wav"),
    *("wv", "wve", "xwma"),
)
# The most bytes of a single piece of memory: the index of a recording of many hours is smaller.
MOST_ALLOCATED = 2**28
# ffprobe's message where it knows no length.
ESTIMATED = b"Estimating duration from bitrate"
# Containers with one length for the whole file, not one for each stream.
FILE_LENGTHS = {"matroska", "asf", "flv"}
# Times of packets are rounded by this much at most.
GAP = 0.02
# What ffmpeg's filter ashowinfo says of a block of samples.
SHOWN = re.compile(rb"ashowinfo.* pts_time:(\S+) .*rate:(\d+) nb_samples:(\d+)")
CHECKSUMS = ("-err_detect", "crccheck")
# The most bytes that are read of ffmpeg's messages.
MOST_MESSAGES = 2**16

# How long the last lines may take: another process may still hold stderr.
TEE_SECONDS = 2

# espeak-ng computes the sound though it is quiet: the faster the speech, the sooner it is done.
ESPEAK_WORDS_PER_MINUTE = 440

# noisered fades in over its first windows of 2048 samples, and drops the last one.
NOISERED_START, NOISERED_END = 8192, 2048


def require_ffmpeg() -> None:
    """Raise Unreadable where ffmpeg or ffprobe is missing."""
    if shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None:
        raise Unreadable(f"ffmpeg is missing: {FFMPEG_INSTALL}")


def require_sox(needed_for: str = "--engine sox") -> None:
    """Raise ToolMissing where SoX is missing."""
    if shutil.which("sox") is None:
        raise ToolMissing("SoX", needed_for, SOX_INSTALL)


@dataclass(frozen=True)
class Stream:
    """ffprobe's record of a sound: its rate, channels and codec, the containers it may be in.

    `seconds` is the length of this stream from its own start, 0 where the container states none.
    ffprobe has checked nothing of it.
    """

    rate: int
    channels: int
    containers: frozenset[str]
    seconds: float
    codec: str = ""
    demuxer: str = ""


def probe(path: Path, demuxer: str = "") -> Stream:
    """What ffprobe says of the first audio stream of a file.

    `demuxer` is that of a file without a header, whose suffix alone says what it is. Raises
    Unreadable where ffmpeg is missing or finds no sound.
    """
    require_ffmpeg()
    command = ["ffprobe", "-v", "warning", "-of", "json", "-show_format", "-show_streams"]
    result = subprocess.run([*command, *_input(path, demuxer)], capture_output=True, check=False)
    try:
        info = json.loads(result.stdout)
        found = [row for row in info.get("streams", []) if row.get("codec_type") == "audio"]
        if not found or not int(found[0].get("sample_rate", 0)):
            raise Unreadable("holds no sound that libsndfile or ffmpeg can read")
        return Stream(
            int(found[0]["sample_rate"]),
            int(found[0]["channels"]),
            frozenset(info["format"]["format_name"].split(",")),
            0.0 if ESTIMATED in result.stderr else _own_seconds(found[0], info),
            str(found[0].get("codec_name", "")),
            demuxer,
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        # For a damaged file ffprobe's output may lack anything.
        raise Unreadable("ffprobe cannot recognise its content: export it again") from None


def _own_seconds(stream: dict[str, Any], info: dict[str, Any]) -> float:
    """The length of a stream from its start, where the container states it; else 0."""
    start = float(stream.get("start_time", 0))
    tags = stream.get("tags", {})
    # Matroska's tag is the time of the end.
    ends = [value for name, value in tags.items() if name.upper().startswith("DURATION")]
    if ends:
        hours, minutes, seconds = map(float, str(ends[0]).split(":"))
        return 3600 * hours + 60 * minutes + seconds - start
    whole = float(info["format"].get("duration", 0))
    length = float(stream.get("duration", whole))
    if not FILE_LENGTHS & frozenset(info["format"]["format_name"].split(",")):
        return length
    # The file's length is that of its longest stream.
    return whole - start if len(info["streams"]) == 1 and whole else 0.0


@dataclass
class DecodedSound:
    """ffmpeg at work: `read` gives float32 bytes; at the end there are its `messages` of damage."""

    read: Callable[..., bytes]
    messages: tuple[str, ...] = ()


@contextmanager
def decoding(
    path: Path, channels: int, rate: int, demuxer: str = "", start: int = 0
) -> Iterator[DecodedSound]:
    """The first sound stream of a file as float32 bytes, decoded by ffmpeg from byte `start` on.

    `demuxer` is needed for a file without a header, and where bytes are skipped: ffmpeg would
    recognise the format by them.
    ffmpeg writes into a pipe, so it ends when we do. Raises Unreadable with the last line of
    ffmpeg's messages where it fails.
    """
    command = ["ffmpeg", "-v", "level+warning", "-nostdin", *CHECKSUMS]
    command += ["-skip_initial_bytes", str(start), *_input(path, demuxer), "-map", "0:a:0"]
    command += ["-f", "f32le", "-ac", str(channels), "-ar", str(rate), "pipe:1"]
    # Into a file: of a pipe that nobody reads, ffmpeg would wait for room.
    with (
        TemporaryFile() as written,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=written) as process,
    ):
        assert process.stdout, "it was opened as a pipe"
        decoder = DecodedSound(process.stdout.read)
        try:
            yield decoder
        except BaseException:
            process.kill()
            raise
        process.wait()
        written.seek(0)
        text = written.read(MOST_MESSAGES).decode(errors="replace")
    decoder.messages = _of_damage(text)
    if process.returncode:
        raise Unreadable(f"ffmpeg: {plain_message(_last_line(text, path), path)}")


def first_damage(path: Path, codec: str, demuxer: str = "") -> float | None:
    """Where in a sound ffmpeg's decoder meets damage, or its packets leave a gap, in seconds.

    None where it does not. ffmpeg says of each block of samples when it is due, so that what it
    says of damage is known to be between two of them.
    """
    # Threads would say it earlier.
    command = ["ffmpeg", "-v", "level+info", "-nostdin", "-nostats", "-threads", "1"]
    command += [*CHECKSUMS, *_input(path, demuxer), "-map", "0:a:0", "-af", "ashowinfo"]
    command += ["-f", "null", os.devnull]
    start = end = None
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr, "it was opened as a pipe"
        for line in process.stderr:
            block = SHOWN.search(line)
            if block:
                time, rate, count = (float(value) for value in block.groups())
                start = time if start is None else start
                if end is not None and abs(time - end) > GAP:
                    break
                end = time + count / rate
            elif is_of_decoder(line.decode(errors="replace"), codec):
                break
        else:
            return None
        process.kill()
    return 0.0 if start is None or end is None else end - start


def is_of_decoder(message: str, codec: str) -> bool:
    """Whether one of ffmpeg's messages is of damage that the decoder met."""
    return "[error]" in message and (f"[{codec}" in message or "Error while decoding" in message)


def _of_damage(messages: str) -> tuple[str, ...]:
    """The messages that speak of damage."""
    lines = (line for line in messages.splitlines() if line.startswith("["))
    return tuple(
        line
        for line in lines
        if "[error]" in line or "[fatal]" in line or ("[warning]" in line and "corrupt" in line)
    )


def plain_message(message: str, path: Path) -> str:
    """A message of ffmpeg without its marks and the file's name."""
    return _last_line(message.rpartition("] ")[2], path)


def run_sox(source: Path, target: Path, rate: int, bits: int, dither: bool) -> str:
    """Convert by the real SoX as `sox -R SOURCE -b16 -c1 -r22050 TARGET`; its warnings.

    Raises Unusable or Unreadable with the last line of SoX's messages.
    """
    import sox

    transformer = _transformer(dither)
    transformer.set_output_format(file_type="wav", rate=rate, bits=bits, channels=1)
    try:
        status, _, messages = transformer.build_file(
            _plain(source), str(target), return_output=True
        )
    except sox.SoxiError:
        raise Unreadable("SoX: cannot read files of this kind, --engine soxr can") from None
    except UnicodeDecodeError:
        # pysox cannot read messages that contain such a name.
        raise Unreadable("SoX: its name is not UTF-8, rename it") from None
    except (sox.SoxError, OSError) as error:
        raise Unreadable(f"SoX: {_last_line(str(error), source)}") from None
    if status:
        raise Unreadable(f"SoX: {_last_line(messages, source)}")
    if target.stat().st_size <= 44:
        raise Unusable("holds no samples", 0.0)
    return _last_line(messages, source)


def remove_noise(samples: np.ndarray, noise: np.ndarray, rate: int, amount: float) -> np.ndarray:
    """The samples after SoX's noisered with a profile of `noise`; of the same length.

    Raises Unreadable with the last line of SoX's messages.
    """
    import sox

    padded = np.pad(samples, (NOISERED_START, NOISERED_END), mode="reflect").astype(np.float32)
    try:
        learning = _transformer(dither=False)
        given = {"input_array": noise.astype(np.float32), "sample_rate_in": rate}
        profile = learning.build(
            **given, output_filepath="-n", extra_args=["noiseprof"], return_output=True
        )[1]
        with passed_on(profile) as path:
            transformer = _transformer(dither=False).noisered(path, amount)
            made: np.ndarray = transformer.build_array(input_array=padded, sample_rate_in=rate)
    except (sox.SoxError, sox.SoxiError, OSError) as error:
        raise Unreadable(f"SoX: {_last_line(str(error), Path())}") from None
    return made[NOISERED_START : NOISERED_START + len(samples)]


@contextmanager
def passed_on(data: bytes) -> Iterator[str]:
    """The path of a file with this content, for other programs.

    Linux keeps it in memory, so that nothing is left of it however this process ends.
    """
    if not hasattr(os, "memfd_create"):
        with NamedTemporaryFile(prefix="voiceprep-") as named:
            named.write(data)
            named.flush()
            yield named.name
        return
    with open(os.memfd_create("voiceprep"), "wb") as file:
        file.write(data)
        file.flush()
        yield f"/proc/{os.getpid()}/fd/{file.fileno()}"


@cache
def espeak_version() -> str:
    """The version of the espeak-ng that is installed; raises ToolMissing where there is none."""
    found = re.search(r"\d+(\.\d+)+\S*", _espeak("--version", lines=(), seconds=60).stdout)
    return found[0] if found else "of unknown version"


@cache
def espeak_voices() -> tuple[str, ...]:
    """The names of languages that espeak-ng takes, in small letters; raises ToolMissing."""
    names: set[str] = set()
    for line in _espeak("--voices", lines=(), seconds=60).stdout.splitlines()[1:]:
        # Priority, language, gender, name, file, and other names as in `(en 2)`.
        row = line.split()
        file = next((word for word in row[3:] if "/" in word), row[1])
        names |= {row[1], file.rpartition("/")[2], *re.findall(r"\((\S+) \d+\)", line)}
    return tuple(sorted({name.lower() for name in names}))


def espeak_phonemes(lines: Sequence[str], voice: str, seconds: float) -> list[str] | None:
    """The lines of IPA that espeak-ng prints for some lines; None where it fails or takes longer.

    It reads each line by itself, up to 999 bytes, and prints one line or more for each.
    """
    try:
        options = ("-q", "--ipa", "-b1", f"-s{ESPEAK_WORDS_PER_MINUTE}", f"-v{voice}")
        result = _espeak(*options, lines=lines, seconds=seconds)
    except subprocess.TimeoutExpired:
        return None
    return None if result.returncode else result.stdout.split("\n")[:-1]


def _espeak(
    *options: str, lines: Sequence[str], seconds: float
) -> "subprocess.CompletedProcess[str]":
    """A run of espeak-ng on lines of text."""
    try:
        return subprocess.run(
            ["espeak-ng", *options],
            input="".join(f"{line}\n" for line in lines),
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
        )
    except (FileNotFoundError, PermissionError):
        raise ToolMissing("espeak-ng", "the front end espeak", ESPEAK_INSTALL) from None


def tee_stderr(path: Path, screen: int) -> Callable[[], None]:
    """Append all that this process writes to stderr to a file, and copy it to a descriptor.

    The function that it returns gives stderr back to the descriptor. `tee` does it, in a session of
    its own: a signal that ends this process leaves it the last lines.
    """
    process = subprocess.Popen(
        ["tee", "-a", "-i", path],
        stdin=subprocess.PIPE,
        stdout=screen,
        stderr=screen,
        start_new_session=True,
    )
    assert process.stdin, "it was opened as a pipe"
    os.dup2(process.stdin.fileno(), 2)
    process.stdin.close()

    def give_back() -> None:
        os.dup2(screen, 2)
        with suppress(subprocess.TimeoutExpired):
            process.wait(TEE_SECONDS)

    return give_back


def _transformer(dither: bool) -> Any:
    """A run of SoX that takes names as they are, and gives the same bytes every time."""
    import sox

    logging.getLogger("sox").setLevel(logging.ERROR)
    transformer = sox.Transformer()
    transformer.set_globals(dither=dither, verbosity=2)
    # Without --no-glob `a*.wav` is every file that matches; -R seeds the dither.
    transformer.globals += ["--no-glob", "-R"]
    return transformer


def _input(path: Path, demuxer: str) -> list[str]:
    """A file as the input of ffmpeg or ffprobe, which then open no other file and no address."""
    named = ["-f", demuxer] if demuxer else []
    limits = ["-max_alloc", str(MOST_ALLOCATED), "-protocol_whitelist", "file,pipe"]
    return [*limits, "-format_whitelist", ",".join(DEMUXERS), *named, "-i", _plain(path)]


def _plain(path: Path) -> str:
    """The path in a form that no program parses as an option or a protocol."""
    return os.path.abspath(path)  # noqa: PTH100 (resolve would follow links)


def _last_line(messages: str, path: Path) -> str:
    lines = [line.strip() for line in messages.splitlines() if line.strip()]
    return (
        lines[-1].replace(f"{_plain(path)}: ", "").replace(_plain(path), path.name) if lines else ""
    )
