"""How fast WaveGlow speaks and learns, by ours, plain and fast, and others; and Griffin-Lim.

    python benchmarks/waveglow.py PART [--original FOLDER] [--rounds 5] [--shared]

PART is speaking, learning, recomputing or griffin-lim. FOLDER is PyTorch/SpeechSynthesis/Tacotron2
of NVIDIA's DeepLearningExamples, as it is there. The published model's sizes, 256 channels, random
weights, two threads; --shared is for a machine that others use, too: one thread, and seconds of the
processor instead of the clock's. All contestants take a turn, round after round, so that what else
the machine does strikes all alike; peak memory is that of a process of its own. espeak-ng says the
sentence.
"""

import argparse
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import librosa
import numpy as np
import soundfile
import torch
from tacotron2_train import THREADS, show, training_step
from torch import Tensor, nn

from voiceprep.audio.griffin_lim import griffin_lim
from voiceprep.audio.mel import MelConfig, log_mel
from voiceprep.audio.stft import magnitudes
from voiceprep.train.run.setup import make_optimizer
from voiceprep.train.settings import TrainConfig
from voiceprep.train.waveglow.config import WaveGlowConfig
from voiceprep.train.waveglow.evaluator import spectral_distance_db
from voiceprep.train.waveglow.fast import FastInverse, normalise
from voiceprep.train.waveglow.network import Noise, WaveGlow

SENTENCE = "The harbour was quiet when the first boats came home."
CLIPS, SEGMENT = 4, 8000
SIGMA = 0.6
CONFIG = MelConfig()
ORIGINAL = (80, 12, 8, 4, 2, {"n_layers": 8, "n_channels": 256, "kernel_size": 3})
"""The original's own defaults, at the channels of its published model."""

Step = Callable[[], object]


def spoken() -> np.ndarray:
    """A sentence, float32 samples at 22050 Hz."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spoken.wav"
        subprocess.run(["espeak-ng", "-w", path, SENTENCE], check=True)
        return soundfile.read(path, dtype="float32")[0]


def made_model(flows: int = 12) -> WaveGlow:
    """A model whose flows do something, but not so much that sound overflows."""
    torch.manual_seed(0)
    model = WaveGlow(WaveGlowConfig(flows=flows))
    for network in model.WN:
        nn.init.normal_(network.end.weight, std=0.02)
    return model


def original(folder: str) -> nn.Module:
    """The original with our weights."""
    sys.path.insert(0, folder)
    from waveglow.model import WaveGlow as Original

    theirs = Original(*ORIGINAL)
    theirs.load_state_dict(made_model().state_dict())
    return theirs


def speakers(folder: str | None, mel: Tensor, noise: Tensor) -> dict[str, Step]:
    """By name, who makes sound of the mel."""
    model = made_model().eval()
    found: dict[str, Step] = {}
    if folder:
        theirs = original(folder).eval()
        found["original, fp32"] = lambda: theirs.infer(mel, SIGMA)
    found["plain, fp32"] = lambda: model.inverse(noise, mel)
    exact, rough = FastInverse(model), FastInverse(model, "bf16")
    found["fast, fp32"] = lambda: exact(noise, mel)
    found["fast, bf16"] = lambda: rough(noise, mel)
    return found


def race(steps: dict[str, Step], rounds: int) -> dict[str, list[float]]:
    """The seconds that each took, round by round, after one that does not count."""
    clock = process_time if torch.get_num_threads() == 1 else perf_counter
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(rounds + 1):
        for name, step in steps.items():
            start = clock()
            step()
            if number:
                taken[name].append(clock() - start)
    return taken


@torch.no_grad()
def speaking(folder: str | None, rounds: int) -> None:
    mel = torch.from_numpy(log_mel(spoken(), CONFIG))[None]
    config = WaveGlowConfig()
    places = mel.shape[2] * config.hop_length // config.groups
    torch.manual_seed(2)
    noise = SIGMA * torch.randn(1, config.groups, places)
    seconds = mel.shape[2] * CONFIG.hop_length / CONFIG.rate
    found = speakers(folder, mel, noise)
    taken, beside = race(found, rounds), next(iter(found))
    print(f"{seconds:.1f} seconds of speech\n")
    print(f"| spoken by | seconds | times real time | times {beside} (lowest to highest) |")
    print("|---|---|---|---|")
    for name, times in taken.items():
        ratios = [one / own for one, own in zip(taken[beside], times, strict=True)]
        spread = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"| {name} | {median(times):.2f} | {seconds / median(times):.2f} | {spread} |")
    exact, plain, rough = (
        found[name]()[0].numpy() for name in ("fast, fp32", "plain, fp32", "fast, bf16")
    )
    print(f"\nfast off plain in fp32: {np.abs(exact - plain).max():.1e} at most")
    power = 10 * np.log10(np.square(exact).mean() / np.square(exact - rough).mean())
    peak = max(np.abs(exact).max(), np.abs(rough).max())
    distance = spectral_distance_db(rough / peak, exact / peak, CONFIG)
    print(f"bf16 to fp32: log-spectral distance {distance:.3f} dB, difference {power:.0f} dB lower")


def loss_of(values: Tensor, log_scales: list[Tensor], log_determinants: list[Tensor]) -> Tensor:
    gained = sum(one.float().sum() for one in log_scales) + sum(log_determinants)
    return (values.float().square().sum() / 2 - gained) / values.numel()


def learner(name: str, folder: str | None, flows: int = 12) -> Step:
    """A training step by its name: WAY, PRECISION."""
    torch.manual_seed(1)
    audio, mel = 0.1 * torch.randn(CLIPS, SEGMENT), torch.randn(CLIPS, 80, -(-SEGMENT // 256)) - 5
    way, precision = name.split(", ")
    model = original(folder) if folder and way == "original" else made_model(flows)
    optimiser = make_optimizer(model, TrainConfig())

    def turned() -> Noise:
        if way == "original":
            return model((mel, audio))
        if way == "plain":
            return model(audio, mel)
        return normalise(model, audio, mel, recompute=way == "recomputing")

    return training_step(model, optimiser, lambda: loss_of(*turned()), precision == "bf16")


def learners(folder: str | None) -> list[str]:
    ways = ["original"] if folder else []
    ways += ["plain", "fast", "recomputing"]
    return [f"{way}, {precision}" for way in ways for precision in ("fp32", "bf16")]


def learning(folder: str | None, rounds: int) -> None:
    names = learners(folder)
    peaks = {name: peak(name, 12, folder)[1] for name in names}
    taken = race({name: learner(name, folder) for name in names}, rounds)
    print(f"{CLIPS} clips of {SEGMENT} samples\n")
    show(taken, peaks, names[0])


def peak(name: str, flows: int, folder: str | None = None) -> tuple[float, float]:
    """MiB of a process before its first training step, and at most in two of them."""
    command = [sys.executable, __file__, "learning", "--only", name, "--flows", str(flows)]
    command += ["--original", folder] if folder else []
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    before, most = map(float, told.split())
    return before, most


def tell_peak(name: str, flows: int, folder: str | None) -> None:
    step = learner(name, folder, flows)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    step(), step()
    print(pages * resource.getpagesize() / 2**20)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def recomputing(*_: object) -> None:
    """What a step takes beyond parameters, gradients and Adam's two moments."""
    print("MiB beyond what parameters, their gradients and Adam take\n")
    print("| flows | kept, fp32 | recomputed, fp32 | kept, bf16 | recomputed, bf16 |")
    print("|---|---|---|---|---|")
    for flows in (3, 6, 12):
        parameters = sum(value.numel() for value in made_model(flows).parameters())
        cells = []
        for precision in ("fp32", "bf16"):
            for way in ("fast", "recomputing"):
                before, most = peak(f"{way}, {precision}", flows)
                cells.append(f"{most - before - 3 * 4 * parameters / 2**20:.0f}")
        print(f"| {flows} | {' | '.join(cells)} |")


