"""The clips of a voice as a whole: how much, how alike, what they cover, how they are divided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

from ..audio.mel import MelConfig
from ..check import Check
from ..text import corpus as texts
from ..text.cover import Addition, Cover, choose_additions, find_only, measure_cover
from ..text.encode import encode
from ..text.filelist import SIDES
from ..text.lexicon import Lexicon
from ..text.likeness import Leak, Likeness, compare_sides, find_leaks
from ..text.reference import Reference
from ..text.rows import decode, read_bytes
from ..text.spoken import Spoken
from .judging import Judged

SECONDS = "seconds"
# Texts of two sides that are so alike in their words are told.
ALIKE = 0.8
ADDITIONS = 8
# Frames a second and samples a second that one GPU trains, as NVIDIA publishes them for its
# recipes of Tacotron 2 (TF32, FP16) and WaveGlow (FP16).
TACOTRON2_SPEEDS = {"A100": 31_499, "V100": 15_891}
WAVEGLOW_SPEEDS = {"A100": 149_479, "V100": 105_873}
EPOCHS = 100


@dataclass(frozen=True)
class Spread:
    """How one measure is spread over the clips, and how many are beyond its limit."""

    name: str
    unit: str
    clips: int
    least: float
    p5: float
    median: float
    p95: float
    most: float
    faults: int


@dataclass(frozen=True)
class Sides:
    """The clips and seconds that each side has, and what the held side has of the other."""

    shares: Mapping[str, tuple[int, float]]
    likeness: tuple[Likeness, ...]
    leaks: tuple[Leak, ...]


@dataclass(frozen=True)
class Frames:
    """The mel frames of all clips at the settings of `[mel]`, and what of them is what.

    `stop_share` is that of the frames at which the gate is to fire, one a clip; `tail_share` is
    the time after the speech, which a voice learns to speak too.
    """

    frames: int
    stop_share: float
    tail_share: float


@dataclass(frozen=True)
class Whole:
    """All that is told of the clips together.

    `hours` are estimates by published speeds of one GPU: what EPOCHS epochs take, by model and
    GPU. `only` names what no other clip has, by id and kind of unit.
    """

    clips: int
    seconds: float
    rates: Mapping[int, int]
    spreads: tuple[Spread, ...]
    texts: texts.Corpus | None
    cover: Mapping[str, Cover]
    only: Mapping[str, Mapping[str, tuple[str, ...]]]
    additions: tuple[Addition, ...]
    sides: Sides | None
    frames: Frames
    hours: Mapping[str, float]


def table_of(judged: Sequence[Judged], checks: Sequence[Check]) -> pd.DataFrame:
    """A row for every clip, a column for what is known of it and for every measure."""
    rows = [
        {
            "id": row.clip.id,
            "path": row.clip.path,
            "text": row.clip.text,
            "speaker": row.clip.speaker,
            SECONDS: round(row.heard.seconds, 6),
            **{check.name: _value(row, check.name) for check in checks},
            "faults": " ".join(finding.check for finding in row.faults),
        }
        for row in judged
    ]
    return pd.DataFrame(rows)


def _value(row: Judged, name: str) -> float | None:
    finding = row.findings.get(name)
    return None if finding is None else finding.value


def overlook(
    judged: Sequence[Judged],
    table: pd.DataFrame,
    checks: Sequence[Check],
    sides: Mapping[str, str],
    reference: Reference,
    cleaner: str,
    lexicon: Lexicon | None,
    mel: MelConfig,
) -> Whole:
    """The numbers of the whole, given the table of its clips.

    `sides` are by id, empty where the clips are not divided.
    """
    spoken = {row.clip.id: row.spoken for row in judged if row.spoken and row.spoken.length}
    cover = _cover(list(spoken.values()), reference) if spoken else {}
    rates = pd.Series([row.heard.rate for row in judged]).value_counts().to_dict()
    seconds = float(table[SECONDS].sum())
    return Whole(
        len(judged),
        round(seconds, 6),
        {int(rate): int(count) for rate, count in rates.items()},
        tuple(_spreads(judged, table, checks)),
        texts.describe(list(spoken.values())) if spoken else None,
        cover,
        find_only(spoken),
        tuple(_additions(cover, reference, cleaner, lexicon)),
        _sides(judged, spoken, sides),
        _frames(judged, seconds, mel),
        _hours(seconds, mel),
    )


def _spreads(
    judged: Sequence[Judged], table: pd.DataFrame, checks: Sequence[Check]
) -> list[Spread]:
    units = {SECONDS: "s"} | {check.name: check.unit for check in checks}
    faults = pd.Series([finding.check for row in judged for finding in row.faults]).value_counts()
    levels = table[list(units)].astype(float).quantile([0, 0.05, 0.5, 0.95, 1])
    counts = table[list(units)].count()
    return [
        Spread(
            name,
            unit,
            int(counts[name]),
            *(round(float(value), 6) for value in levels[name]),
            int(faults.get(name, 0)),
        )
        for name, unit in units.items()
        if counts[name]
    ]


def _cover(spoken: Sequence[Spoken], reference: Reference) -> dict[str, Cover]:
    found = measure_cover(spoken, reference)
    return {kind: replace(cover, counts=dict(cover.counts)) for kind, cover in found.items()}


def _additions(
    cover: Mapping[str, Cover], reference: Reference, cleaner: str, lexicon: Lexicon | None
) -> list[Addition]:
    """Sentences to record: by pairs of sounds where they are known, else by pairs of letters."""
    kind = next((kind for kind in ("diphones", "letter_pairs") if kind in cover), None)
    if kind is None:
        return []
    lines = (files("voiceprep.text") / "sentences.txt").read_text(encoding="utf-8").splitlines()
    pool = [Spoken(encode(line, cleaner), None, lexicon) for line in lines]
    return choose_additions(cover[kind].counts, pool, reference.shares[kind], kind, ADDITIONS)


def _sides(
    judged: Sequence[Judged], spoken: Mapping[str, Spoken], sides: Mapping[str, str]
) -> Sides | None:
    if not sides:
        return None
    by_side: dict[str, list[Judged]] = {side: [] for side in SIDES}
    for row in judged:
        if row.clip.id in sides:
            by_side[sides[row.clip.id]].append(row)
    shares = {
        side: (len(rows), round(sum(row.heard.seconds for row in rows), 6))
        for side, rows in by_side.items()
    }
    train = {row.clip.id: spoken[row.clip.id] for row in by_side["train"] if row.clip.id in spoken}
    held = {
        row.clip.id: spoken[row.clip.id]
        for side in SIDES
        if side != "train"
        for row in by_side[side]
        if row.clip.id in spoken
    }
    alike = compare_sides(list(train.values()), list(held.values()), np.random.default_rng(0))
    return Sides(shares, alike, tuple(find_leaks(train, held, ALIKE)))


def read_sides(base: Path, judged: Sequence[Judged]) -> dict[str, str]:
    """The side of every clip, as the lists of the dataset have it; {} where there are none.

    Raises TableError for a list that is no text.
    """
    paths = {row.clip.path: row.clip.id for row in judged}
    sides = {}
    for side in SIDES:
        path = base / "filelists" / f"{side}.txt"
        lines = decode(path, read_bytes(path))[0] if path.is_file() else ""
        for line in lines.splitlines():
            id = paths.get(line.partition("|")[0])
            if id is not None:
                sides[id] = side
    return sides


def _frames(judged: Sequence[Judged], seconds: float, mel: MelConfig) -> Frames:
    count = sum(1 + int(row.heard.seconds * mel.rate) // mel.hop_length for row in judged)
    tails = sum(_value(row, "tail_seconds") or 0.0 for row in judged)
    return Frames(count, len(judged) / max(count, 1), tails / max(seconds, 1e-9))


def _hours(seconds: float, mel: MelConfig) -> dict[str, float]:
    frames, samples = seconds * mel.rate / mel.hop_length, seconds * mel.rate
    works = {"tacotron2": (frames, TACOTRON2_SPEEDS), "waveglow": (samples, WAVEGLOW_SPEEDS)}
    return {
        f"{model}, {card}": round(EPOCHS * work / speed / 3600, 3)
        for model, (work, speeds) in works.items()
        for card, speed in speeds.items()
    }
