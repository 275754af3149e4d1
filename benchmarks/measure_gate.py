"""How gate tail and positive weight change whether a voice stops, and where.

python benchmarks/measure_gate.py DATASET [STEPS]     DATASET as `make demo` leaves it

The tiny preset is trained anew with each, from the same seed and on the same clips, and then
speaks all their sentences free-running, with three seeds each.
"""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from voiceprep.commands.train import train
from voiceprep.config import build, read_preset
from voiceprep.train.checkpoints.checkpoint import LAST, Checkpoint
from voiceprep.train.data.load import load_text_clips
from voiceprep.train.frontend import FrontendConfig, Sentence
from voiceprep.train.settings import InferConfig, ScheduleConfig, StartConfig, TrainConfig
from voiceprep.train.tacotron2.config import LossConfig, Tacotron2Config
from voiceprep.train.tacotron2.fast import fast_stepper
from voiceprep.train.tacotron2.infer import speak

GATES = [(0, 1.0), (8, 1.0), (8, 2.0), (0, 5.0), (8, 5.0), (8, 20.0)]
SEEDS = (1, 2, 3)
# Frames by which an end may be early or late and still be the end: a tenth of a second.
NEAR = 9
STEPS = 300


def measure(dataset: Path, steps: int, tail: int, weight: float, folder: Path) -> str:
    """A row of the table: train with these, speak, and hold the ends against the clips'."""
    preset = read_preset("tiny")
    settings = {
        "train": build(TrainConfig, preset["train"], "train"),
        "schedule": build(ScheduleConfig, preset["schedule"], "schedule"),
        "loss": build(LossConfig, preset["loss"], "loss"),
        "tacotron2": build(Tacotron2Config, preset["tacotron2"], "tacotron2"),
    }
    settings["train"] = replace(settings["train"], steps=steps, evaluate_every=10 * steps)
    settings["loss"] = replace(settings["loss"], gate_tail=tail, gate_positive_weight=weight)
    train("tacotron2", dataset, StartConfig(output=str(folder)), **settings)
    model = Checkpoint.load(folder / LAST).build()
    items = load_text_clips(dataset / "filelists" / "train.txt", dataset, FrontendConfig()).items
    sentences = [
        Sentence(tuple(map(int, item.symbols)), item.id, seed=seed)
        for item in items
        for seed in SEEDS
    ]
    truth = np.array([item.frames for item in items for _ in SEEDS])
    infer = InferConfig(max_frames=int(2 * truth.max()), saturation_frames=0)
    spoken = speak(model, sentences, infer, fast_stepper(model))
    stopped = np.array([speech.stop == "gate" for speech in spoken])
    off = np.array([speech.frames for speech in spoken]) - truth
    early, late = stopped & (off < -NEAR), stopped & (off > NEAR)
    shares = " | ".join(f"{100 * part.mean():.0f} %" for part in (stopped, early, late))
    middle = np.median(off[stopped]) if stopped.any() else np.nan
    return f"| {tail} | {weight:g} | {shares} | {middle:+.0f} |"


def main(dataset: Path, steps: int) -> None:
    """Print the table."""
    print("| gate_tail | gate_positive_weight | stops | early | late | off, median |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for number, (tail, weight) in enumerate(GATES):
            print(measure(dataset, steps, tail, weight, Path(folder, str(number))), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else STEPS)
