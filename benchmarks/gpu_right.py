"""Whether what runs on a GPU is right: the reference numbers, every way and precision, resuming."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gpu_bench import Bench, difference, products_in, tacotron2_sizes, waveglow_sizes
from gpu_variants import (
    INVERSE,
    NORMALISE,
    TEACHER_FORCED,
    WITHOUT_TRITON,
    available,
    without_triton,
)
from torch import Tensor, nn

from voiceprep.audio.mel import MelConfig
from voiceprep.train.data.items import Item, Items, collate
from voiceprep.train.device import Machine, World, autocast
from voiceprep.train.frontend import FrontendConfig
from voiceprep.train.kernels.graphs import take_notes
from voiceprep.train.recipe import Recipe
from voiceprep.train.run.loop import TrainingRun, take_step, train_steps
from voiceprep.train.run.resume import pack_run
from voiceprep.train.run.setup import RunSetup, build_run, build_task
from voiceprep.train.settings import ScheduleConfig, TrainConfig
from voiceprep.train.tacotron2.config import LossConfig, Tacotron2Config
from voiceprep.train.tacotron2.losses import clip_losses, tacotron2_loss
from voiceprep.train.tacotron2.network import Tacotron2, without_dropout
from voiceprep.train.tensors import Batch
from voiceprep.train.waveglow.config import WaveGlowConfig
from voiceprep.train.waveglow.network import Noise, WaveGlow
from voiceprep.train.waveglow.task import flow_losses

REFERENCE = Path(__file__).parents[1] / "tests" / "reference"
# Relative norms: what float32 allows in another order of summation.
OUTPUTS, GRADIENTS = 2e-5, 1e-4
# How far from float32 the plain way may be in another precision, and how many times that others.
FAR, SLACK = 0.5, 1.5
TRITON_TESTS = (
    "tests/train/kernels/test_triton_lstm.py",
    "tests/train/tacotron2/fast/test_triton_attention.py",
)
HALF_RUN = 20
FP16_SCALE = 2.0**10
PRECISIONS = ("fp32", "tf32", "bf16", "fp16")
SYMBOLS, FRAMES = (90, 71, 33, 12), (180, 200, 61, 25)


def measure(bench: Bench) -> None:
    with triton_tests(bench):
        with products_in("fp32"):
            tacotron2_reference(bench)
            waveglow_reference(bench)
        tacotron2_ways(bench)
        waveglow_ways(bench)
        nothing_slower(bench)
        with products_in("fp32"):
            with bench.part("a resumed run"):
                resumed_run(bench)
            with bench.part("a planted inf"):
                planted_inf(bench)


def tacotron2_reference(bench: Bench) -> None:
    numbers = reference_numbers("tacotron2_a.npz", bench.device)
    held = torch.load(REFERENCE / "checkpoint_Tacotron2_a.pt", weights_only=True)
    names = ("text", "text_lengths", "mel", "mel_lengths")
    batch = Batch(("a", "b", "c"), *(numbers[name] for name in names))
    config = LossConfig(reduction="padded")
    outputs = ("mel", "mel_postnet", "gate_logits", "alignments")
    for way, decode in available(bench, TEACHER_FORCED).items():
        with bench.part(f"Tacotron 2, reference, {way}"):
            model = loaded(Tacotron2(reference_sizes(held["config"])), held, bench.device).train()
            prediction = model(batch, decode=decode)
            loss = tacotron2_loss(clip_losses(prediction, batch, config), config, 0).total
            loss.backward()
            off = [
                difference(getattr(prediction, name), numbers[f"train_{name}"]) for name in outputs
            ]
            off.append(difference(loss, numbers["train_loss"]))
            bench.check(f"Tacotron 2, reference outputs, {way}", max(off), OUTPUTS)
            bench.check(f"Tacotron 2, reference gradients, {way}", worst(model, numbers), GRADIENTS)


def waveglow_reference(bench: Bench) -> None:
    numbers = reference_numbers("waveglow_a.npz", bench.device)
    held = torch.load(REFERENCE / "checkpoint_WaveGlow_a.pt", weights_only=True)
    sizes = WaveGlowConfig(mel_channels=6, flows=6, early_every=2, wn_layers=3, wn_channels=12)
    for way, normalise in available(bench, NORMALISE).items():
        with bench.part(f"WaveGlow, reference, {way}"):
            model = loaded(WaveGlow(sizes), held, bench.device)
            noise = model(numbers["audio"], numbers["mel"], normalise)
            loss = flow_losses(noise, 1.0, numbers["audio"].numel()).total
            loss.backward()
            off = [difference(noise.values, numbers["z"]), difference(loss, numbers["loss"])]
            off += [
                difference(noise.log_scales[flow], numbers[f"log_s_{flow}"]) for flow in range(6)
            ]
            bench.check(f"WaveGlow, reference outputs, {way}", max(off), OUTPUTS)
            bench.check(f"WaveGlow, reference gradients, {way}", worst(model, numbers), GRADIENTS)
    drawn = [numbers[f"infer_noise_{number}"] for number in (2, 1, 0)]
    noise = torch.cat(drawn, 1) * numbers["infer_sigma"]
    for way, make in available(bench, INVERSE).items():
        with bench.part(f"WaveGlow, reference audio, {way}"), torch.no_grad():
            model = loaded(WaveGlow(sizes), held, bench.device).eval()
            audio = make(model, "fp32")(noise, numbers["mel"])
            off = difference(audio, numbers["infer_audio"])
            bench.check(f"WaveGlow, reference audio, {way}", off, OUTPUTS)


def tacotron2_ways(bench: Bench) -> None:
    """All ways on a ragged batch with dropout in the loop, in all precisions."""
    config = replace(tacotron2_sizes(bench.tiny), encoder_dropout=0.0, postnet_dropout=0.0)
    torch.manual_seed(1)
    model = Tacotron2(config).to(bench.device).train()
    batch = ragged_batch(bench)
    masks = model.draw_masks(batch.mel.shape[2], len(batch.ids))
    ways = available(bench, {**TEACHER_FORCED, **WITHOUT_TRITON})

    def outcome(way: str, precision: str) -> tuple[list[Tensor], list[Tensor]]:
        config = LossConfig()
        with products_in(precision):
            with autocast(precision, bench.device):
                prediction = model(batch, masks, ways[way])
                total = tacotron2_loss(clip_losses(prediction, batch, config), config, 0).total
            gradients = gradients_of(model, total, precision)
        outputs = [prediction.mel_postnet, prediction.gate_logits, prediction.alignments]
        return [value.detach().clone() for value in outputs], gradients

    compare_ways(bench, "Tacotron 2", [way for way in ways if way in TEACHER_FORCED], outcome)
    with bench.part("without Triton"), without_triton():
        compare_ways(bench, "Tacotron 2", [way for way in ways if way in WITHOUT_TRITON], outcome)


def waveglow_ways(bench: Bench) -> None:
    config = waveglow_sizes(bench.tiny)
    config = replace(config, mel_channels=8) if bench.tiny else config
    torch.manual_seed(1)
    model = WaveGlow(config).to(bench.device)
    for network in model.WN:
        nn.init.normal_(network.end.weight, std=0.02)
    samples = 512 if bench.tiny else 8000
    audio = 0.1 * torch.randn(2, samples, device=bench.device)
    mel = torch.randn(2, config.mel_channels, -(-samples // 256), device=bench.device) - 5
    ways = available(bench, NORMALISE)

    def outcome(way: str, precision: str) -> tuple[list[Tensor], list[Tensor]]:
        with products_in(precision):
            with autocast(precision, bench.device):
                noise: Noise = model(audio, mel, ways[way])
                total = flow_losses(noise, 1.0, audio.numel()).total
            gradients = gradients_of(model, total, precision)
        return [noise.values.detach(), *(one.detach() for one in noise.log_scales)], gradients

    compare_ways(bench, "WaveGlow", [*ways], outcome)


def nothing_slower(bench: Bench) -> None:
    """Right numbers alone do not tell whether graphs and Triton made them."""
    notes = take_notes()
    for note in notes:
        bench.note(note)
    bench.check("steps that are not recorded, or without Triton", len(notes), 0)


def compare_ways(bench: Bench, what: str, ways: list[str], outcome: Any) -> None:
    """The first of the ways is the plain one, and in fp32 the truth."""
    wanted = outcome(ways[0], "fp32")
    for precision in PRECISIONS:
        limits: tuple[float, ...] = (OUTPUTS, GRADIENTS)
        for way in ways:
            if (way, precision) == (ways[0], "fp32") or bench.left < 0:
                continue
            with bench.part(f"{what}, {way}, {precision}"):
                found = outcome(way, precision)
                off = [most_apart(*pair) for pair in zip(found, wanted, strict=True)]
                if way == ways[0]:
                    for name, value in zip(("outputs", "gradients"), off, strict=True):
                        bench.check(f"{what} {name}, {way}, {precision}", value, FAR)
                    limits = tuple(map(max, (SLACK * value for value in off), limits))
                    continue
                for name, value, limit in zip(("outputs", "gradients"), off, limits, strict=True):
                    bench.check(f"{what} {name}, {way}, {precision}", value, limit)


def gradients_of(model: nn.Module, total: Tensor, precision: str) -> list[Tensor]:
    """The gradients of all parameters, scaled on their way in fp16, as training does."""
    scale = FP16_SCALE if precision == "fp16" else 1.0
    model.zero_grad(set_to_none=True)
    (scale * total).backward()
    return [value.grad / scale for value in model.parameters() if value.grad is not None]


def most_apart(found: list[Tensor], wanted: list[Tensor]) -> float:
    """The largest difference of two tensors, relative to the norm of the wanted one.

    Of one that is next to nothing beside the others, as the gradient of a bias before a batch norm
    is, it is relative to a hundredth of the largest norm.
    """
    least = 1e-2 * max(float(value.norm()) for value in wanted)
    pairs = zip(found, wanted, strict=True)
    return max(difference(one, other, least) for one, other in pairs)


def resumed_run(bench: Bench) -> None:
    """Twenty steps and twenty more are forty, as nearly as forty are the same forty again."""
    half = 2 if bench.tiny else HALF_RUN
    with tempfile.TemporaryDirectory() as folder:
        recipe, items = small_run(Path(folder))
        whole, again = (run_for(bench, recipe, items, 2 * half)[0] for _ in range(2))
        first, plan = run_for(bench, recipe, items, half)
        saved = pack_run(first, plan, "tacotron2", recipe.frontend, {})
        rest = run_for(bench, recipe, items, half, saved)[0]
    bench.check("a resumed run's step, off the last one", abs(rest.step - 2 * half), 0)
    repeated, resumed = (weights_apart(whole, other) for other in (again, rest))
    bench.check("its weights, resumed or not", resumed, 3 * repeated + 1e-6)


def planted_inf(bench: Bench) -> None:
    """In fp16 a step with an inf is skipped, its scale halved, and steps are taken again."""
    with tempfile.TemporaryDirectory() as folder:
        recipe, items = small_run(Path(folder))
        setup = set_up(bench, recipe, items, "fp16")
        task, run = build_task(setup.recipe, items), setup.run
        run.model.train()
        planted, sound = task.read(np.arange(4)), task.read(np.arange(4))
        planted.mel[0, 0, 3] = torch.inf
        scale, before = run.scaler.get_scale(), state_of(run)
        take_step(run, task, [planted.to(bench.device)], setup.plan, World(), run.model)
        kept = all(map(torch.equal, before, state_of(run)))
        bench.check("a planted inf: the weights change", float(not kept), 0)
        bench.check(
            "a planted inf: its scale is halved", abs(run.scaler.get_scale() / scale - 0.5), 0
        )
        # The scaler may need some to find its scale.
        for _ in range(8):
            take_step(run, task, [sound.to(bench.device)], setup.plan, World(), run.model)
        kept = all(map(torch.equal, before, state_of(run)))
        bench.check("after a planted inf: the weights stay", float(kept), 0)


def state_of(run: TrainingRun) -> list[Tensor]:
    return [value.clone() for value in run.model.state_dict().values()]


@contextmanager
def triton_tests(bench: Bench) -> Iterator[None]:
    """The kernels' own tests, which elsewhere run interpreted, on the card, beside all else.

    Most of their time is compiling.
    """
    root = Path(__file__).parents[1]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TRITON_TESTS]
    if bench.device.type != "cuda":
        command.append("--collect-only")
    elif find_spec("xdist"):
        command += ["-n", "8"]
    environment = os.environ | {"TRITON_INTERPRET": "0"}
    with (
        tempfile.TemporaryFile("w+") as told,
        subprocess.Popen(command, cwd=root, env=environment, stdout=told, stderr=told) as tests,
    ):
        try:
            yield
            with bench.part("Triton kernels"):
                code = tests.wait(max(1.0, bench.left))
                told.seek(0)
                failed = [line for line in told if line.startswith(("FAILED", "ERROR"))]
                for line in failed[:8]:
                    bench.note(line.rstrip())
                bench.check("the tests of the Triton kernels: exit code", code, 0)
        finally:
            tests.kill()


def run_for(
    bench: Bench, recipe: Recipe, items: Items, steps: int, saved: Any = None
) -> tuple[TrainingRun, Any]:
    setup = set_up(bench, recipe, items, "fp32", saved)
    setup.run.model.train()
    task = build_task(setup.recipe, items)
    taken = train_steps(setup.run, task, setup.plan, World())
    end = setup.run.step + steps
    while setup.run.step < end:
        next(taken)
    taken.close()
    return setup.run, setup.plan


def set_up(
    bench: Bench, recipe: Recipe, items: Items, precision: str, saved: Any = None
) -> RunSetup:
    per_epoch = len(build_task(recipe, items).epoch_batches(0))
    return build_run(recipe, per_epoch, Machine(bench.device, precision), saved)


def small_run(folder: Path) -> tuple[Recipe, Items]:
    config = Tacotron2Config(**vars(tacotron2_sizes(True)))
    # The results of steps are read at an evaluation at the latest.
    train = TrainConfig(steps=60, batch_size=4, evaluate_every=HALF_RUN)
    more = {"loss": LossConfig()}
    frontend = FrontendConfig(mel=MelConfig())
    recipe = Recipe("tacotron2", config, frontend, train, ScheduleConfig(), more)
    random, items = np.random.default_rng(0), []
    for number in range(10):
        symbols, frames = random.integers(4, 9), random.integers(10, 26)
        path = folder / f"{number}.npy"
        np.save(path, random.normal(-5, 1, (80, frames)).astype(np.float32))
        ids = random.integers(1, 148, symbols).astype(np.int16)
        items.append(Item(str(number), ids, int(frames), path))
    return recipe, Items(items)


def ragged_batch(bench: Bench) -> Batch:
    """Clips of very different lengths, the longest text first, as the original wants them."""
    random, divisor = np.random.default_rng(0), 16 if bench.tiny else 1
    items = [
        Item(
            str(number),
            random.integers(1, 148, symbols // divisor + 1),
            frames // divisor + 1,
            Path(),
        )
        for number, (symbols, frames) in enumerate(zip(SYMBOLS, FRAMES, strict=True))
    ]
    mels = iter([random.normal(-5, 1, (80, item.frames)).astype(np.float32) for item in items])
    return collate(items, lambda _: next(mels), 1, LossConfig().gate_tail).to(bench.device)


def reference_numbers(name: str, device: torch.device) -> dict[str, Tensor]:
    with np.load(REFERENCE / name) as file:
        return {key: torch.from_numpy(file[key]).to(device) for key in file.files}


def reference_sizes(sizes: Mapping[str, Any]) -> Tacotron2Config:
    config = Tacotron2Config(
        symbols=sizes["n_symbols"],
        symbol_dim=sizes["symbols_embedding_dim"],
        prenet_dim=sizes["prenet_dim"],
        attention_rnn_dim=sizes["attention_rnn_dim"],
        attention_dim=sizes["attention_dim"],
        location_filters=sizes["attention_location_n_filters"],
        location_kernel=sizes["attention_location_kernel_size"],
        decoder_rnn_dim=sizes["decoder_rnn_dim"],
        postnet_dim=sizes["postnet_embedding_dim"],
        padding="original",
    )
    return without_dropout(config)


def loaded(model: nn.Module, held: Mapping[str, Any], device: torch.device) -> Any:
    weights = {name.removeprefix("module."): value for name, value in held["state_dict"].items()}
    model.load_state_dict(weights)
    return model.to(device)


def worst(model: nn.Module, numbers: Mapping[str, Tensor]) -> float:
    """The largest difference of a gradient from the reference, of its largest value."""
    found = []
    for name, parameter in model.named_parameters():
        wanted = numbers[f"grad/{name}"]
        off = (parameter.grad - wanted).abs().max() / wanted.abs().max().clamp(min=0.1)
        found.append(float(off))
    return max(found)


def weights_apart(one: TrainingRun, other: TrainingRun) -> float:
    pairs = zip(one.model.parameters(), other.model.parameters(), strict=True)
    return max(difference(first, second) for first, second in pairs)
