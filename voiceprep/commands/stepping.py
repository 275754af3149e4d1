"""What the commands have in common that take a recording through steps in memory."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..audio.convert import Loaded, load_as_is
from ..audio.dither import write_sound
from ..audio.mark import write_mark
from ..audio.sound import Treated
from ..audio.steps import take_steps
from ..batch import Batch, BatchConfig, Made, Progress, Work
from .making import make_clips, mark_of

Load = Callable[[Path, Path], Loaded]
AS_ASKED = "was made with these very settings already: left as it is"


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

    sections = {name: config}
    work = step_work([(name, config)], load, mark_of(sections))
    return make_clips(source, target, dataset, work, sections, batch, progress)


def step_work(steps: Sequence[tuple[str, Any]], load: Load, mark: str) -> Work:
    """The work of loading one recording, taking it through the steps and writing it, once.

    What has the mark already is written as it is: a second look may come to another result.
    """

    def work(recording: Path, temporary: Path) -> Made:
        loaded = load(recording, temporary)
        if loaded.made_by == mark:
            treated = Treated(loaded.sound, AS_ASKED)
        else:
            treated = take_steps(loaded.sound, steps, loaded.bits)
        write_sound(temporary, treated.sound, loaded.bits)
        write_mark(temporary, mark)
        converted = loaded.converted
        trimmed = treated.facts.get("trim", {})
        padded = trimmed.get("padded_seconds", 0.0)
        kept = converted.seconds + padded - trimmed.get("trimmed_seconds", 0.0)
        told = "; ".join(filter(None, (converted.warning, treated.told)))
        return Made(converted.seconds, kept, told, converted.facts | treated.facts, padded)

    return work
