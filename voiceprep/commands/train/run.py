"""The run of `voiceprep train`. Loads torch."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ...audio.mel import MelConfig, check_supported
from ...config import to_plain, write_settings
from ...errors import CacheError, TargetError, UserError, nearest
from ...files import holding, set_aside
from ...records import Console
from ...text.encode import TextConfig
from ...text.frontends import make_frontend
from ...train.checkpoints.checkpoint import newest
from ...train.checkpoints.find import load_trained
from ...train.data.load import LoadedClips, load_audio_clips, load_text_clips, read_list
from ...train.data.mel_files import MelReader
from ...train.device import Machine, World, describe_device, memory_errors
from ...train.frontend import FrontendConfig
from ...train.recipe import Recipe
from ...train.registry import ModelSpec, SettingsRecord, find_model, section_classes
from ...train.run.compatibility import STATISTICS, MelStatistics
from ...train.run.dry_run import estimate_cost
from ...train.run.log import TrainingLog
from ...train.run.overfit_check import OverfitResult, check_overfit
from ...train.run.processes import check_equal, ending_together, from_leader, leaders_file
from ...train.run.rank_log import RankLog
from ...train.run.rare_symbols import rare_line, with_rare
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
from ...train.run.signals import StopSignals
from ...train.run.trainer import FINISHED, Trainer
from ...train.settings import CropConfig, ScheduleConfig, StartConfig, TrainConfig
from ..mels import mels
from .result import DryRunResult, TrainResult
from .typed import CLIPS, changed_clips, check_sizes, describe_clips, ignored_at_start

STATISTICS_CLIPS = 300
# Settings that may differ among the processes of a run.
OWN_SETTINGS = ("train.device", "train.workers")


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
    texts = _texts(dataset, start)
    recipe = _make_recipe(spec, train, schedule, text, mel, sections, texts)
    if spec.name in sections:
        check_sizes(typed, sections[spec.name], recipe, "of the data")
    folder = Path(start.output) if start.output else dataset / "output" / model
    stops = StopSignals(several=machine.world.size > 1)
    keeps = machine.world.size > 1 and not start.dry_run
    log = RankLog(machine) if keeps else None
    call = _Call(recipe, dataset, folder, start, machine, console, typed, stops, log)
    call.keep_stderr()
    call.print(describe_device(train.device, machine.world))
    needs = (f"training {model}", _memory_advice(recipe))
    with memory_errors(*needs), machine.working(), stops:
        training = _clips(call, start.training_files, "train")
        if call.world.size > 1:
            check_equal(call.world, _shared_facts(call, training))
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
    texts: Iterable[str],
) -> Recipe:
    """The recipe of a model, with the sections that its training reads.

    `texts` are those of the dataset, for a front end whose table comes from them.
    """
    classes = section_classes()
    for name in sections:
        if name not in classes:
            raise UserError(f"there is no section {name!r}: {nearest(name, sorted(classes))}")
    frontend = FrontendConfig(mel=mel)
    if spec.reads == "texts":
        frontend = FrontendConfig.of(make_frontend(text, texts), mel)
    records = {name: kind() for name, kind in classes.items()} | {"text": text} | dict(sections)
    config = spec.load("fit")(records[spec.name], frontend)
    more = {name: records[name] for name in spec.sections() if name != spec.name}
    return Recipe(spec.name, config, frontend, train, schedule, more)


def _texts(dataset: Path, start: StartConfig) -> Iterator[str]:
    """The texts of the lists of a run."""
    for typed, split in ((start.training_files, "train"), (start.validation_files, "val")):
        yield from (row.text for row in read_list(_list_path(typed, dataset, split))[0])


def _list_path(typed: str, dataset: Path, split: str) -> Path:
    return Path(typed) if typed else dataset / "filelists" / f"{split}.txt"


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
    log: RankLog | None

    @property
    def world(self) -> World:
        return self.machine.world

    def print(self, *lines: str) -> None:
        """Print the lines that are not empty, in the leading process."""
        for line in lines if self.world.leads else ():
            if line:
                self.console.print(line)

    def keep_stderr(self) -> None:
        """Keep stderr in the run's folder, where there are several processes."""
        if self.log and (trouble := self.log.keep_in(self.folder)):
            self.console.print(f"process {self.world.rank}: {trouble}")


