"""Statistics of the whole dataset: size, distributions, coverage, splits, training cost."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from ...audio.mel import MelConfig
from ...quality.check import Check
from ...text.cover import Addition, Cover, choose_additions, find_only, measure_cover
from ...text.filelist import SPLIT_NAMES
from ...text.likeness import Leak, Likeness, compare_splits, find_leaks
from ...text.reference import Reference
from ...text.spoken import SpokenText
from ...text.statistics import TextStatistics, measure_texts
from ...text.text_files import decode, read_bytes
from ...train.registry import MODELS
from .findings import JudgedClip

SECONDS = "seconds"
# A held-out text that shares so many words with a training text is reported as a leak.
ALIKE = 0.8
ADDITIONS = 8
# A sentence of so many symbols is not too long to record, even where all texts are shorter.
LONGEST_ADDITION = 100
EPOCHS = 100


@dataclass(frozen=True)
class Quantiles:
    """The distribution of one measure over the clips, and how many are beyond its limit."""

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
class SplitSummary:
    """Clips and seconds of each split, how alike the splits are, and leaks between them."""

    shares: Mapping[str, tuple[int, float]]
    likeness: tuple[Likeness, ...]
    leaks: tuple[Leak, ...]


@dataclass(frozen=True)
class FrameShares:
    """The mel frames of all clips at the settings of `[mel]`.

    `stop_share` is the share of frames at which the gate must fire, one per clip; `tail_share` is
    the share of time after the speech, which a model learns to generate too.
    """

    frames: int
    stop_share: float
    tail_share: float


@dataclass(frozen=True)
class DatasetSummary:
    """The statistics of all clips together.

    `reference` is the name of what the texts are compared with, "" where `no_reference` says why
    there is none.
    `hours` are estimates from published speeds of one GPU: the time of EPOCHS epochs, by model and
    GPU. `only` holds the units that no other clip has, by id and kind of unit.
    """

    clips: int
    seconds: float
    rates: Mapping[int, int]
    spreads: tuple[Quantiles, ...]
    texts: TextStatistics | None
    cover: Mapping[str, Cover]
    only: Mapping[str, Mapping[str, tuple[str, ...]]]
    additions: tuple[Addition, ...]
    sides: SplitSummary | None
    frames: FrameShares
    hours: Mapping[str, float]
    reference: str = ""
    no_reference: str = ""


def measurements_table(clips: Sequence[JudgedClip], checks: Sequence[Check]) -> pd.DataFrame:
    """One row per clip: what is known of it, and every measure."""
    rows = [
        {
            "id": row.clip.id,
            "path": row.clip.path,
            "text": row.clip.text,
            "speaker": row.clip.speaker,
            SECONDS: round(row.sound.seconds, 6),
            **{check.name: _value(row, check.name) for check in checks},
            "faults": " ".join(finding.check for finding in row.faults),
            "shared": " ".join(sorted(row.shared)),
            "undecided": " ".join(row.undecided),
        }
        for row in clips
    ]
    return pd.DataFrame(rows)


def _value(row: JudgedClip, name: str) -> float | None:
    finding = row.findings.get(name)
    return None if finding is None else finding.value


def summarize(
    clips: Sequence[JudgedClip],
    table: pd.DataFrame,
    checks: Sequence[Check],
    splits: Mapping[str, str],
    reference: Reference | None,
    no_reference: str,
    mel: MelConfig,
) -> DatasetSummary:
    """The statistics of the dataset, given the table of its clips.

    `splits` maps ids to their split; it is empty where the dataset is not split.
    """
    spoken = {row.clip.id: row.spoken for row in clips if row.spoken and row.spoken.length}
    cover = _cover(list(spoken.values()), reference) if spoken else {}
    rates = pd.Series([row.sound.rate for row in clips]).value_counts().to_dict()
    seconds = float(table[SECONDS].sum())
    return DatasetSummary(
        len(clips),
        round(seconds, 6),
        {int(rate): int(count) for rate, count in rates.items()},
        tuple(_quantiles(clips, table, checks)),
        measure_texts(list(spoken.values())) if spoken else None,
        cover,
        find_only(spoken),
        tuple(_additions(cover, reference, list(spoken.values()))) if reference else (),
        _compare_splits(clips, spoken, splits),
        _frames(clips, seconds, mel),
        _hours(seconds, mel),
        reference.name if reference else "",
        no_reference,
    )


def _quantiles(
    clips: Sequence[JudgedClip], table: pd.DataFrame, checks: Sequence[Check]
) -> Iterator[Quantiles]:
    units = {SECONDS: "s"} | {check.name: check.unit for check in checks}
    faults = Counter(finding.check for row in clips for finding in row.faults)
    levels = table[list(units)].astype(float).quantile([0, 0.05, 0.5, 0.95, 1])
    counts = table[list(units)].count()
    for name, unit in units.items():
        if counts[name]:
            least, p5, median, p95, most = (round(float(value), 6) for value in levels[name])
            count = int(counts[name])
            yield Quantiles(name, unit, count, least, p5, median, p95, most, faults[name])


def _cover(spoken: Sequence[SpokenText], reference: Reference | None) -> dict[str, Cover]:
    found = measure_cover(spoken, reference)
    return {kind: replace(cover, counts=dict(cover.counts)) for kind, cover in found.items()}


def _additions(
    cover: Mapping[str, Cover], reference: Reference, spoken: Sequence[SpokenText]
) -> list[Addition]:
    """Sentences to record, chosen by diphones where they are known, else by pairs of symbols.

    None is longer than the texts, or has a character without a symbol.
    """
    kind = next((kind for kind in ("diphones", "letter_pairs") if kind in cover), None)
    if kind is None:
        return []
    known = {text.key for text in spoken}
    longest = max(LONGEST_ADDITION, *(text.length for text in spoken))
    pool = [
        text
        for text in reference.pool
        if text.length <= longest and text.key not in known and not text.encoding.unknown
    ]
    return choose_additions(cover[kind].counts, pool, reference.shares[kind], kind, ADDITIONS)


def _compare_splits(
    clips: Sequence[JudgedClip], spoken: Mapping[str, SpokenText], splits: Mapping[str, str]
) -> SplitSummary | None:
    if not splits:
        return None
    by_split: dict[str, list[JudgedClip]] = {split: [] for split in SPLIT_NAMES}
    for row in clips:
        if row.clip.id in splits:
            by_split[splits[row.clip.id]].append(row)
    shares = {
        split: (len(rows), round(sum(row.sound.seconds for row in rows), 6))
        for split, rows in by_split.items()
    }
    train: dict[str, SpokenText] = {}
    held_out: dict[str, SpokenText] = {}
    for split, rows in by_split.items():
        texts = {row.clip.id: spoken[row.clip.id] for row in rows if row.clip.id in spoken}
        (train if split == "train" else held_out).update(texts)
    rng = np.random.default_rng(0)
    likeness = compare_splits(list(train.values()), list(held_out.values()), rng)
    return SplitSummary(shares, likeness, tuple(find_leaks(train, held_out, ALIKE)))


def read_split_lists(base: Path, clips: Sequence[JudgedClip]) -> dict[str, str]:
    """The split of every clip by id, as the dataset's filelists have it; {} without filelists.

    Raises TableError for a list that is not text.
    """
    ids = {row.clip.path: row.clip.id for row in clips}
    splits = {}
    for split in SPLIT_NAMES:
        path = base / "filelists" / f"{split}.txt"
        lines = decode(path, read_bytes(path))[0] if path.is_file() else ""
        for line in lines.splitlines():
            id = ids.get(line.partition("|")[0])
            if id is not None:
                splits[id] = split
    return splits


def _frames(clips: Sequence[JudgedClip], seconds: float, mel: MelConfig) -> FrameShares:
    count = sum(1 + int(row.sound.seconds * mel.rate) // mel.hop_length for row in clips)
    tails = sum(_value(row, "tail_seconds") or 0.0 for row in clips)
    return FrameShares(count, len(clips) / max(count, 1), tails / max(seconds, 1e-9))


def _hours(seconds: float, mel: MelConfig) -> dict[str, float]:
    frames, samples = seconds * mel.rate / mel.hop_length, seconds * mel.rate
    return {
        f"{spec.name}, {gpu}": round(
            EPOCHS * (samples if spec.reads == "sounds" else frames) / speed / 3600, 3
        )
        for spec in MODELS.values()
        for gpu, speed in spec.published_speeds.items()
    }
