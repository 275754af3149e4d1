"""The HTML page of a dataset, on which clips are viewed, played and judged.

`index.html` holds everything but the clips. Their rows lie beside it in `data/clips-NNN.js`, their
pictures in `data/clips/NAME.js`: all are loaded as scripts, because a page opened from a file may
load nothing else. All times are in seconds.
"""

import base64
import json
import math
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..files import replacing
from ..records import Finding
from .check_summary import CheckSummary
from .drawing import thin
from .page import write_page

CLIPS_A_FILE = 1000
# Significant digits of a measure: more than are shown, so that sorting stays exact.
DIGITS = 5
# Largest size of a picture; the dynamic range of its mel, and its shades.
POINTS, BANDS, FRAMES = 480, 40, 320
RANGE_NATS, SHADES = 8.0, 15


@dataclass(frozen=True)
class Column:
    """A measure of every clip; `limit` is None where there is none.

    `worse`, `advice` and `weight` come from its check.
    """

    name: str
    unit: str = ""
    limit: float | None = None
    worse: Literal["above", "below"] = "above"
    advice: str = ""
    weight: Literal["warn", "error"] = "warn"


@dataclass(frozen=True)
class Histogram:
    """How many clips have which value: `counts` (n,) between rising `edges` (n + 1,).

    `over` is how many are beyond the limit.
    """

    name: str
    unit: str
    edges: Sequence[float]
    counts: Sequence[int]
    limit: float | None = None
    worse: Literal["above", "below"] = "above"
    over: int = 0

    @property
    def bars(self) -> list[tuple[float, float, int, bool]]:
        """Every bar that is not empty: from, to, count, and whether all of it is off limits."""
        spans = zip(self.edges, self.edges[1:], self.counts, strict=False)
        return [(low, high, count, self._is_over(low, high)) for low, high, count in spans if count]

    def _is_over(self, low: float, high: float) -> bool:
        if self.limit is None:
            return False
        return low > self.limit if self.worse == "above" else high <= self.limit


@dataclass(frozen=True)
class PageTable:
    """A table about the whole dataset; numbers are aligned to the right."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str | float, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class PagePlanRow:
    """One action of the plan: the clip, the action, its reason, seconds lost, and what is lost."""

    id: str
    action: str
    why: str
    seconds: float = 0.0
    cost: str = ""


@dataclass(frozen=True)
class PageClip:
    """A clip: its values by column, its findings beyond a limit, the name of its picture or "".

    `undecided` has the reasons of the checks that could not tell. `content` is the content hash
    that keys its verdict; `sound` is the URL relative to the page.
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
    undecided: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DatasetPage:
    """Everything the page of a dataset shows.

    `place` identifies the dataset in the browser, which stores verdicts under it; `verdict` is a
    list of lines, the first one printed largest; `curve` is the worst severity that stays against
    the minutes kept; `verdicts` are the objects of `verdicts.jsonl`, in its order; `properties`
    are sentences on what the clips have alike.
    """

    title: str
    place: str
    verdict: tuple[str, ...]
    columns: tuple[Column, ...]
    clips: Iterable[PageClip]
    bad: bool = False
    facts: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    plan: tuple[PagePlanRow, ...] = ()
    curve: tuple[tuple[float, float], ...] = ()
    distributions: tuple[Histogram, ...] = ()
    tables: tuple[PageTable, ...] = ()
    verdicts: tuple[Mapping[str, str], ...] = ()
    properties: tuple[str, ...] = ()


