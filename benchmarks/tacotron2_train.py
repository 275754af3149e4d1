"""How long a training step of the full-size Tacotron 2 takes, by ours, plain and fast, and others.

    python benchmarks/tacotron2_train.py [--original FOLDER] [--rounds 5]

FOLDER is PyTorch/SpeechSynthesis/Tacotron2 of NVIDIA's DeepLearningExamples, as it is there. All
contestants take a step in turn, round after round, so that what else the machine does strikes all
alike; peak memory is that of a process of its own. 8 clips, 100 symbols, 400 frames, two threads.
"""

import argparse
import platform
import resource
import subprocess
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Optimizer

from voiceprep.train.kernels.products import Product
from voiceprep.train.run.setup import make_optimizer
from voiceprep.train.settings import TrainConfig
from voiceprep.train.tacotron2.config import LossConfig
from voiceprep.train.tacotron2.fast import decode
from voiceprep.train.tacotron2.losses import clip_losses, tacotron2_loss
from voiceprep.train.tacotron2.network import Decoder, Tacotron2
from voiceprep.train.tensors import Batch

CLIPS, SYMBOLS, FRAMES, MELS = 8, 100, 400, 80
THREADS = 2

Step = Callable[[], object]


def made_batch() -> Batch:
    """Clips of full length: nothing is padded, for anybody."""
    torch.manual_seed(0)
    full = torch.full((CLIPS,), SYMBOLS), torch.full((CLIPS,), FRAMES)
    text, mel = torch.randint(1, 148, (CLIPS, SYMBOLS)), torch.randn(CLIPS, MELS, FRAMES) - 5
    return Batch(tuple("abcdefgh"), text, full[0], mel, full[1])


def training_step(
    model: nn.Module, optimiser: Optimizer, loss: Callable[[], Tensor], half: bool
) -> Step:
    """Forward, backward, clipping and Adam, the same for all."""

    def step() -> None:
        optimiser.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            total = loss()
        total.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()

    return step


def ours(way: Callable, half: bool) -> Step:
    model, batch, config = Tacotron2().train(), made_batch(), LossConfig(reduction="padded")

    def loss() -> Tensor:
        clips = clip_losses(model(batch, decode=way), batch, config)
        return tacotron2_loss(clips, config, 0).total

    return training_step(model, make_optimizer(model, TrainConfig()), loss, half)


def original(folder: str, half: bool) -> Step:
    sys.path.insert(0, folder)
    from tacotron2.loss_function import Tacotron2Loss
    from tacotron2.model import Tacotron2 as Original

    model, batch, loss_of = Original(**ORIGINAL).train(), made_batch(), Tacotron2Loss()
    given = (batch.text, batch.text_lengths, batch.mel, SYMBOLS, batch.mel_lengths)
    gate = torch.zeros(CLIPS, FRAMES)
    gate[:, -1] = 1

    def loss() -> Tensor:
        return loss_of([part.float() for part in model(given)], (batch.mel, gate))

    optimiser = torch.optim.Adam(model.parameters(), 1e-3, weight_decay=1e-6)
    return training_step(model, optimiser, loss, half)


def products_alone(fast: bool, dtype: torch.dtype) -> Step:
    """The recurrent products of all steps, there and back, and nothing else.

    As the plain loop has them, and as the fast one: half of the decoder's leave the loop, and the
    weights are laid out once.
    """
    sizes = ((1536, 4096), (1024, 4096)) if fast else ((1536, 4096), (2560, 4096))
    pairs = [size for pair in sizes for size in (pair, pair[::-1])]
    weights = [torch.randn(outputs, inputs).to(dtype) for inputs, outputs in pairs]
    rows = [torch.randn(CLIPS, inputs).to(dtype) for inputs, _ in pairs]
    added = [torch.zeros(CLIPS, outputs, dtype=dtype) for _, outputs in pairs]

    def step() -> None:
        for weight, row, plus in zip(weights, rows, added, strict=True):
            product = Product(weight, CLIPS) if fast else None
            for _ in range(FRAMES):
                product(row, plus) if product else F.linear(row, weight)

    return step


ORIGINAL = {
    "mask_padding": False,
    "n_mel_channels": MELS,
    "n_symbols": 148,
    "symbols_embedding_dim": 512,
    "encoder_kernel_size": 5,
    "encoder_n_convolutions": 3,
    "encoder_embedding_dim": 512,
    "attention_rnn_dim": 1024,
    "attention_dim": 128,
    "attention_location_n_filters": 32,
    "attention_location_kernel_size": 31,
    "n_frames_per_step": 1,
    "decoder_rnn_dim": 1024,
    "prenet_dim": 256,
    "max_decoder_steps": FRAMES,
    "gate_threshold": 2.0,  # never reached: it speaks until the limit
    "p_attention_dropout": 0.1,
    "p_decoder_dropout": 0.1,
    "postnet_embedding_dim": 512,
    "postnet_kernel_size": 5,
    "postnet_n_convolutions": 5,
    "decoder_no_early_stopping": False,
}
"""The original's own defaults."""


def contestants(folder: str | None) -> dict[str, Callable[[], Step]]:
    """By name, how to make each."""
    made: dict[str, Callable[[], Step]] = {
        "fast, fp32": lambda: ours(decode, False),
        "fast, bf16": lambda: ours(decode, True),
        "plain, fp32": lambda: ours(Decoder.__call__, False),
        "plain, bf16": lambda: ours(Decoder.__call__, True),
    }
    if folder:
        made["original, fp32"] = lambda: original(folder, False)
        made["original, bf16"] = lambda: original(folder, True)
    return made


def floors() -> dict[str, Step]:
    exact, half = torch.float32, torch.bfloat16
    return {
        "products of the plain loop, fp32": products_alone(False, exact),
        "products of the plain loop, bf16": products_alone(False, half),
        "products of the fast loop, fp32": products_alone(True, exact),
        "products of the fast loop, bf16": products_alone(True, half),
    }


def race(steps: dict[str, Step], rounds: int) -> dict[str, list[float]]:
    """The seconds that each took, round by round, after one that does not count."""
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(rounds + 1):
        for name, step in steps.items():
            start = perf_counter()
            step()
            if number:
                taken[name].append(perf_counter() - start)
    return taken


def peak(name: str, folder: str | None) -> float:
    """MiB at most of a process that takes two steps."""
    command = [sys.executable, __file__, "--only", name]
    command += ["--original", folder] if folder else []
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def show(taken: dict[str, list[float]], peaks: dict[str, float], beside: str) -> None:
    print(f"| step by | seconds, median | best | times {beside} (lowest to highest) | MiB, most |")
    print("|---|---|---|---|---|")
    for name, seconds in taken.items():
        ratios = [one / own for one, own in zip(taken[beside], seconds, strict=True)]
        spread = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        memory = f"{peaks[name]:.0f}" if name in peaks else ""
        print(f"| {name} | {median(seconds):.2f} | {min(seconds):.2f} | {spread} | {memory} |")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--original", metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", help="take two steps of this one and tell the peak of memory")
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    made = contestants(options.original)
    if options.only:
        step = made[options.only]()
        step(), step()
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    peaks = {name: peak(name, options.original) for name in made}
    steps = {name: make() for name, make in made.items()} | floors()
    taken = race(steps, options.rounds)
    print(f"Python {platform.python_version()}, torch {torch.__version__}, {platform.machine()}")
    print(f"{CLIPS} clips, {SYMBOLS} symbols, {FRAMES} frames, {THREADS} threads\n")
    show(taken, peaks, "original, fp32" if options.original else "plain, fp32")


if __name__ == "__main__":
    main()
