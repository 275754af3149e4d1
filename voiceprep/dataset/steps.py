"""Process recordings by steps in memory, for the commands that do."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..audio.convert import Loaded, load_as_is
from ..audio.dither import write_sound
from ..audio.mark import write_mark
from ..audio.sound import Treated
from ..audio.steps import take_steps
from ..batch.run import BatchConfig, BatchResult, Made, Progress, Work
from .make_clips import make_clips, mark_of

Load = Callable[[Path, Path], Loaded]
UNCHANGED = "already made with these settings: left as it is"


def take_step(
    name: str,
    config: Any,
    source: Path,
    target: Path,
    dataset: Path,
    batch: BatchConfig,
    progress: Progress,
) -> BatchResult:
    """One step for every sound in `source`."""

    def load(recording: Path, _temporary: Path) -> Loaded:
        return load_as_is(recording)

    sections = {name: config}
    work = step_work([(name, config)], load, mark_of(sections))
    return make_clips(source, target, dataset, work, sections, batch, progress)


def step_work(steps: Sequence[tuple[str, Any]], load: Load, mark: str) -> Work:
    """The work on one recording: load it, process it by the steps, and write it.

    A recording that already has the mark is written unchanged: a second pass may not be idempotent.
    """

    def work(recording: Path, temporary: Path) -> Made:
        loaded = load(recording, temporary)
        if loaded.made_by == mark:
            treated = Treated(loaded.sound, UNCHANGED, unneeded=UNCHANGED)
        else:
            treated = take_steps(loaded.sound, steps, loaded.bits)
        write_sound(temporary, treated.sound, loaded.bits)
        write_mark(temporary, mark)
        converted = loaded.converted
        trimmed = treated.facts.get("trim", {})
        padded = trimmed.get("padded_seconds", 0.0)
        kept = converted.seconds + padded - trimmed.get("trimmed_seconds", 0.0)
        why = "; ".join(filter(None, (converted.warning, treated.note)))
        facts = converted.facts | treated.facts
        if treated.unneeded:
            facts["unneeded"] = treated.unneeded
        return Made(converted.seconds, kept, why, facts, padded)

    return work
