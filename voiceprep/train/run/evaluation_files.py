"""The files that an evaluation writes into a run's folder: speech, pictures, rows of clips."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from ...errors import os_reason
from ...files import replacing

CLIPS, SPEECH = "clips.csv", "speech"


@contextmanager
def warning_of(path: Path, warnings: list[str]) -> Iterator[None]:
    """Within it a file that cannot be written adds a warning: training does not end for it."""
    try:
        yield
    except (OSError, soundfile.LibsndfileError) as error:
        reason = os_reason(error) if isinstance(error, OSError) else str(error).lower()
        warnings.append(f"{path}: not written: {reason}")


def speech_file(folder: Path, id: str) -> tuple[str, Path]:
    """The name of a clip's speech and the path of its picture, whose folder is created.

    An id may contain folders; `..` in it cannot leave the run's folder.
    """
    name = id.replace("..", "_").lstrip("/")
    target = folder / SPEECH / f"{name}.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    return name, target


def write_speech(path: Path, samples: np.ndarray, rate: int) -> None:
    """Write samples, float32 (n,) in [-1, 1], as a 16-bit wav, atomically."""
    with replacing(path) as temporary:
        soundfile.write(temporary, samples, rate, "PCM_16", format="WAV")


def update_clips(path: Path, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Merge the newest rows into a table of clips, one row each, sorted by id."""
    merged = _read_clips(path) | {row["id"]: row for row in rows}
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(merged[name] for name in sorted(merged))
    with replacing(path) as temporary:
        temporary.write_text(text.getvalue(), encoding="utf-8", errors="surrogateescape")


def _read_clips(path: Path) -> dict[str, Mapping[str, Any]]:
    """The rows of a table by id, none where there is no table or a damaged one."""
    if not path.exists():
        return {}
    try:
        with open(path, newline="", encoding="utf-8", errors="surrogateescape") as file:
            return {row["id"]: row for row in csv.DictReader(file) if row.get("id")}
    except csv.Error:
        return {}