def write_corpus_page(folder: Path, corpus: DatasetPage) -> Path:
    """Write `folder/index.html` and the rows beside it; return the page's path.

    The clips are read once, a thousand in memory at a time. Files of an earlier page in
    `folder/data` that this page does not use are removed.
    """
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    plans = _plans(corpus.plan)
    checks = {column.name: CheckSummary(column.name, column.limit) for column in corpus.columns}
    advice = {column.name: column.advice for column in corpus.columns}
    clips = 0
    pictures: set[str] = set()
    files: list[str] = []
    for rows in _chunks(corpus.clips, CLIPS_A_FILE):
        files.append(f"clips-{len(files) + 1:03}.js")
        packed = [_pack_row(row, corpus.columns, advice, plans.get(row.id, ())) for row in rows]
        _write_script(data / files[-1], "addClips", packed)
        for row in rows:
            _summarize(row, advice, checks)
        pictures |= {f"{row.picture}.js" for row in rows if row.picture}
        clips += len(rows)
    found = {name: check.clips for name, check in checks.items()}
    record = {
        "place": corpus.place,
        "clips": clips,
        "files": [f"data/{name}" for name in files],
        "columns": [asdict(column) | {"found": found[column.name]} for column in corpus.columns],
        "faults": [check.record() for check in checks.values()],
        "verdicts": [dict(verdict) for verdict in corpus.verdicts],
    }
    page = folder / "index.html"
    # The measures with most findings come first.
    ordered = sorted(corpus.distributions, key=lambda histogram: -histogram.over)
    parts = {"corpus": _plain(record), "clips": clips, "distributions": ordered}
    write_page(page, "corpus.html", page=corpus, **parts)
    _remove_others(data.glob("clips-*.js"), set(files))
    _remove_others((data / "clips").glob("*.js"), pictures)
    return page


def write_clip_picture(
    folder: Path, name: str, waveform: np.ndarray, mel: np.ndarray, seconds: float
) -> Path:
    """Write `folder/data/clips/NAME.js`: waveform and mel of a clip of `seconds`, a few kB.

    waveform: minima and maxima of successive blocks, (n, 2), in [-1, 1]; mel: (bands, frames),
    natural log, the lowest band first. Both are reduced to the size that is drawn; values that are
    not finite are drawn as silence. Raises ValueError for empty arrays and invalid file names.
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
    """The path of the named picture in a page's folder."""
    return folder / "data" / "clips" / f"{name}.js"


def _chunks(clips: Iterable[PageClip], size: int) -> Iterator[list[PageClip]]:
    remaining = iter(clips)
    while rows := list(islice(remaining, size)):
        yield rows


def _plans(plan: Iterable[PagePlanRow]) -> dict[str, list[PagePlanRow]]:
    plans: dict[str, list[PagePlanRow]] = {}
    for row in plan:
        plans.setdefault(row.id, []).append(row)
    return plans


def _summarize(row: PageClip, advice: Mapping[str, str], checks: dict[str, CheckSummary]) -> None:
    """Add a clip to the summaries of its checks, of which some have no column."""
    for finding in row.findings:
        check = checks.setdefault(finding.check, CheckSummary(finding.check))
        check.add_finding(row.id, row.seconds, finding.value, _evidence(finding, advice))
    for name, reason in row.undecided.items():
        checks.setdefault(name, CheckSummary(name)).undecided.append(reason)


def _evidence(finding: Finding, advice: Mapping[str, str]) -> str:
    """What was measured, in words, without the advice, which is the same for every clip."""
    return finding.advice.removesuffix(advice.get(finding.check, "")).removesuffix(": ")


def _pack_row(
    row: PageClip,
    columns: Sequence[Column],
    advice: Mapping[str, str],
    plan: Sequence[PagePlanRow],
) -> list[Any]:
    """A clip as `readClip` in the page's script expects it."""
    values = [row.values.get(column.name) for column in columns]
    findings = [[one.check, _evidence(one, advice), one.spans] for one in row.findings]
    actions = [[step.action, step.why, step.cost] for step in plan]
    facts = [row.id, row.content or row.id, row.sound, row.text, row.speaker, row.seconds]
    undecided = list(row.undecided.items())
    return [_plain(part) for part in (*facts, values, findings, row.picture, actions, undecided)]


def _plain(value: Any) -> Any:
    """The value as JSON types: floats rounded to DIGITS, null where they are not finite."""
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, float | np.floating):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value


def _write_script(path: Path, function: str, *arguments: Any) -> None:
    """Write a script that calls a function of the page; `<` is escaped, so no text ends it."""
    parts = ",".join(json.dumps(part, separators=(",", ":"), allow_nan=False) for part in arguments)
    with replacing(path) as temporary:
        temporary.write_text(f"{function}({parts});\n".replace("<", "\\u003c"), encoding="ascii")


def _remove_others(present: Iterable[Path], kept: set[str]) -> None:
    for path in present:
        if path.name not in kept:
            path.unlink(missing_ok=True)
