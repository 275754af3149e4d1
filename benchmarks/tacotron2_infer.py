"""How many mel frames a second the full-size Tacotron 2 speaks: ours, plain and fast, and others.

    python benchmarks/tacotron2_infer.py [--original FOLDER] [--rounds 5]

FOLDER is PyTorch/SpeechSynthesis/Tacotron2 of NVIDIA's DeepLearningExamples, as it is there. 100
symbols, two threads, the decoder's loop alone, dropout drawn; all speak for a while in turn, round
after round.
"""

import argparse
import platform
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import NamedTuple

import torch
from tacotron2_train import ORIGINAL, SYMBOLS, THREADS
from torch import Tensor
from torch.nn import functional as F

from voiceprep.train.kernels.products import Product
from voiceprep.train.tacotron2.fast import fast_stepper
from voiceprep.train.tacotron2.network import Memory, Tacotron2
from voiceprep.train.tacotron2.stepper import MakeStepper, PlainStepper

STEPS = {1: 100, 32: 20}
"""Decoder steps of a turn, by batch."""


class Entry(NamedTuple):
    """One that speaks: how many sentences at once, and its turn."""

    batch: int
    turn: Callable[[], object]


def remember(model: Tacotron2, batch: int) -> Memory:
    generator = torch.Generator().manual_seed(0)
    text = torch.randint(1, 148, (batch, SYMBOLS), generator=generator)
    return model.encode(text, torch.full((batch,), SYMBOLS))


def spoken(model: Tacotron2, make: MakeStepper, memory: Memory, steps: int, seed: int) -> Tensor:
    """Frames (S, B, M) of free running."""
    batch = len(memory.values)
    masks = model.draw_masks(steps, batch, torch.Generator().manual_seed(seed)).prenet
    stepper, said = make(model, memory), []
    for start in range(0, steps, stepper.most_steps):
        part = slice(start, min(start + stepper.most_steps, steps))
        factors = masks and (masks[0][part], masks[1][part])
        said.append(stepper.run(factors, part.stop - start).frames.clone())
    return torch.cat(said)


def ours(model: Tacotron2, make: MakeStepper, batch: int) -> Entry:
    memory = remember(model, batch)
    return Entry(batch, lambda: spoken(model, make, memory, STEPS[batch], 0))


def original(folder: str, model: Tacotron2, batch: int) -> Entry:
    """The original's decoder with our weights."""
    sys.path.insert(0, folder)
    from tacotron2.model import Tacotron2 as Original

    theirs = Original(**ORIGINAL | {"max_decoder_steps": STEPS[batch]}).eval()
    theirs.load_state_dict(model.state_dict())
    memory, lengths = remember(model, batch).values, torch.full((batch,), SYMBOLS)
    return Entry(batch, lambda: theirs.decoder.infer(memory, lengths))


def products_alone(dtype: torch.dtype, batch: int, fast: bool) -> Entry:
    """The LSTMs' products of all steps and nothing else."""
    weights = [torch.randn(4096, inputs).to(dtype) for inputs in (1792, 2560)]
    rows = [torch.randn(batch, weight.shape[1]).to(dtype) for weight in weights]
    added = torch.zeros(batch, 4096, dtype=dtype)
    products = [Product(weight, 1) for weight in weights]

    def turn() -> None:
        for _ in range(STEPS[batch]):
            for weight, product, row in zip(weights, products, rows, strict=True):
                product(row, added) if fast else F.linear(row, weight)

    return Entry(batch, turn)


def entries(folder: str | None, model: Tacotron2) -> dict[str, Entry]:
    steppers = {
        "plain, fp32": PlainStepper,
        "fast, fp32": fast_stepper(model),
        "fast, bf16": fast_stepper(model, torch.bfloat16),
    }
    found: dict[str, Entry] = {}
    for batch in STEPS:
        if folder:
            found[f"original, fp32, batch {batch}"] = original(folder, model, batch)
        for name, make in steppers.items():
            found[f"{name}, batch {batch}"] = ours(model, make, batch)
        exact, half = torch.float32, torch.bfloat16
        name = "products alone"
        found[f"{name}, as they lie, fp32, batch {batch}"] = products_alone(exact, batch, False)
        found[f"{name}, laid out, fp32, batch {batch}"] = products_alone(exact, batch, True)
        found[f"{name}, laid out, bf16, batch {batch}"] = products_alone(half, batch, True)
    return found


def race(found: dict[str, Entry], rounds: int, turns: int = 5) -> dict[str, list[float]]:
    """Frames a second of each, round by round: the best of a few turns of each round."""
    speeds: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(rounds):
        best = dict.fromkeys(found, 0.0)
        for _ in range(turns):
            for name, (batch, turn) in found.items():
                start = perf_counter()
                turn()
                speed = STEPS[batch] * batch / (perf_counter() - start)
                best[name] = max(best[name], speed)
        for name, speed in best.items():
            speeds[name].append(speed)
    return speeds


def show_difference(model: Tacotron2, frames: int = 400) -> None:
    """How far bfloat16 takes the mel from what float32 says, with the same dropout."""
    memory = remember(model, 4)
    exact = spoken(model, fast_stepper(model), memory, frames, 1)
    rough = spoken(model, fast_stepper(model, torch.bfloat16), memory, frames, 1)
    off, deviation = (exact - rough).abs(), exact.std()
    print(
        f"\nmel of bf16 off from fp32 after as many as {frames} frames, in deviations of the mel:"
    )
    print(f"mean {off.mean() / deviation:.1e}, most {off.max() / deviation:.1e} (random weights)")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--original", metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    model = Tacotron2().eval()
    with torch.no_grad():
        speeds = race(entries(options.original, model), options.rounds)
        beside = "original, fp32, batch 1" if options.original else "plain, fp32, batch 1"
        print(f"Python {platform.python_version()}, torch {torch.__version__}")
        print(f"{SYMBOLS} symbols, {THREADS} threads, median of {options.rounds} rounds\n")
        print(f"| spoken by | frames a second | ms a step | times {beside} (lowest to highest) |")
        print("|---|---|---|---|")
        for name, rounds in speeds.items():
            batch = int(name.rsplit(" ", 1)[1])
            ratios = [one / other for one, other in zip(rounds, speeds[beside], strict=True)]
            spread = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
            step = 1000 * batch / median(rounds)
            print(f"| {name} | {median(rounds):.0f} | {step:.2f} | {spread} |")
        show_difference(model)


if __name__ == "__main__":
    main()