def phases(_: str | None, rounds: int) -> None:
    """Ours beside librosa's 32 rounds, with as many rounds as come at least as near."""
    wanted = magnitudes(spoken(), CONFIG)
    momentum, hop = 0.99, CONFIG.hop_length

    def theirs() -> np.ndarray:
        return librosa.griffinlim(
            wanted, n_iter=32, hop_length=hop, momentum=momentum, random_state=0
        )

    def near(samples: np.ndarray) -> float:
        found = 2 * magnitudes(samples / 2, CONFIG)
        return float(np.linalg.norm((found - wanted)[:, 4:-4]) / np.linalg.norm(wanted))

    reached = near(theirs())
    count = next(n for n in range(1, 99) if near(griffin_lim(wanted, CONFIG, n)) <= reached)
    taken = race({"librosa": theirs, "ours": lambda: griffin_lim(wanted, CONFIG, count)}, rounds)
    counts, ends = {"librosa": 32, "ours": count}, {"librosa": reached}
    ends["ours"] = near(griffin_lim(wanted, CONFIG, count))
    print("| phases by | rounds | spectral convergence | seconds, median | times librosa |")
    print("|---|---|---|---|---|")
    for name, times in taken.items():
        ratios = [one / own for one, own in zip(taken["librosa"], times, strict=True)]
        spread = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"| {name} | {counts[name]} | {ends[name]:.4f} | {median(times):.3f} | {spread} |")


PARTS = {
    "speaking": speaking,
    "learning": learning,
    "recomputing": recomputing,
    "griffin-lim": phases,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--original", metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--shared", action="store_true")
    parser.add_argument("--only", help="take two steps of this one and tell the peak of memory")
    parser.add_argument("--flows", type=int, default=12, help="for --only")
    options = parser.parse_args()
    threads = 1 if options.shared else THREADS
    torch.set_num_threads(threads)
    if options.only:
        tell_peak(options.only, options.flows, options.original)
        return
    print(f"Python {platform.python_version()}, torch {torch.__version__}, threads: {threads}")
    PARTS[options.part](options.original, options.rounds)


if __name__ == "__main__":
    main()
