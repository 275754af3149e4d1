"""How many runs a second infer-stats makes of the full-size Tacotron 2, beside a loop at batch 1.

    python benchmarks/infer_stats.py [--original FOLDER] [--rounds 5] [--voice CHECKPOINT]

FOLDER is PyTorch/SpeechSynthesis/Tacotron2 of NVIDIA's DeepLearningExamples, as it is there.
Weights are random and the gate is shut, so that every run of everybody has equal frames; ours are
measured, too, by all that infer-stats tells of a run. Two threads, all in turn, round after round.
With --voice, a trained one, it is told in how many runs bfloat16 stops as float32 does.
"""

import argparse
import platform
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from time import perf_counter

import torch
from tacotron2_train import ORIGINAL, THREADS

from voiceprep.text.encode import encode
from voiceprep.text.hard import hard_sentences
from voiceprep.train.checkpoints.find import load_trained
from voiceprep.train.frontend import FrontendConfig
from voiceprep.train.settings import InferConfig
from voiceprep.train.speech.repeat import Voice, repeat
from voiceprep.train.tacotron2.fast import fast_stepper
from voiceprep.train.tacotron2.infer import speak
from voiceprep.train.tacotron2.network import Tacotron2
from voiceprep.train.tacotron2.stepper import MakeStepper, PlainStepper
from voiceprep.train.tensors import speaking

FRAMES = 400
VOICE = FrontendConfig()
CONFIG = InferConfig(max_frames=FRAMES, saturation_frames=0)
TEXTS = [(name, text, "") for name, text in hard_sentences("en").items()]
SEEDS = range(10)
"""Of ours: as many runs as fill batches; of a loop at batch 1 a few runs say the same."""
LOOPED = 2

Turn = Callable[[], int]
"""Makes runs, and says how many."""


@dataclass
class Acoustic:
    """Tacotron 2 with a stepper of one's own."""

    model: Tacotron2
    frontend: FrontendConfig
    make_stepper: MakeStepper = PlainStepper
    frames_per_step: int = 1

    def speak(self, sentences, config, past_gate=None):
        return speak(self.model, sentences, config, self.make_stepper, past_gate)


def mute_model() -> Tacotron2:
    """A model of the published size that never stops."""
    torch.manual_seed(0)
    model = Tacotron2().eval()
    with torch.no_grad():
        model.decoder.gate_layer.linear_layer.bias.fill_(-20)
    return model


def ours(model: Tacotron2, half: torch.dtype | None) -> Turn:
    candidate = Voice("", Acoustic(model, VOICE, fast_stepper(model, half)))

    def turn() -> int:
        runs = repeat(candidate, TEXTS, SEEDS, CONFIG)
        assert {run.measures.frames for run in runs} == {FRAMES}
        return len(runs)

    return turn


def original(folder: str, model: Tacotron2) -> Turn:
    """A loop over the original's inference at batch 1, with our weights."""
    sys.path.insert(0, folder)
    from tacotron2.model import Tacotron2 as Original

    theirs = Original(**ORIGINAL | {"max_decoder_steps": FRAMES}).eval()
    theirs.load_state_dict(model.state_dict())

    def turn() -> int:
        for _, text, _ in TEXTS[:: len(TEXTS) // LOOPED][:LOOPED]:
            ids = torch.tensor([encode(text).ids])
            mel = theirs.infer(ids, torch.tensor([ids.shape[1]]))[0]
            assert mel.shape[-1] == FRAMES
        return LOOPED

    return turn


def plain(model: Tacotron2) -> Turn:
    """The same loop over our own model, step by step."""
    candidate, config = Voice("", Acoustic(model, VOICE)), replace(CONFIG, batch_size=1)
    texts = TEXTS[:: len(TEXTS) // LOOPED][:LOOPED]
    return lambda: len(repeat(candidate, texts, [0], config))


def race(turns: dict[str, Turn], rounds: int) -> dict[str, list[float]]:
    """Runs a second of each, round by round."""
    speeds: dict[str, list[float]] = {name: [] for name in turns}
    for _ in range(rounds):
        for name, turn in turns.items():
            start = perf_counter()
            count = turn()
            speeds[name].append(count / (perf_counter() - start))
    return speeds


def show_agreement(path: Path, seeds: int) -> None:
    """In how many runs bfloat16 stops for the same reason, and how far away."""
    found = load_trained(path, ["tacotron2"])
    model, texts = found.build().eval(), TEXTS
    makers = (fast_stepper(model), fast_stepper(model, torch.bfloat16))
    voices = [Voice("", Acoustic(model, found.frontend, maker)) for maker in makers]
    exact, rough = (repeat(voice, texts, range(seeds), InferConfig()) for voice in voices)
    pairs = list(zip(exact, rough, strict=True))
    alike = sum(one.measures.stop == other.measures.stop for one, other in pairs)
    off = sorted(abs(one.measures.frames - other.measures.frames) for one, other in pairs)
    print(f"\nbf16 stops for the reason of fp32 in {alike} of {len(pairs)} runs of {path.name}:")
    reasons = Counter(run.measures.stop for run in exact)
    print(", ".join(f"{reason} {count}" for reason, count in reasons.most_common()))
    print(f"frames apart: median {median(off)}, 95th of a hundred {off[int(0.95 * len(off))]}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--original", metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--voice", type=Path, metavar="CHECKPOINT")
    parser.add_argument("--seeds", type=int, default=20)
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    model = mute_model()
    turns = (
        {"original, fp32, batch 1": original(options.original, model)} if options.original else {}
    )
    turns |= {
        "plain, fp32, batch 1": plain(model),
        "infer-stats, fp32": ours(model, None),
        "infer-stats, bf16": ours(model, torch.bfloat16),
    }
    with speaking(model):
        speeds = race(turns, options.rounds)
    beside = next(iter(turns))
    print(f"Python {platform.python_version()}, torch {torch.__version__}")
    print(f"{FRAMES} frames a run, {THREADS} threads, median of {options.rounds} rounds\n")
    print(f"| runs by | runs a second | times {beside} (lowest to highest) |\n|---|---|---|")
    for name, rounds in speeds.items():
        ratios = [one / other for one, other in zip(rounds, speeds[beside], strict=True)]
        spread = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"| {name} | {median(rounds):.2f} | {spread} |")
    if options.voice:
        show_agreement(options.voice, options.seeds)


if __name__ == "__main__":
    main()
