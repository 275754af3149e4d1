"""The page of a dataset: records in, a page to look at, to listen to and to judge clips on, out.

`index.html` holds the whole; the clips' rows lie beside it in `data/clips-NNN.js`, their pictures
in `data/clips/NAME.js`. All are loaded as scripts, as a page that was opened from a file may load
nothing else. All times are in seconds.
"""

import base64
import json
import math
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..disk import replacing
from ..records import Finding
from .drawing import thin
from .page import write_page

CLIPS_A_FILE = 1000
# Digits of a measure that are kept: more than are shown, so that what is sorted stays in order.
DIGITS = 5
# What a picture is made of at most; the range of the mel that is drawn, and its shades.
POINTS, BANDS, FRAMES = 480, 40, 320
RANGE_NATS, SHADES = 8.0, 15


@dataclass(frozen=True)
class Column:
    """A measure of every clip; `limit` is None where there is none.

    `worse`, `advice` and `weight` are those of its check.
    """

    name: str
    unit: str = ""
    limit: float | None = None
    worse: Literal["above", "below"] = "above"
    advice: str = ""
    weight: Literal["warn", "error"] = "warn"


@dataclass(frozen=True)
class Histogram:
    """How many clips have which value: `counts` (n,) between `edges` (n + 1,) that rise."""

    name: str
    unit: str
    edges: Sequence[float]
    counts: Sequence[int]
    limit: float | None = None
    worse: Literal["above", "below"] = "above"

    @property
    def bars(self) -> list[tuple[float, float, int, bool]]:
        """Of each that is not empty: from, to, count, and whether all of it is over the limit."""
        spans = zip(self.edges, self.edges[1:], self.counts, strict=False)
        return [(low, high, count, self._is_over(low, high)) for low, high, count in spans if count]

    def _is_over(self, low: float, high: float) -> bool:
        if self.limit is None:
            return False
        return low > self.limit if self.worse == "above" else high <= self.limit


@dataclass(frozen=True)
class Table:
    """A table of the whole; numbers in its rows stand to the right."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str | float, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class PlanRow:
    """One thing to do: which clip, what, why, the seconds it takes away, and what that costs."""

    id: str
    action: str
    why: str
    seconds: float = 0.0
    cost: str = ""


@dataclass(frozen=True)
class ClipRow:
    """A clip: its values by column, what its checks found, and the name of its picture, or "".

    `content` is what a verdict is kept under; `sound` is the address relative to the page; of
    `findings` those are given that are not ok.
    """

    id: str
    content: str
    sound: str
    text: str
    seconds: float
    speaker: str = ""
    values: Mapping[str, float | None] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    picture: str = ""


@dataclass(frozen=True)
class Corpus:
    """All that the page of a dataset shows.

    `place` tells one dataset from another in the browser, which keeps verdicts under it; `verdict`
    is told in lines, the first one largest; `curve` is of minutes kept against the worst severity
    that stays; `verdicts` are the objects of `verdicts.jsonl`, in its order.
    """

    title: str
    place: str
    verdict: tuple[str, ...]
    columns: tuple[Column, ...]
    clips: Iterable[ClipRow]
    bad: bool = False
    facts: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    plan: tuple[PlanRow, ...] = ()
    curve: tuple[tuple[float, float], ...] = ()
    distributions: tuple[Histogram, ...] = ()
    tables: tuple[Table, ...] = ()
    verdicts: tuple[Mapping[str, str], ...] = ()


def write_corpus_page(folder: Path, corpus: Corpus) -> Path:
    """Write `folder/index.html` and the rows beside it; the page's path.

    The clips are read once, a thousand in memory. What an earlier page left in `folder/data` and
    this one does not show is removed.
    """
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    plans = _plans(corpus.plan)
    found: Counter[str] = Counter()
    clips, pictures, files = 0, set(), []
    for rows in _chunks(corpus.clips, CLIPS_A_FILE):
        files.append(f"clips-{len(files) + 1:03}.js")
        packed = [_pack_row(row, corpus.columns, plans.get(row.id, ())) for row in rows]
        _write_script(data / files[-1], "addClips", packed)
        found.update(name for row in rows for name in {finding.check for finding in row.findings})
        pictures |= {f"{row.picture}.js" for row in rows if row.picture}
        clips += len(rows)
    told = {
        "place": corpus.place,
        "clips": clips,
        "files": [f"data/{name}" for name in files],
        "columns": [asdict(column) | {"found": found[column.name]} for column in corpus.columns],
        "verdicts": [dict(verdict) for verdict in corpus.verdicts],
    }
    page = folder / "index.html"
    # Those first of which most is to be said.
    spread = sorted(corpus.distributions, key=lambda one: -found[one.name])
    parts = {"told": _plain(told), "clips": clips, "found": found, "distributions": spread}
    write_page(page, "corpus.html", page=corpus, **parts)
    _remove_others(data.glob("clips-*.js"), set(files))
    _remove_others((data / "clips").glob("*.js"), pictures)
    return page


def write_clip_picture(
    folder: Path, name: str, waveform: np.ndarray, mel: np.ndarray, seconds: float
) -> Path:
    """Write `folder/data/clips/NAME.js`: what a clip of `seconds` looks like, a few kB.

    waveform: its lowest and highest values moment by moment, (n, 2), in [-1, 1]; mel: (bands,
    frames), natural log, the lowest band first. Both may be finer than is drawn; what is no number
    is drawn as nothing. Raises ValueError for empty arrays, and for a name that is no file's name.
    """
    if not name or name.startswith(".") or set(name) & set("/\\\0"):
        raise ValueError(f"{name!r} cannot name a file")
    if (
        waveform.ndim != 2
        or waveform.shape[1] != 2
        or mel.ndim != 2
        or not waveform.size * mel.size
    ):
        raise ValueError(f"no picture of {waveform.shape} and {mel.shape}: (n, 2), (bands, frames)")
    waveform = np.clip(np.nan_to_num(waveform), -1, 1)
    low, high = -thin(-waveform[:, 0], POINTS), thin(waveform[:, 1], POINTS)
    mel = thin(thin(np.where(np.isfinite(mel), mel, -np.inf), BANDS).T, FRAMES).T
    loudest = mel.max() if np.isfinite(mel.max()) else 0.0
    shades = np.clip(1 + (mel - loudest) / RANGE_NATS, 0, 1) * SHADES
    values = np.concatenate([(low + 1) * 127.5, (high + 1) * 127.5, shades.ravel()])
    packed = base64.b64encode(zlib.compress(np.rint(values).astype(np.uint8).tobytes(), 9))
    shape = {"points": len(low), "bands": len(mel), "frames": mel.shape[1], "shades": SHADES}
    path = picture_path(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_script(path, "addPicture", name, {"seconds": seconds, **shape, "bytes": packed.decode()})
    return path


def picture_path(folder: Path, name: str) -> Path:
    """Where the picture of that name lies in a page's folder."""
    return folder / "data" / "clips" / f"{name}.js"


