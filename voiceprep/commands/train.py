"""`voiceprep train`: a model that learns to speak from a dataset, or goes on learning."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..audio.mel import MelConfig
from ..config import to_plain, write_settings
from ..disk import holding, set_aside
from ..errors import CacheError, TargetError, UserError, nearest
from ..records import Outcome
from ..text.encode import TextConfig
from ..train.beginning import Beginning, Recipe, begin, foresee
from ..train.checkpoint import newest
from ..train.comparing import STATISTICS, MelStatistics
from ..train.device import Machine, World
from ..train.journal import Journal
from ..train.listed import Listed, load_items, load_sounds
from ..train.mels import MelReader
from ..train.models import MODELS
from ..train.models.tacotron2 import Tacotron2Config
from ..train.models.waveglow import WaveGlowConfig
from ..train.preflight import Verdict, preflight
from ..train.rehearsal import Forecast, rehearse
from ..train.resuming import pack, run_to_continue
from ..train.session import FINISHED, TIME, Console, Session
from ..train.settings import (
    CropConfig,
    InferConfig,
    LossConfig,
    ScheduleConfig,
    StartConfig,
    TrainConfig,
)
from ..train.stops import INTERRUPTED, PREEMPTED, preemptible
from ..train.teaching import TEACHING, Teaching
from ..train.trained import load_trained
from ..train.voice import Voice
from .mels import mels

EXIT_CODES = {FINISHED: 0, TIME: 0, PREEMPTED: 75, INTERRUPTED: 130}
STATISTICS_CLIPS = 300


class Silent:
    """Nobody watches."""

    def tell(self, line: str) -> None:
        """Hear nothing."""

    def advance(self, step: int, total: int, facts: Any) -> None:
        """See nothing."""


@dataclass(frozen=True)
class Trained:
    """How a run ended, and what there is of it; processes that do not lead have nothing to say."""

    ending: str
    folder: Path
    step: int
    total_steps: int
    skipped: int = 0
    values: dict[str, float] = field(default_factory=dict)
    left_out: tuple[Outcome, ...] = ()
    leads: bool = True
    resume: str = "auto"

    @property
    def exit_code(self) -> int:
        """75 or 130 where it was stopped; else 3 where clips were left out, or 0."""
        return EXIT_CODES[self.ending] or (3 if self.left_out else 0)

    def lines(self, verbose: bool) -> list[str]:
        """See Result."""
        if not self.leads:
            return []
        told = [f"{self.ending} at step {self.step} of {self.total_steps} → {self.folder}"]
        told += [f"  {name:26} {value:.4f}" for name, value in self.values.items()]
        if self.skipped:
            told.append(f"  {self.skipped} steps gave no usable gradient and were skipped")
        if self.step < self.total_steps:
            without = "" if self.resume in ("auto", "last") else ", without --resume,"
            told.append(f"the same command{without} goes on from here")
        if verbose:
            told += [f"{row.id}: {row.status}, {row.why}" for row in self.left_out]
        return told

    def rows(self) -> Iterable[dict[str, Any]]:
        """See Result."""
        if self.leads:
            yield from (asdict(row) for row in self.left_out)
            told = {"ending": self.ending, "folder": str(self.folder), "step": self.step}
            told |= {"total_steps": self.total_steps, "skipped": self.skipped}
            yield {"summary": told | self.values}


@dataclass(frozen=True)
class Rehearsed:
    """What a run would cost."""

    forecast: Forecast
    left_out: tuple[Outcome, ...]
    leads: bool = True
    exit_code: int = 0

    def lines(self, verbose: bool) -> list[str]:  # noqa: ARG002
        """See Result."""
        if not self.leads:
            return []
        cost = self.forecast
        return [
            f"{cost.clips} clips, {cost.frames} frames, {len(self.left_out)} left out",
            f"{cost.batches} batches an epoch, {100 * cost.padded:.0f} % of their frames padding",
            f"{cost.seconds_per_step:.2f} s a step, {cost.items_per_second:.0f} {cost.unit}/s, "
            f"{cost.peak_bytes / 2**30:.1f} GiB at most",
            f"{cost.hours:.1f} hours for {cost.steps} steps; nothing was written",
        ]

    def rows(self) -> Iterable[dict[str, Any]]:
        """See Result."""
        if self.leads:
            yield from (asdict(row) for row in self.left_out)
            yield {"summary": asdict(self.forecast) | {"hours": self.forecast.hours}}


def train(
    model: str,
    dataset: Path = Path(),
    start: StartConfig = StartConfig(),  # noqa: B008 (frozen)
    train: TrainConfig = TrainConfig(),  # noqa: B008 (frozen)
    schedule: ScheduleConfig = ScheduleConfig(),  # noqa: B008 (frozen)
    loss: LossConfig = LossConfig(),  # noqa: B008 (frozen)
    tacotron2: Tacotron2Config = Tacotron2Config(),  # noqa: B008 (frozen)
    infer: InferConfig = InferConfig(),  # noqa: B008 (frozen)
    waveglow: WaveGlowConfig = WaveGlowConfig(),  # noqa: B008 (frozen)
    crops: CropConfig = CropConfig(),  # noqa: B008 (frozen)
    text: TextConfig = TextConfig(),  # noqa: B008 (frozen)
    mel: MelConfig = MelConfig(),  # noqa: B008 (frozen)
    console: Console = Silent(),  # noqa: B008 (holds nothing)
) -> Trained | Rehearsed | Verdict:
    """Train a model on a dataset, from a trained voice or from nothing.

    MODEL is tacotron2 or waveglow. A run that was interrupted is continued, and what is missing
    of the mel cache is made. Under torchrun all processes train one model.

    \b
    Example: voiceprep train tacotron2
    """
    if model not in MODELS:
        raise UserError(f"there is no model {model!r}: {nearest(model, list(MODELS))}")
    machine = Machine.pick(train.device, train.precision)
    if start.preflight:
        _check_preflight(model, machine)
    config = TEACHING[model].fit({"tacotron2": tacotron2, "waveglow": waveglow}[model], mel)
    reads_texts = TEACHING[model].reads == "texts"
    voice = Voice(cleaner=text.cleaner, mel=mel) if reads_texts else Voice(mel=mel)
    recipe = Recipe(model, config, voice, train, schedule, loss, infer, crops)
    folder = Path(start.output) if start.output else dataset / "output" / model
    watching = console if machine.world.leads else Silent()
    call = _Call(recipe, dataset, folder, start, machine, watching)
    with machine.working(), preemptible():
        listed = _clips(call, start.training_files, "train")
        if start.preflight:
            return preflight(recipe, listed.items, machine, watching)
        call.teaching.task(recipe, listed.items, machine.world)
        if start.dry_run:
            return _rehearse(call, listed)
        held_out = _clips(call, start.validation_files, "val")
        # What cannot be is told before a run that is there makes way.
        anew = _begin(call, listed) if start.resume == "no" else None
        with _folder(call):
            return _train(call, listed, held_out, anew or _begin(call, listed))


def _check_preflight(model: str, machine: Machine) -> None:
    if TEACHING[model].reads != "texts":
        raise UserError(f"--preflight is for models that read texts, not for {model}")
    if machine.world.size > 1:
        raise UserError("--preflight is for one process: leave torchrun out")


@dataclass(frozen=True)
class _Call:
    """What was asked for, and who asks."""

    recipe: Recipe
    dataset: Path
    folder: Path
    start: StartConfig
    machine: Machine
    console: Console

    @property
    def world(self) -> World:
        return self.machine.world

    @property
    def teaching(self) -> Teaching:
        return TEACHING[self.recipe.model]

    def tell(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.console.tell(line)


def _clips(call: _Call, typed: str, side: str) -> Listed:
    """The clips of a list; the mel cache is made where it is missing or stale."""
    path = Path(typed) if typed else call.dataset / "filelists" / f"{side}.txt"
    recipe = call.recipe
    if call.teaching.reads == "sounds":
        return _told(call, load_sounds(path, call.dataset, recipe.voice))
    wanted = (path, call.dataset, recipe.voice, recipe.train.source)
    # The leading process makes what is missing, and the others look when it has.
    if not call.world.leads:
        call.machine.wait()
    try:
        listed = load_items(*wanted)
    except CacheError as error:
        if call.start.dry_run:
            call.console.tell(f"{error.why}: they are computed on the way")
            return load_items(*wanted[:-1], "wavs")
        call.console.tell(f"{error.why}: they are computed now")
        mels(dataset=call.dataset, mel=recipe.voice.mel)
        listed = load_items(*wanted)
    if call.world.leads:
        call.machine.wait()
    return _told(call, listed)


def _told(call: _Call, listed: Listed) -> Listed:
    call.tell(listed.notes)
    call.tell(f"left out: {row.id}: {row.why}" for row in listed.left_out)
    return listed


@contextmanager
def _folder(call: _Call) -> Iterator[None]:
    """Hold the run's folder against a second run; what another start left in it is set aside."""
    if not call.world.leads:
        yield
        return
    if call.start.resume == "no" and newest(call.folder):
        start = Path(call.start.init_from).resolve()
        if call.start.init_from and start.is_relative_to(call.folder.resolve()):
            raise TargetError(
                call.folder, f"holds {start.name} to start from; --output FOLDER begins elsewhere"
            )
        with holding(call.folder):
            call.console.tell(f"the run that was there is now {set_aside(call.folder)}")
    with holding(call.folder):
        yield


