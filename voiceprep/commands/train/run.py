"""The run of `voiceprep train`. Loads torch."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ...audio.mel import MelConfig, check_supported
from ...config import to_plain, write_settings
from ...errors import CacheError, TargetError, UserError, nearest
from ...files import holding, set_aside
from ...records import Console, NullConsole, Outcome, Shown
from ...text.encode import TextConfig
from ...train.checkpoints.checkpoint import newest
from ...train.checkpoints.find import load_trained
from ...train.data.load import LoadedClips, load_audio_clips, load_text_clips
from ...train.data.mel_files import MelReader
from ...train.device import Machine, World, memory_errors
from ...train.frontend import FrontendConfig
from ...train.recipe import Recipe
from ...train.registry import ModelSpec, SettingsRecord, find_model, section_classes
from ...train.run.compatibility import STATISTICS, MelStatistics
from ...train.run.dry_run import CostEstimate, estimate_cost
from ...train.run.log import TrainingLog
from ...train.run.overfit_check import OverfitResult, check_overfit
from ...train.run.resume import (
    RESUMED_FROM,
    belongs_to,
    hash_of,
    is_ours,
    pack_run,
    run_to_continue,
)
from ...train.run.setup import (
    RunSetup,
    build_evaluator,
    build_run,
    build_task,
    check_compatibility,
)
from ...train.run.signals import INTERRUPTED, PREEMPTED, StopSignals
from ...train.run.trainer import FINISHED, TIME, Trainer
from ...train.settings import CropConfig, ScheduleConfig, StartConfig, TrainConfig
from ..mels import mels
from .typed import CLIPS, changed_clips, check_sizes, describe_clips, ignored_at_start

EXIT_CODES = {FINISHED: 0, TIME: 0, PREEMPTED: 75, INTERRUPTED: 130}
STATISTICS_CLIPS = 300


@dataclass(frozen=True, repr=False)
class TrainResult(Shown):
    """How a run ended, and its last values; only the leading process shows them."""

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
        """75 or 130 if it was stopped; else 3 if clips were left out, or 0."""
        return EXIT_CODES[self.ending] or (3 if self.left_out else 0)

    def lines(self, verbose: bool) -> list[str]:
        """See Result."""
        if not self.leads:
            return []
        lines = [f"{self.ending} at step {self.step} of {self.total_steps} → {self.folder}"]
        lines += [f"  {name:26} {value:.4f}" for name, value in self.values.items()]
        if self.skipped:
            lines.append(f"  {self.skipped} steps had no finite gradient and were skipped")
        if self.step < self.total_steps:
            without = "" if self.resume in ("auto", "last") else ", without --resume,"
            lines.append(f"the same command{without} resumes from here")
        if verbose:
            lines += [f"{row.id}: {row.status}, {row.why}" for row in self.left_out]
        return lines

    def rows(self) -> Iterable[dict[str, Any]]:
        """See Result."""
        if self.leads:
            yield from (asdict(row) for row in self.left_out)
            summary = {"ending": self.ending, "folder": str(self.folder), "step": self.step}
            summary |= {"total_steps": self.total_steps, "skipped": self.skipped}
            yield {"summary": summary | self.values}


@dataclass(frozen=True, repr=False)
class DryRunResult(Shown):
    """What a run would cost."""

    cost: CostEstimate
    left_out: tuple[Outcome, ...]
    leads: bool = True

    @property
    def exit_code(self) -> int:
        """3 if clips would be left out, as the run would end, else 0."""
        return 3 if self.left_out else 0

    def lines(self, verbose: bool) -> list[str]:  # noqa: ARG002
        """See Result."""
        if not self.leads:
            return []
        cost = self.cost
        return [
            f"{cost.clips} clips, {cost.frames} frames, {len(self.left_out)} left out",
            f"{cost.batches} batches per epoch, {100 * cost.padded:.0f} % padding in them",
            f"{cost.seconds_per_step:.2f} s per step, {cost.items_per_second:.0f} {cost.unit}/s, "
            f"{cost.peak_bytes / 2**30:.1f} GiB at most",
            f"{cost.hours:.1f} hours for {cost.steps} steps; nothing was written",
        ]

    def rows(self) -> Iterable[dict[str, Any]]:
        """See Result."""
        if self.leads:
            yield from (asdict(row) for row in self.left_out)
            yield {"summary": asdict(self.cost) | {"hours": self.cost.hours}}


def run_training(
    model: str,
    dataset: Path,
    start: StartConfig,
    train: TrainConfig,
    schedule: ScheduleConfig,
    text: TextConfig,
    mel: MelConfig,
    console: Console,
    typed: Mapping[str, str],
    sections: Mapping[str, SettingsRecord],
) -> TrainResult | DryRunResult | OverfitResult:
    """Train a model; the parameters are those of `command.train`."""
    spec = find_model(model)
    check_supported(mel)
    machine = Machine.pick(train.device, train.precision)
    if start.preflight:
        _check_preflight(spec, machine)
    recipe = _make_recipe(spec, train, schedule, text, mel, sections)
    if spec.name in sections:
        check_sizes(typed, sections[spec.name], recipe, "of the data")
    folder = Path(start.output) if start.output else dataset / "output" / model
    console = console if machine.world.leads else NullConsole()
    stops = StopSignals(several=machine.world.size > 1)
    call = _Call(recipe, dataset, folder, start, machine, console, typed, stops)
    needs = (f"training {model}", _memory_advice(recipe))
    with memory_errors(*needs), machine.working(), stops:
        training = _clips(call, start.training_files, "train")
        if start.preflight:
            return check_overfit(recipe, training.items, machine, console)
        build_task(recipe, training.items, machine.world)
        if start.dry_run:
            return _dry_run(call, training)
        held_out = _clips(call, start.validation_files, "val")
        # A run that cannot be set up fails before an existing run is set aside.
        setup = _set_up(call, training) if start.resume == "no" else None
        with _folder(call):
            return _train(call, training, held_out, setup or _set_up(call, training))


def _make_recipe(
    spec: ModelSpec,
    train: TrainConfig,
    schedule: ScheduleConfig,
    text: TextConfig,
    mel: MelConfig,
    sections: Mapping[str, SettingsRecord],
) -> Recipe:
    """The recipe of a model, with the sections that its training reads."""
    classes = section_classes()
    for name in sections:
        if name not in classes:
            raise UserError(f"there is no section {name!r}: {nearest(name, sorted(classes))}")
    frontend = FrontendConfig(mel=mel)
    if spec.reads == "texts":
        frontend = FrontendConfig(cleaner=text.cleaner, mel=mel)
    records = {name: kind() for name, kind in classes.items()} | {"text": text} | dict(sections)
    config = spec.load("fit")(records[spec.name], frontend)
    more = {name: records[name] for name in spec.sections() if name != spec.name}
    return Recipe(spec.name, config, frontend, train, schedule, more)


def _memory_advice(recipe: Recipe) -> str:
    """The options that need less memory, with their values."""
    train, crops = recipe.train, recipe.section(CropConfig)
    size = f"--batch-size ({train.batch_size})"
    if train.batch_frames:
        size = f"--batch-frames ({train.batch_frames})"
    advice = f"lower {size}, with --accumulate for steps of the same size"
    if "crops" in recipe.more and not crops.recompute:
        advice += ", or use --recompute"
    return advice


def _check_preflight(spec: ModelSpec, machine: Machine) -> None:
    if not spec.overfit:
        raise UserError(f"--preflight does not apply to {spec.name} ({spec.maps})")
    if machine.world.size > 1:
        raise UserError("--preflight needs a single process: leave torchrun out")


@dataclass(frozen=True)
class _Call:
    """The arguments of a call, and what follows from them."""

    recipe: Recipe
    dataset: Path
    folder: Path
    start: StartConfig
    machine: Machine
    console: Console
    typed: Mapping[str, str]
    stops: StopSignals

    @property
    def world(self) -> World:
        return self.machine.world

    def print(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.console.print(line)


def _clips(call: _Call, typed: str, split: str) -> LoadedClips:
    """The clips of a list; the mel cache is computed where it is missing or stale."""
    path = Path(typed) if typed else call.dataset / "filelists" / f"{split}.txt"
    recipe = call.recipe
    if recipe.spec.reads != "texts":
        return _print_notes(call, load_audio_clips(path, call.dataset, recipe.frontend))
    source = (path, call.dataset, recipe.frontend, recipe.train.source)
    # The leading process computes missing mels, and the others read them afterwards.
    if not call.world.leads:
        call.machine.wait()
    try:
        clips = load_text_clips(*source)
    except CacheError as error:
        if call.start.dry_run:
            call.console.print(f"{error.why}: they are computed in training")
            return _print_notes(call, load_text_clips(*source[:-1], "wavs"))
        call.console.print(f"{error.why}: they are computed now")
        if mels(dataset=call.dataset, mel=recipe.frontend.mel).interrupted:
            raise KeyboardInterrupt from None
        try:
            clips = load_text_clips(*source)
        except CacheError as error:
            if not error.missing:
                raise
            # The list names sounds outside of wavs/, of which no mels are cached.
            call.console.print(f"{error.why}: all are computed in training, from the sounds")
            clips = load_text_clips(*source[:-1], "wavs")
    if call.world.leads:
        call.machine.wait()
    return _print_notes(call, clips)


def _print_notes(call: _Call, clips: LoadedClips) -> LoadedClips:
    """The clips, after printing notes on them and those left out."""
    call.print(clips.notes)
    call.print(f"left out: {line}" for line in clips.left_out_lines)
    return clips


@contextmanager
def _folder(call: _Call) -> Iterator[None]:
    """Lock the run's folder against a second run; a run to be replaced is set aside."""
    if not call.world.leads:
        yield
        return
    if call.start.resume == "no" and newest(call.folder):
        start = Path(call.start.init_from).resolve()
        if call.start.init_from and start.is_relative_to(call.folder.resolve()):
            raise TargetError(
                call.folder, f"holds {start.name} to start from; name another --output FOLDER"
            )
        with holding(call.folder):
            call.console.print(f"the existing run is kept as {set_aside(call.folder)}")
    with holding(call.folder):
        yield