def _chunks(clips: Iterable[ClipRow], size: int) -> Iterator[list[ClipRow]]:
    left = iter(clips)
    while rows := list(islice(left, size)):
        yield rows


def _plans(plan: Iterable[PlanRow]) -> dict[str, list[PlanRow]]:
    plans: dict[str, list[PlanRow]] = {}
    for row in plan:
        plans.setdefault(row.id, []).append(row)
    return plans


def _pack_row(row: ClipRow, columns: Sequence[Column], plan: Sequence[PlanRow]) -> list[Any]:
    """A clip as the page's script reads it, see `readClip` there."""
    values = [row.values.get(column.name) for column in columns]
    findings = [
        [finding.check, finding.value, finding.unit, finding.advice, finding.spans]
        for finding in row.findings
    ]
    told = [[step.action, step.why, step.cost] for step in plan]
    known = [row.id, row.content or row.id, row.sound, row.text, row.speaker, row.seconds]
    return _plain([*known, values, findings, row.picture, told])


def _plain(thing: Any) -> Any:
    """The same of what JSON knows: numbers short, those that are none as null."""
    if isinstance(thing, Mapping):
        return {key: _plain(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [_plain(value) for value in thing]
    if isinstance(thing, float | np.floating):
        return float(f"{thing:.{DIGITS}g}") if math.isfinite(thing) else None
    return int(thing) if isinstance(thing, np.integer) else thing


def _write_script(path: Path, function: str, *told: Any) -> None:
    """A script that calls a function of the page; no text in it can be taken for anything else."""
    parts = ",".join(json.dumps(part, separators=(",", ":"), allow_nan=False) for part in told)
    with replacing(path) as temporary:
        temporary.write_text(f"{function}({parts});\n".replace("<", "\\u003c"), encoding="ascii")


def _remove_others(there: Iterable[Path], wanted: set[str]) -> None:
    for path in there:
        if path.name not in wanted:
            path.unlink(missing_ok=True)
