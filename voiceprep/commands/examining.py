"""The sound of every clip measured, once: what was measured of it before is not measured again."""

import base64
import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from ..audio.convert import load_as_is
from ..audio.hearing import Hearing
from ..audio.thumbnail import draw_mel, draw_waveform
from ..batch import JobsConfig, Progress
from ..check import Check, Reading
from ..clip import Clip
from ..disk import Stamp
from ..errors import TableError
from ..ledger import append_line, open_end
from ..measure import Measured, measure_all
from ..records import parse_line, to_bytes, write_lines
from ..report.corpus import picture_path, write_clip_picture

MEASURES = "measures.jsonl"
# What reading a file tells and a check tells with its place and size.
TOLD_BY_CHECKS = ("an offset of", "clipped when recorded")


@dataclass(frozen=True)
class Heard:
    """What was measured of a clip's sound.

    `speech_seconds` go from the first sound to the last, None where nobody speaks; `warning` is
    what reading it told; `readings` are by check, None where one cannot tell; `kept` is what the
    checks of the set need.
    """

    stamp: Stamp
    seconds: float
    rate: int
    speech_seconds: float | None
    warning: str
    readings: Mapping[str, Reading | None]
    kept: Mapping[str, Any]


def examine(
    base: Path,
    clips: Sequence[Clip],
    checks: Sequence[Check],
    used_hz: float,
    folder: Path,
    jobs: JobsConfig,
    progress: Progress,
) -> Measured[Heard]:
    """Every clip's sound measured by `checks`, those of sounds and of sets of sounds.

    What was measured is kept in `folder`, line by line as it is found, with a picture of the clip
    for the page, and taken from there where the file is the same, the checks too, and its picture
    is there. `used_hz` is how far up a voice is to use the sounds. Raises OSError where nothing can
    be written.
    """
    store = _Store(folder / MEASURES, _way(checks, used_hz))
    told = {base / clip.path: clip.path for clip in clips}

    def measure(path: Path) -> Heard:
        before = store.known.get(told[path])
        if before and before.stamp.still(path) and picture_path(folder, before.stamp.hash).exists():
            return before
        heard = _hear(path, checks, used_hz, folder)
        store.note(told[path], heard)
        return heard

    paths = {clip.id: base / clip.path for clip in clips}
    measured = measure_all(paths, measure, jobs, progress)
    store.close({told[paths[id]]: heard for id, heard in measured.values.items()})
    return measured


def _hear(path: Path, checks: Sequence[Check], used_hz: float, folder: Path) -> Heard:
    # Taken first, so that what changes while it is read is measured again the next time.
    stamp = Stamp.of(path)
    loaded = load_as_is(path)
    sound, facts = loaded.sound, loaded.converted.facts
    hearing = Hearing(sound, facts.get("offset", 0.0), used_hz)
    spans = hearing.speech.spans if hearing.speech else ()
    waveform, mel = draw_waveform(sound.samples), draw_mel(hearing)
    write_clip_picture(folder, stamp.hash, waveform, mel, sound.seconds)
    return Heard(
        stamp,
        sound.seconds,
        sound.rate,
        spans[-1][1] - spans[0][0] if spans else None,
        _warning(loaded.converted.warning),
        {check.name: check.measure(hearing) for check in checks if check.reads == "sound"},
        {check.name: check.keep(hearing) for check in checks if check.keep},
    )


def _warning(told: str) -> str:
    return "; ".join(part for part in told.split("; ") if not part.startswith(TOLD_BY_CHECKS))


def _way(checks: Sequence[Check], used_hz: float) -> str:
    """A digest of all that measuring depends on but the sounds: the checks and their code."""
    names = ",".join([*sorted(check.name for check in checks), str(used_hz)])
    return hashlib.sha256((names + _code()).encode()).hexdigest()[:16]


@cache
def _code() -> str:
    here = Path(__file__)
    digest = hashlib.sha256()
    for path in (here, *sorted((here.parent.parent / "audio").rglob("*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()


class _Store:
    """The measures of a report's folder, by path of the sound; several threads may note in it."""

    def __init__(self, path: Path, way: str):
        self.path, self.way = path, way
        self.known = dict(_read(path, way))
        self._lock = threading.Lock()
        self._file: Any = None
        self._noted = False

    def note(self, path: str, heard: Heard) -> None:
        """Append what was measured of one clip."""
        with self._lock:
            self._file = self._file or open_end(self.path)
            append_line(self._file, to_bytes(_row(path, heard, self.way)))
            self._noted = True

    def close(self, values: Mapping[str, Heard]) -> None:
        """Put the measures of the clips that there are in order, where anything changed."""
        with self._lock:
            if self._file:
                self._file.close()
            if self._noted or values.keys() != self.known.keys():
                rows = (_row(path, heard, self.way) for path, heard in values.items())
                write_lines(self.path, rows)


def _row(path: str, heard: Heard, way: str) -> dict[str, Any]:
    return {
        "path": path,
        "way": way,
        "stamp": [heard.stamp.size, heard.stamp.mtime_ns, heard.stamp.hash],
        "seconds": heard.seconds,
        "rate": heard.rate,
        "speech_seconds": heard.speech_seconds,
        "warning": heard.warning,
        "readings": {check: _told_reading(reading) for check, reading in heard.readings.items()},
        "kept": {check: _packed(record) for check, record in heard.kept.items()},
    }


def _read(path: Path, way: str) -> Iterator[tuple[str, Heard]]:
    """What was measured in this way; a line that a kill cut short is of a clip measured again."""
    for line in path.read_bytes().split(b"\n") if path.exists() else ():
        try:
            row = parse_line(line.decode("utf-8", "surrogateescape"), path, 0)
            if row["way"] == way:
                yield row["path"], _heard(row)
        except (TableError, AttributeError, KeyError, TypeError, ValueError):
            continue


def _heard(row: Mapping[str, Any]) -> Heard:
    return Heard(
        Stamp(*row["stamp"]),
        row["seconds"],
        row["rate"],
        row["speech_seconds"],
        row["warning"],
        {check: _reading(told) for check, told in row["readings"].items()},
        {check: _unpacked(record) for check, record in row["kept"].items()},
    )


def _reading(told: Any) -> Reading | None:
    if told is None:
        return None
    value, evidence, spans = told
    return Reading(float(value), evidence, tuple((start, end) for start, end in spans))


def _told_reading(reading: Reading | None) -> list[Any] | None:
    if reading is None:
        return None
    spans = [[float(start), float(end)] for start, end in reading.spans]
    return [_told(reading.value), reading.evidence, spans]


def _told(value: float) -> float | str:
    """A number as JSON holds it, those that are not finite as words."""
    return float(value) if isfinite(value) else str(float(value))


def _packed(record: Any) -> Any:
    if isinstance(record, np.ndarray):
        return {"uint32": base64.b64encode(record.astype("<u4").tobytes()).decode()}
    return record


def _unpacked(record: Any) -> Any:
    if isinstance(record, dict):
        return np.frombuffer(base64.b64decode(record["uint32"]), "<u4")
    return tuple(record) if isinstance(record, list) else record
