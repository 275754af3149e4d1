"""A run at full size on a synthetic voice, until it reads by itself, and a fine-tune on another."""

import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from gpu_bench import Bench, NotThere, products_in, tacotron2_sizes

from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.data.items import Item, Items
from voiceprep.train.device import Machine, World
from voiceprep.train.frontend import FrontendConfig, Sentence, read_sentence
from voiceprep.train.recipe import Recipe
from voiceprep.train.run.log import TrainingLog
from voiceprep.train.run.loop import TrainingRun, train_steps
from voiceprep.train.run.resume import pack_run
from voiceprep.train.run.setup import RunSetup, build_run, build_task
from voiceprep.train.settings import InferConfig, ScheduleConfig, TrainConfig
from voiceprep.train.tacotron2.config import LossConfig
from voiceprep.train.tacotron2.evaluator import Tacotron2Evaluator
from voiceprep.train.tacotron2.metrics import FreeRunning, free_running
from voiceprep.train.tacotron2.network import Tacotron2
from voiceprep.train.tacotron2.task import Tacotron2Task, stepper_of
from voiceprep.train.tensors import as_kind

MELS = "mels.npz"
FOCUS = 0.8
HELD_OUT, TUNED_ON = 8, 30
# Steps between two looks, each at all held-out sentences free-running.
LOOK_EVERY = 250
# The shares of the budget after which training ends, and fine-tuning.
TRAINING_SHARE, TUNING_SHARE = 0.7, 0.92
LOSS = LossConfig(guided_attention=10.0, gate_positive_weight=2.0)
FRONTEND = FrontendConfig()


def measure(bench: Bench) -> None:
    if not (bench.carried / MELS).exists():
        raise NotThere(f"there is no {MELS} in {bench.carried.name}")
    started, whole = time.monotonic(), bench.left
    precision = "bf16" if bench.device.type == "cuda" else "fp32"
    with tempfile.TemporaryDirectory() as temporary, products_in(precision):
        folder = Path(temporary)
        first, second = (voice_items(bench, name, folder) for name in ("first", "second"))
        recipe = recipe_of(bench, 4 if bench.tiny else 32, 1e-3)
        setup = set_up(bench, recipe, first[HELD_OUT:], precision)
        train(bench, "trained", setup, first, started + whole * TRAINING_SHARE, FOCUS)
        saved = pack_run(setup.run, setup.plan, "tacotron2", FRONTEND, {})
        with bench.part("pictures"):
            draw(bench, setup, first, folder / "first")
        with bench.part("fine-tune"):
            recipe = recipe_of(bench, 4 if bench.tiny else 15, 3e-4)
            second = second[: HELD_OUT + TUNED_ON]
            tuned = set_up(bench, recipe, second[HELD_OUT:], precision, saved)
            look(bench, "before the fine-tune", tuned.run, recipe, second)
            train(bench, "fine-tuned", tuned, second, started + whole * TUNING_SHARE)
            draw(bench, tuned, second, folder / "second")
        with bench.part("pack pictures"):
            pack(bench, folder)


def train(
    bench: Bench, what: str, setup: RunSetup, items: Items, ends: float, enough: float = 1.0
) -> None:
    """Train until the free-running focus is enough or time is up; the looks do not count."""
    run, looking, looks = setup.run, 0.0, 0
    clips = items[HELD_OUT:]
    task = build_task(setup.recipe, clips)
    run.model.train()
    began, steps = time.monotonic(), run.step
    every = 3 if bench.tiny else LOOK_EVERY
    for _ in train_steps(run, task, setup.plan, World()):
        if run.step - steps >= (looks + 1) * every:
            looks = (run.step - steps) // every
            paused = time.monotonic()
            free = look(bench, f"{what}, step {run.step}", run, setup.recipe, items)
            looking += time.monotonic() - paused
            if free.focus > enough:
                bench.note(f"{what}: free-running focus over {enough} in {paused - began:.0f} s")
                break
        if time.monotonic() > ends or (bench.tiny and looks == 2):
            break
    bench.synchronize()
    seconds = time.monotonic() - began - looking
    epochs = run.epoch + run.place / len(task.epoch_batches(run.epoch))
    frames = float(clips.frames.sum()) * epochs
    bench.row(f"{what}: {run.step - steps} steps", "steps/s", [(run.step - steps) / seconds])
    bench.row(f"{what}: {len(clips)} clips, {epochs:.1f} epochs", "frames/s", [frames / seconds])
    look(bench, f"{what}, at the end, step {run.step}", run, setup.recipe, items)