def _begin(call: _Call, listed: Listed) -> Beginning:
    """The run at its first step, with all there is to tell of it."""
    start, recipe = call.start, call.recipe
    path = run_to_continue(call.folder, start)
    continued = load_trained(path, recipe.model) if path else None
    started_from = None
    if start.init_from and not continued:
        started_from = load_trained(Path(start.init_from), recipe.model)
        call.tell(foresee(started_from, recipe, listed.items, _statistics(recipe, listed)))
    task = call.teaching.task(recipe, listed.items, call.world)
    batches = -(-len(task.plan(0)) // recipe.train.accumulate)
    found = begin(recipe, batches, call.machine, continued, started_from)
    if continued:
        call.console.tell(f"continues {path} at step {found.run.step}")
    elif not started_from:
        call.console.tell(call.teaching.from_nothing)
    call.tell(found.notes)
    return found


def _statistics(recipe: Recipe, listed: Listed) -> MelStatistics:
    """The mean and spread of the mels, of so many clips as tell."""
    count = len(listed.items)
    places = range(0, count, max(1, count // STATISTICS_CLIPS))
    read = MelReader(recipe.voice.mel, keep_bytes=0)
    return MelStatistics.of(read(listed.items[place].path) for place in places)


def _rehearse(call: _Call, listed: Listed) -> Rehearsed:
    beginning = _begin(call, listed)
    task = call.teaching.task(beginning.recipe, listed.items, call.world)
    return Rehearsed(rehearse(beginning, task), listed.left_out, call.world.leads)


def _train(call: _Call, listed: Listed, held_out: Listed, beginning: Beginning) -> Trained:
    """Train until the end, or until something comes between."""
    run, pace, recipe = beginning.run, beginning.pace, beginning.recipe
    if run.step >= pace.total_steps:
        call.console.tell(
            "all its steps are taken: --steps N for more, --resume no for another run"
        )
        return Trained(FINISHED, call.folder, run.step, pace.total_steps, run.skipped)
    task, unheard = (
        call.teaching.task(recipe, clips.items, call.world) for clips in (listed, held_out)
    )
    init_from = call.start.init_from or beginning.init_from
    facts = {"init_from": init_from, STATISTICS: _statistics(recipe, listed).to_plain()}
    with Journal(call.folder if call.world.leads else None, run.step) as journal:
        if call.world.leads:
            write_settings(call.folder, recipe.sections())
            journal.parameters(to_plain(recipe.sections()))
        session = Session(
            run,
            task,
            pace,
            call.world,
            call.folder,
            call.console,
            journal,
            lambda run: pack(run, pace, recipe.model, recipe.voice, facts),
            call.teaching.look(task, unheard, recipe, call.folder, journal),
            call.machine.share(run.model),
        )
        ending = session.fit()
    return Trained(
        ending,
        call.folder,
        run.step,
        pace.total_steps,
        run.skipped,
        session.values,
        listed.left_out,
        call.world.leads,
        call.start.resume,
    )
