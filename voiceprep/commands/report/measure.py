"""Measures the sound of every clip, and caches the measurements by content hash."""

import base64
import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ... import audio
from ...audio.checks import peak_to_loudness
from ...audio.convert import Converted, load_as_is
from ...audio.features import AudioFeatures
from ...audio.thumbnail import draw_mel, draw_waveform
from ...batch.ledger import append_line, open_end
from ...batch.measure import Measured, measure_all
from ...batch.run import JobsConfig, Progress
from ...clip import Clip
from ...errors import TableError
from ...files import Stamp
from ...quality.check import Check, Measurement, Reading, Undecided
from ...records import parse_own_line, to_bytes, write_lines
from ...report.corpus import picture_path, write_clip_picture

MEASURES = "measures.jsonl"
# Clips of the same sound share a picture, which one of them at a time may write.
_drawing = threading.Lock()
# Warnings of the reader that a check reports too, with place and size.
REPORTED_BY_CHECKS = ("an offset of", "clipped when recorded")
# A lossy file of a loud sound may exceed full scale by less; turned down, it loses nothing.
TURNED_DOWN_DB = 3.0


@dataclass(frozen=True)
class SoundMeasurements:
    """The measurements of a clip's sound.

    `speech_seconds` reach from the start to the end of speech, None where none is found; `warning`
    comes from reading the file; `by_check` holds what each check says; `kept` is what the checks of
    the whole set need.
    """

    stamp: Stamp
    seconds: float
    rate: int
    speech_seconds: float | None
    warning: str
    by_check: Mapping[str, Reading | None]
    kept: Mapping[str, Any]


def measure_sounds(
    base: Path,
    clips: Sequence[Clip],
    checks: Sequence[Check],
    used_hz: float,
    folder: Path,
    jobs: JobsConfig,
    progress: Progress,
) -> Measured[SoundMeasurements]:
    """Measure every clip's sound by `checks`, those of sounds and of sets of sounds.

    Each measurement is appended to a cache in `folder` as it is made, with a picture of the clip
    for the page. A cached one is used where the file and the checks are the same and the picture
    exists. `used_hz` is the highest frequency that training will use. Raises OSError where nothing
    can be written.
    """
    cache = _MeasurementCache(folder / MEASURES, _version(checks, used_hz))
    listed = {base / clip.path: clip.path for clip in clips}

    def measure(path: Path) -> SoundMeasurements:
        before = cache.known.get(listed[path])
        if before and before.stamp.still(path) and picture_path(folder, before.stamp.hash).exists():
            return before
        sound = _measure(path, checks, used_hz, folder)
        cache.append(listed[path], sound)
        return sound

    paths = {clip.id: base / clip.path for clip in clips}
    measured = measure_all(paths, measure, jobs, progress)
    cache.close({listed[paths[id]]: sound for id, sound in measured.values.items()})
    return measured


def _measure(
    path: Path, checks: Sequence[Check], used_hz: float, folder: Path
) -> SoundMeasurements:
    # The stamp comes first: a file that changes while it is read is measured again next time.
    stamp = Stamp.of(path)
    loaded = load_as_is(path)
    sound, facts = loaded.sound, loaded.converted.facts
    features = AudioFeatures(sound, facts.get("offset", 0.0), used_hz, "gain_db" in facts)
    spans = features.speech.spans if features.speech else ()
    waveform, mel = draw_waveform(sound.samples), draw_mel(features)
    with _drawing:
        write_clip_picture(folder, stamp.hash, waveform, mel, sound.seconds)
    by_check = {check.name: check.measure(features) for check in checks if check.reads == "sound"}
    return SoundMeasurements(
        stamp,
        sound.seconds,
        sound.rate,
        spans[-1][1] - spans[0][0] if spans else None,
        _warning(loaded.converted, by_check),
        by_check,
        {check.name: check.keep(features) for check in checks if check.keep},
    )


def _warning(converted: Converted, by_check: Mapping[str, Reading | None]) -> str:
    """What reading the file showed that no check reports too."""
    reported = list(REPORTED_BY_CHECKS)
    if converted.facts.get("gain_db", 0.0) > -TURNED_DOWN_DB or _flat(by_check):
        reported.append("turned down by")
    parts = converted.warning.split("; ")
    return "; ".join(part for part in parts if not part.startswith(tuple(reported)))


def _flat(by_check: Mapping[str, Reading | None]) -> bool:
    """Whether it was clipped and encoded, so that its decoder overshoots full scale."""
    read = by_check.get(peak_to_loudness.CHECK.name)
    return isinstance(read, Measurement) and not peak_to_loudness.CHECK.is_well(read.value)