def _clips(call: _Call, typed: str, split: str) -> LoadedClips:
    """The clips of a list, the same in all processes."""
    path = _list_path(typed, call.dataset, split)
    clips: LoadedClips | None = None

    def load_first() -> str:
        nonlocal clips
        clips, source = _load_texts(call, path)
        return source

    frontend, reads_texts = call.recipe.frontend, call.recipe.spec.reads == "texts"
    source = ""
    if reads_texts:
        source = from_leader(call.world, load_first, "the mel cache", call.console)
    with ending_together(call.world):
        if not reads_texts:
            clips = load_audio_clips(path, call.dataset, frontend)
        elif clips is None:
            clips = load_text_clips(path, call.dataset, frontend, source)
    assert clips, "an error would have been raised"
    call.print(*clips.notes, *(f"left out: {line}" for line in clips.left_out_lines))
    return clips


def _load_texts(call: _Call, path: Path) -> tuple[LoadedClips, str]:
    """The clips of a list with texts, and where their mels are from.

    The mel cache is computed where it is missing or stale.
    """
    recipe = call.recipe
    load = partial(load_text_clips, path, call.dataset, recipe.frontend)
    try:
        return load(recipe.train.source), recipe.train.source
    except CacheError as error:
        if call.start.dry_run:
            call.print(f"{error.why}: they are computed in training")
            return load("wavs"), "wavs"
        call.print(f"{error.why}: they are computed now")
        if mels(dataset=call.dataset, mel=recipe.frontend.mel).interrupted:
            raise KeyboardInterrupt from None
        try:
            return load(recipe.train.source), recipe.train.source
        except CacheError as error:
            if not error.missing:
                raise
            # The list names sounds outside of wavs/, of which no mels are cached.
            call.print(f"{error.why}: all are computed in training, from the sounds")
            return load("wavs"), "wavs"


def _shared_facts(call: _Call, clips: LoadedClips) -> dict[str, object]:
    """What must be the same in all processes, for the batches to be shares of one."""
    sections = to_plain(call.recipe.sections())
    settings = {
        f"{section}.{name}": value
        for section, records in sections.items()
        for name, value in records.items()
        if f"{section}.{name}" not in OWN_SETTINGS
    }
    return settings | {
        "the precision": call.machine.precision,
        "the number of clips": len(clips.items),
        "the digest of the clips": clips.items.digest(ordered=True),
    }


@contextmanager
def _folder(call: _Call) -> Iterator[None]:
    """Lock the run's folder against a second run; a run to be replaced is set aside."""
    with ExitStack() as stack:
        with ending_together(call.world):
            if call.world.leads:
                _set_aside(call)
                stack.enter_context(holding(call.folder))
        if call.start.resume == "no":
            # The folder so far has another name now.
            call.keep_stderr()
        yield


def _set_aside(call: _Call) -> None:
    """Rename the folder of a run that is to be replaced."""
    if call.start.resume != "no" or not newest(call.folder):
        return
    start = Path(call.start.init_from).resolve()
    if call.start.init_from and start.is_relative_to(call.folder.resolve()):
        raise TargetError(
            call.folder, f"holds {start.name} to start from; name another --output FOLDER"
        )
    with holding(call.folder):
        call.print(f"the existing run is kept as {set_aside(call.folder)}")


def _set_up(call: _Call, clips: LoadedClips) -> RunSetup:
    """Set up the run, and print notes on it."""
    start, recipe = call.start, call.recipe
    path = leaders_file(
        call.world, lambda: run_to_continue(call.folder, start, recipe.spec.foreign_names)
    )
    first = None
    if start.init_from and not path:
        first = leaders_file(call.world, lambda: Path(start.init_from))
    with ending_together(call.world):
        continued = load_trained(path, [recipe.model]) if path else None
        started_from = load_trained(first, [recipe.model]) if first else None
    foreign = continued if continued and not is_ours(continued) else None
    if loaded := started_from or foreign:
        statistics = _statistics(recipe, clips)
        call.print(*check_compatibility(loaded, recipe, clips.items, statistics))
    task = build_task(recipe, clips.items, call.world)
    steps_per_epoch = -(-len(task.epoch_batches(0)) // recipe.train.accumulate)
    if recipe.spec.reads == "texts":
        call.print(rare_line(recipe.frontend, clips.items))
        frontend = with_rare(recipe.frontend, clips.items, started_from, continued)
        recipe = replace(recipe, frontend=frontend)
    starts = (continued, started_from, start.symbol_from)
    setup = build_run(recipe, steps_per_epoch, call.machine, *starts)
    check_sizes(call.typed, recipe.config, setup.recipe, "of the checkpoint")
    if continued:
        call.print(f"resumes {path} at step {setup.run.step}")
        call.print(*changed_clips(continued.training or {}, clips.items))
    elif not started_from:
        call.print(recipe.spec.scratch_note)
    call.print(*setup.notes)
    if path and not belongs_to(path, call.folder):
        setup = replace(setup, resumed_from=hash_of(path))
    call.print(*ignored_at_start(call.typed, recipe, setup, start.init_from))
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
        call.print(
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