def look(bench: Bench, what: str, run: TrainingRun, recipe: Recipe, items: Items) -> FreeRunning:
    """The held-out sentences, which are the first, free-running."""
    model = as_kind(run.model, Tacotron2)
    sentences = [Sentence(tuple(map(int, item.symbols)), item.id) for item in items[:HELD_OUT]]
    infer, hop = recipe.section(InferConfig), FRONTEND.mel.hop_length / FRONTEND.mel.rate
    free = free_running(model, sentences, infer, hop, stepper_of(recipe)(model))
    values = {"focus": free.focus, "diagonality": free.diagonality, "coverage": free.coverage}
    values |= {"stop rate": free.stop_rate, "read to the end": free.spoken}
    bench.note(f"{what}: " + ", ".join(f"{name} {value:.2f}" for name, value in values.items()))
    return free


def draw(bench: Bench, setup: RunSetup, items: Items, folder: Path) -> None:
    """What a run's own evaluation says, and its pictures."""
    log = TrainingLog(folder)
    task, held_out = (task_of(setup.recipe, part) for part in (items[HELD_OUT:], items[:HELD_OUT]))
    evaluate = Tacotron2Evaluator(task, held_out, setup.recipe, folder, log)
    found = evaluate(setup.run)
    log.close()
    bench.note(f"{folder.name}: {found.message}")
    for warning in found.warnings:
        bench.note(f"{folder.name}: {warning}")


def pack(bench: Bench, folder: Path) -> None:
    with zipfile.ZipFile(bench.out / "pictures.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for file in pictures(folder):
            packed.write(file, file.relative_to(folder))


def pictures(folder: Path) -> Iterator[Path]:
    for kind in ("png", "wav", "csv"):
        yield from sorted(folder.rglob(f"*.{kind}"))


def task_of(recipe: Recipe, items: Items) -> Tacotron2Task:
    task = build_task(recipe, items)
    if not isinstance(task, Tacotron2Task):
        raise TypeError(f"a {type(task).__name__}")
    return task


def set_up(
    bench: Bench, recipe: Recipe, clips: Items, precision: str, saved: Checkpoint | None = None
) -> RunSetup:
    per_epoch = len(build_task(recipe, clips).epoch_batches(0))
    return build_run(recipe, per_epoch, Machine(bench.device, precision), started_from=saved)


def recipe_of(bench: Bench, clips: int, learning_rate: float) -> Recipe:
    config = replace(tacotron2_sizes(bench.tiny), symbols=len(FRONTEND.symbols))
    # Results of steps are read at each look.
    train = TrainConfig(
        steps=100_000, batch_size=clips, workers=2, evaluate_every=LOOK_EVERY, save_every=LOOK_EVERY
    )
    more = {"loss": LOSS, "infer": InferConfig(max_frames=30 if bench.tiny else 1000)}
    schedule = ScheduleConfig(learning_rate=learning_rate)
    return Recipe("tacotron2", config, FRONTEND, train, schedule, more)


def voice_items(bench: Bench, name: str, folder: Path) -> Items:
    """The clips of a voice, each mel in a file of its own."""
    with np.load(bench.carried / MELS) as carried:
        texts, frames, mels = (carried[f"{name}_{part}"] for part in ("texts", "frames", "mels"))
    ends, items = np.cumsum(frames), []
    for number, (text, end, count) in enumerate(zip(texts, ends, frames, strict=True)):
        path = folder / f"{name}-{number}.npy"
        np.save(path, mels[:, end - count : end].astype(np.float32))
        symbols = np.array(read_sentence(str(text), FRONTEND).ids, np.int16)
        items.append(Item(f"{name}-{number}", symbols, int(count), path))
    return Items(items)