def _set_up(call: _Call, clips: LoadedClips) -> RunSetup:
    """Set up the run, and print notes on it."""
    start, recipe = call.start, call.recipe
    path = run_to_continue(call.folder, start, recipe.spec.foreign_names)
    continued = load_trained(path, [recipe.model]) if path else None
    started_from = None
    if start.init_from and not continued:
        started_from = load_trained(Path(start.init_from), [recipe.model])
    foreign = continued if continued and not is_ours(continued) else None
    if loaded := started_from or foreign:
        statistics = _statistics(recipe, clips)
        call.print(check_compatibility(loaded, recipe, clips.items, statistics))
    task = build_task(recipe, clips.items, call.world)
    steps_per_epoch = -(-len(task.epoch_batches(0)) // recipe.train.accumulate)
    setup = build_run(recipe, steps_per_epoch, call.machine, continued, started_from)
    check_sizes(call.typed, recipe.config, setup.recipe, "of the checkpoint")
    if continued:
        call.console.print(f"resumes {path} at step {setup.run.step}")
        call.print(changed_clips(continued.training or {}, clips.items))
    elif not started_from and recipe.spec.scratch_note:
        call.console.print(recipe.spec.scratch_note)
    call.print(setup.notes)
    if path and not belongs_to(path, call.folder):
        setup = replace(setup, resumed_from=hash_of(path))
    call.print(ignored_at_start(call.typed, recipe, setup, start.init_from))
    return setup


def _statistics(recipe: Recipe, clips: LoadedClips) -> MelStatistics:
    """The mean and spread of the mels of up to STATISTICS_CLIPS clips."""
    count = len(clips.items)
    places = range(0, count, max(1, count // STATISTICS_CLIPS))
    read = MelReader(recipe.frontend.mel, keep_bytes=0)
    return MelStatistics.of(read(clips.items[place].path) for place in places)


def _dry_run(call: _Call, clips: LoadedClips) -> DryRunResult:
    setup = _set_up(call, clips)
    task = build_task(setup.recipe, clips.items, call.world)
    return DryRunResult(estimate_cost(setup, task), clips.left_out, call.world.leads)


def _parameters(recipe: Recipe, machine: Machine) -> dict[str, dict[str, Any]]:
    """The settings for the log, with the device and the precision that `auto` is here."""
    sections = to_plain(recipe.sections())
    sections["train"] |= {"device": str(machine.device), "precision": machine.precision}
    return sections


def _train(
    call: _Call, training: LoadedClips, held_out: LoadedClips, setup: RunSetup
) -> TrainResult:
    """Train to the last step, or until something stops the run."""
    run, plan, recipe = setup.run, setup.plan, setup.recipe
    if run.step >= plan.total_steps and not run.evaluation_due:
        call.console.print(
            "all its steps are done: --steps N trains longer, --resume no trains another run"
        )
        return TrainResult(FINISHED, call.folder, run.step, plan.total_steps, run.skipped)
    task, held_out_task = (
        build_task(recipe, clips.items, call.world) for clips in (training, held_out)
    )
    facts = {
        "init_from": setup.init_from or call.start.init_from,
        RESUMED_FROM: setup.resumed_from,
        "ignore_layers": recipe.train.ignore_layers,
        CLIPS: describe_clips(training.items),
        STATISTICS: _statistics(recipe, training).to_plain(),
    }
    with TrainingLog(call.folder if call.world.leads else None, run.step) as log:
        if call.world.leads:
            write_settings(call.folder, recipe.sections())
            log.parameters(_parameters(recipe, call.machine))
        trainer = Trainer(
            run,
            task,
            plan,
            call.world,
            call.folder,
            call.console,
            log,
            lambda run: pack_run(run, plan, recipe.model, recipe.frontend, facts),
            build_evaluator(recipe, task, held_out_task, call.folder, log),
            call.stops,
            call.machine.share(run.model),
        )
        ending = trainer.fit()
    return TrainResult(
        ending,
        call.folder,
        run.step,
        plan.total_steps,
        run.skipped,
        trainer.values,
        training.left_out,
        call.world.leads,
        call.start.resume,
    )
