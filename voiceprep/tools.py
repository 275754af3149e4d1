"""The only interface to external programs: ffmpeg, ffprobe and SoX."""

import logging
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import numpy as np
import soundfile

from .errors import ToolMissing, Unreadable, Unusable

FFMPEG_INSTALL = "apt install ffmpeg, or brew install ffmpeg"
SOX_INSTALL = "apt install sox libsox-fmt-mp3, or brew install sox"

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


def probe(path: Path) -> dict[str, Any]:
    """ffprobe's record of the first audio stream, with that of its `container`.

    Raises Unreadable where ffmpeg is missing or finds no sound.
    """
    require_ffmpeg()
    from pydub.utils import mediainfo_json

    try:
        info = mediainfo_json(_plain(path))
    except (ValueError, LookupError):
        # For a damaged file ffprobe's output may lack what pydub expects.
        raise Unreadable("ffprobe cannot recognise its content: export it again") from None
    streams = [row for row in info.get("streams", []) if row.get("codec_type") == "audio"]
    if not streams or not int(streams[0].get("sample_rate", 0)):
        raise Unreadable("holds no sound that libsndfile or ffmpeg can read")
    stream: dict[str, Any] = streams[0] | {"container": info.get("format", {})}
    return stream


@contextmanager
def decoding(path: Path, channels: int, rate: int, start: int = 0) -> Iterator[IO[bytes]]:
    """The first sound stream of a file as float32 bytes, decoded by ffmpeg from byte `start` on.

    ffmpeg writes into a pipe, so it ends when we do. Raises Unreadable with the last line of
    ffmpeg's messages where it fails.
    """
    command = ["ffmpeg", "-v", "error", "-nostdin", "-skip_initial_bytes", str(start)]
    command += ["-i", _plain(path), "-map", "0:a:0"]
    command += ["-f", "f32le", "-ac", str(channels), "-ar", str(rate), "pipe:1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr, "both were opened as pipes"
        try:
            yield process.stdout
        except BaseException:
            process.kill()
            raise
        messages = process.stderr.read().decode(errors="replace").strip()
    if process.returncode:
        raise Unreadable(f"ffmpeg: {_last_line(messages, path)}")


def run_sox(source: Path, target: Path, rate: int, bits: int, dither: bool) -> str:
    """Convert by the real SoX as `sox -R SOURCE -b16 -c1 -r22050 TARGET`; its warnings.

    Raises Unusable or Unreadable with the last line of SoX's messages.
    """
    import sox

    logging.getLogger("sox").setLevel(logging.ERROR)
    transformer = sox.Transformer()
    transformer.set_globals(dither=dither, verbosity=2)
    # -R seeds the dither: without it no two runs of SoX give the same bytes.
    transformer.globals.append("-R")
    transformer.set_output_format(file_type="wav", rate=rate, bits=bits, channels=1)
    try:
        status, _, messages = transformer.build_file(
            _plain(source), str(target), return_output=True
        )
    except sox.SoxiError:
        raise Unreadable("SoX: cannot read files of this kind, --engine soxr can") from None
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

    logging.getLogger("sox").setLevel(logging.ERROR)
    with TemporaryDirectory(prefix="voiceprep-") as folder:
        alone, profile, source, target = (
            f"{folder}/{name}" for name in ("n.wav", "n", "i.wav", "o.wav")
        )
        soundfile.write(alone, noise, rate, subtype="FLOAT")
        padded = np.pad(samples, (NOISERED_START, NOISERED_END), mode="reflect")
        soundfile.write(source, padded, rate, subtype="FLOAT")
        try:
            sox.Transformer().noiseprof(alone, profile)
            transformer = sox.Transformer().noisered(profile, amount)
            transformer.set_globals(dither=False)
            transformer.set_output_format("wav", bits=32, encoding="floating-point")
            transformer.build(source, target)
        except (sox.SoxError, sox.SoxiError, OSError) as error:
            raise Unreadable(f"SoX: {_last_line(str(error), Path(source))}") from None
        made: np.ndarray = soundfile.read(target, dtype="float32")[0]
    return made[NOISERED_START : NOISERED_START + len(samples)]


def _plain(path: Path) -> str:
    """The path in a form that no program parses as an option or a protocol."""
    return os.path.abspath(path)  # noqa: PTH100 (resolve would follow links)


def _last_line(messages: str, path: Path) -> str:
    lines = [line.strip() for line in messages.splitlines() if line.strip()]
    return (
        lines[-1].replace(f"{_plain(path)}: ", "").replace(_plain(path), path.name) if lines else ""
    )
