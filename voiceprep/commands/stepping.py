"""What the commands have in common that take a recording through steps in memory."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..audio.convert import Loaded, load_as_is
from ..audio.dither import write_sound
from ..audio.steps import take_steps
from ..batch import Batch, BatchConfig, Made, Progress, Work
from .making import make_clips

Load = Callable[[Path, Path], Loaded]


def take_step(
    name: str,
    config: Any,
    source: Path,
    target: Path,
    dataset: Path,
    batch: BatchConfig,
    progress: Progress,
) -> Batch:
    """One step alone, over every sound in `source`."""

    def load(recording: Path, _temporary: Path) -> Loaded:
        return load_as_is(recording)

    work = step_work([(name, config)], load)
    return make_clips(source, target, dataset, work, {name: config}, batch, progress)


def step_work(steps: Sequence[tuple[str, Any]], load: Load) -> Work:
    """The work of loading one recording, taking it through the steps and writing it, once."""

    def work(recording: Path, temporary: Path) -> Made:
        loaded = load(recording, temporary)
        treated = take_steps(loaded.sound, steps, loaded.bits)
        write_sound(temporary, treated.sound, loaded.bits)
        converted = loaded.converted
        trimmed = treated.facts.get("trim", {})
        padded = trimmed.get("padded_seconds", 0.0)
        kept = converted.seconds + padded - trimmed.get("trimmed_seconds", 0.0)
        told = "; ".join(filter(None, (converted.warning, treated.told)))
        return Made(converted.seconds, kept, told, converted.facts | treated.facts, padded)

    return work