def _version(checks: Sequence[Check], used_hz: float) -> str:
    """A digest of everything but the sounds that measuring depends on: the checks, their code."""
    names = ",".join([*sorted(check.name for check in checks), str(used_hz)])
    return hashlib.sha256((names + _code()).encode()).hexdigest()[:16]


def code_files() -> list[Path]:
    """The code that measurements depend on."""
    return [Path(__file__), *sorted(Path(audio.__file__).parent.rglob("*.py"))]


def _code() -> str:
    digest = hashlib.sha256()
    for path in code_files():
        digest.update(path.read_bytes())
    return digest.hexdigest()


class _MeasurementCache:
    """The cached measurements of a report's folder, by path of the sound; thread-safe."""

    def __init__(self, path: Path, version: str):
        self.path, self.version = path, version
        self.known = dict(_read(path, version))
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._changed = False

    def append(self, path: str, sound: SoundMeasurements) -> None:
        """Append the measurements of one clip."""
        with self._lock:
            self._file = self._file or open_end(self.path)
            append_line(self._file, to_bytes(_row(path, sound, self.version)))
            self._changed = True

    def close(self, values: Mapping[str, SoundMeasurements]) -> None:
        """Rewrite the cache for the present clips, in their order, where anything changed."""
        with self._lock:
            if self._file:
                self._file.close()
            if self._changed or values.keys() != self.known.keys():
                rows = (_row(path, sound, self.version) for path, sound in values.items())
                write_lines(self.path, rows)


def _row(path: str, sound: SoundMeasurements, version: str) -> dict[str, Any]:
    return {
        "path": path,
        "way": version,
        "stamp": [sound.stamp.size, sound.stamp.mtime_ns, sound.stamp.hash],
        "seconds": sound.seconds,
        "rate": sound.rate,
        "speech_seconds": sound.speech_seconds,
        "warning": sound.warning,
        "readings": {check: _pack_reading(value) for check, value in sound.by_check.items()},
        "kept": {check: _pack(record) for check, record in sound.kept.items()},
    }


def _read(path: Path, version: str) -> Iterator[tuple[str, SoundMeasurements]]:
    """The cached measurements of this version; damaged lines are skipped and measured again."""
    for line in path.read_bytes().split(b"\n") if path.exists() else ():
        try:
            row = parse_own_line(line.decode("utf-8", "surrogateescape"), path, 0)
            if row["way"] == version:
                yield row["path"], _parse(row)
        except (TableError, AttributeError, KeyError, OverflowError, TypeError, ValueError):
            continue


def _parse(row: Mapping[str, Any]) -> SoundMeasurements:
    return SoundMeasurements(
        _stamp(*row["stamp"]),
        float(row["seconds"]),
        int(row["rate"]),
        None if row["speech_seconds"] is None else float(row["speech_seconds"]),
        _text(row["warning"]),
        {check: _unpack_reading(packed) for check, packed in row["readings"].items()},
        {check: _unpack(record) for check, record in row["kept"].items()},
    )


def _unpack_reading(packed: Any) -> Reading | None:
    if packed is None:
        return None
    if isinstance(packed, dict):
        return Undecided(_text(packed["undecided"]))
    value, evidence, spans = packed
    places = tuple((float(start), float(end)) for start, end in spans)
    return Measurement(float(value), _text(evidence), places)


def _stamp(size: Any, mtime_ns: Any, hash: Any) -> Stamp:
    return Stamp(int(size), int(mtime_ns), _text(hash))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _pack_reading(read: Reading | None) -> dict[str, str] | list[Any] | None:
    if read is None:
        return None
    if isinstance(read, Undecided):
        return {"undecided": read.reason}
    spans = [[float(start), float(end)] for start, end in read.spans]
    return [_json_number(read.value), read.evidence, spans]


def _json_number(value: float) -> float | str:
    """A finite number as it is, any other as a string, which JSON can hold."""
    return float(value) if isfinite(value) else str(float(value))


def _pack(record: Any) -> Any:
    if isinstance(record, Undecided):
        return {"undecided": record.reason}
    if isinstance(record, np.ndarray):
        return {"uint32": base64.b64encode(record.astype("<u4").tobytes()).decode()}
    return record


def _unpack(record: Any) -> Any:
    if isinstance(record, dict) and "undecided" in record:
        return Undecided(_text(record["undecided"]))
    if isinstance(record, dict):
        return np.frombuffer(base64.b64decode(record["uint32"]), "<u4")
    return tuple(record) if isinstance(record, list) else record
