"""What the checks find of faults of known size, planted into clips of every set as they are."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path

from voices_sources import digest

from voiceprep.audio.checks import CHECKS as AUDIO_CHECKS
from voiceprep.audio.convert import load_as_is
from voiceprep.audio.faults import FAULTS as AUDIO_FAULTS
from voiceprep.audio.features import AudioFeatures
from voiceprep.commands.report.self_test import try_texts
from voiceprep.commands.report.sources import find_material
from voiceprep.errors import ClipError
from voiceprep.quality.check import Check
from voiceprep.quality.fault import Fault
from voiceprep.quality.proportion import Rate, wilson
from voiceprep.quality.trial import Measurements, TrialResult, Value, cases, gather, read_each
from voiceprep.text.checks import CHECKS as TEXT_CHECKS
from voiceprep.text.encode import TextConfig, encode
from voiceprep.text.faults import FAULTS as TEXT_FAULTS
from voiceprep.text.filelist import plain_line
from voiceprep.text.frontends.nvidia import NvidiaFrontend
from voiceprep.text.spoken import SpokenText

SEED = 25
CHECKS, FAULTS = (*AUDIO_CHECKS, *TEXT_CHECKS), (*AUDIO_FAULTS, *TEXT_FAULTS)
SOUGHT = {check for fault in FAULTS for check in fault.found_by}
BY_SOUND = [check for check in AUDIO_CHECKS if check.reads == "sound" and check.name in SOUGHT]
BY_SET = [check for check in AUDIO_CHECKS if check.reads == "set"]
BY_TEXT = [check for check in TEXT_CHECKS if check.name in SOUGHT]
# The places of the sizes of a fault that are planted.
SIZES = {"moderate": (1,), "all": (0, 1, 2)}
LOWEST_SETS = 4
# Of clips longer than this most should be decided on.
LONG_SECONDS = 3.0
# What a check says of a clip before and after a fault is planted; the last three make the recall.
FLAGGED, UNDECIDED = "flagged as it is", "undecided as it is"
FOUND, MISSED, LOST = "found", "missed", "undecided once planted"


@dataclass(frozen=True)
class Planted:
    """A fault of one size in one clip, and what a check measured before and after."""

    set: str
    id: str
    seconds: float
    check: str
    fault: str
    size: float
    before: Value
    after: Value
    outcome: str


@dataclass(frozen=True)
class _Read:
    """What is measured of a clip; nothing by the checks of sounds where no fault is planted."""

    by_sound: Measurements | None
    by_set: Measurements
    seconds: float
    speech_seconds: float | None


def plant_all(datasets: Sequence[Path], clips: int, sizes: str, jobs: int) -> list[Planted]:
    """Every fault in `clips` clips of each dataset."""
    largest_first = sorted(datasets, key=lambda path: -sum(1 for _ in path.glob("wavs/*")))
    with ProcessPoolExecutor(jobs) as pool:
        made = pool.map(partial(plant, clips=clips, places=SIZES[sizes]), largest_first)
        rows = [row for rows in made for row in rows]
    return sorted(rows, key=lambda row: row.set)


def plant(dataset: Path, clips: int, places: Sequence[int]) -> list[Planted]:
    """The faults in `clips` clips of a dataset, by hash; checks of the set are given all clips."""
    print(dataset.name, file=sys.stderr)
    listed = find_material(None, dataset, "").clips
    texts = {clip.id: clip.text for clip in listed if clip.text is not None}
    ordered = sorted((clip.id for clip in listed), key=partial(digest, dataset.name))
    paths = {clip.id: dataset / clip.path for clip in listed}
    faults = with_sizes(AUDIO_FAULTS, places)
    read: dict[str, _Read] = {}
    for place, id in enumerate(ordered):
        try:
            read[id] = _read(id, paths[id], faults, planted=place < clips)
        except ClipError as error:
            print(f"{dataset.name}: {error}", file=sys.stderr)
    by_sound = {id: row.by_sound for id, row in read.items() if row.by_sound}
    by_set = {id: row.by_set for id, row in read.items()}
    spoken = {
        id: SpokenText(encode(plain_line(texts[id]), TextConfig().cleaner), row.speech_seconds)
        for id, row in read.items()
        if id in texts
    }
    of_texts = with_sizes(TEXT_FAULTS, places)
    tried = [
        (BY_SOUND, faults, gather(by_sound, BY_SOUND, faults, SEED)),
        (BY_SET, faults, gather(by_set, BY_SET, faults, SEED)),
        (BY_TEXT, of_texts, try_texts(spoken, BY_TEXT, of_texts, NvidiaFrontend(), SEED)),
    ]
    seconds = {id: row.seconds for id, row in read.items()}
    return [row for trial in tried for row in planted_rows(dataset.name, seconds, clips, *trial)]


def _read(id: str, path: Path, faults: Sequence[Fault], planted: bool) -> _Read:
    loaded = load_as_is(path)
    # As in the self-test, the whole band is used: no fault is planted above it.
    view = partial(AudioFeatures, offset=loaded.converted.facts.get("offset", 0.0))
    clean = view(loaded.sound)
    spans = clean.speech.spans if clean.speech else ()
    faults = faults if planted else ()
    return _Read(
        read_each(id, loaded.sound, BY_SOUND, faults, SEED, view) if planted else None,
        read_each(id, loaded.sound, BY_SET, faults, SEED, view),
        loaded.sound.seconds,
        spans[-1][1] - spans[0][0] if spans else None,
    )


def with_sizes(faults: Sequence[Fault], places: Sequence[int]) -> list[Fault]:
    return [replace(fault, sizes=tuple(fault.sizes[n] for n in places)) for fault in faults]


def planted_rows(
    set: str,
    seconds: Mapping[str, float],
    clips: int,
    checks: Sequence[Check],
    faults: Sequence[Fault],
    tried: TrialResult,
) -> Iterator[Planted]:
    """What came of every check and fault in at most `clips` clips, the first ones by hash."""
    for check, fault, size in cases(checks, faults):
        after = dict(tried.corrupted[check.name, fault.name, size])
        case = check.name, fault.name, size
        for id in sorted(after, key=partial(digest, set))[:clips]:
            values = tried.clean[check.name][id], after[id]
            yield Planted(set, id, seconds[id], *case, *values, outcome_of(check, *values))


def outcome_of(check: Check, before: Value, after: Value) -> str:
    if before is None:
        return UNDECIDED
    if not check.is_well(before):
        return FLAGGED
    if after is None:
        return LOST
    return MISSED if check.is_well(after) else FOUND


def plant_table(rows: Sequence[Planted]) -> list[str]:
    """The recall of every check, fault and size, over all sets and in those where it is lowest."""
    lines = [
        "| check | fault | size | recall | 95 % | found | of | flagged as they are | "
        f"undecided as they are | of clips over {LONG_SECONDS:g} s | undecided once planted | "
        "recall if these are missed | lowest recalls |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for check, fault, size in cases(CHECKS, FAULTS):
        case = check.name, fault.name, size
        own = [row for row in rows if (row.check, row.fault, row.size) == case]
        if own:
            name = f"`{check.name}`" + (" (off)" if check.off else "")
            cells = [name, fault.name, f"{size:g} {fault.unit}", *plant_cells(own)]
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def plant_cells(rows: Sequence[Planted]) -> list[str]:
    found, counts = recall(rows), Counter(row.outcome for row in rows)
    long = [row for row in rows if row.seconds > LONG_SECONDS]
    return [
        f"{found.rate:.2f}",
        f"{found.low:.2f} to {found.high:.2f}",
        f"{found.count}",
        f"{found.total}",
        f"{counts[FLAGGED]}",
        f"{counts[UNDECIDED]}",
        f"{sum(row.outcome == UNDECIDED for row in long)} of {len(long)}",
        f"{counts[LOST]}",
        f"{wilson(found.count, found.total + counts[LOST]).rate:.2f}",
        lowest_sets(rows),
    ]


def recall(rows: Sequence[Planted]) -> Rate:
    counts = Counter(row.outcome for row in rows)
    return wilson(counts[FOUND], counts[FOUND] + counts[MISSED])


def lowest_sets(rows: Sequence[Planted]) -> str:
    """The sets with the lowest recalls, with what was found of how many."""
    found = {name: recall(list(own)) for name, own in groupby(rows, lambda row: row.set)}
    missing = [name for name, rate in found.items() if rate.count < rate.total]
    lowest = sorted(missing, key=lambda name: (found[name].rate, -found[name].total))
    return ", ".join(
        f"{name} {found[name].count} of {found[name].total}" for name in lowest[:LOWEST_SETS]
    )


def plant_lines(part: str, clips: int, rows: Sequence[Planted]) -> list[str]:
    unseen = ", ".join(fault.name for fault in FAULTS if not fault.found_by)
    return [
        f"Faults in {clips} clips of each of {len({row.set for row in rows})} {part} sets. The",
        "recall is over the clips that the check decides on, before and after, and does not flag",
        f"as they are. No check looks for {unseen}.",
        "",
        *plant_table(rows),
    ]
