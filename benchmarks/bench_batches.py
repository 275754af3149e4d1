"""How much padding sorted batches save, and how long training waits for a batch.

    python benchmarks/bench_batches.py [SENTENCES, one a line]

Without sentences their lengths are drawn. A clip has 5.9 frames a symbol, give or take an
eighth, as LJSpeech has; the clips that are read are made, half a thousand of them.
"""

import platform
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

import numpy as np
import soundfile
import torch
from torch.utils.data import DataLoader

from voiceprep.audio.cache import save_npy
from voiceprep.audio.mel import MelConfig
from voiceprep.text.encode import encode
from voiceprep.train.data.batching import epoch_batches, padded_share, read_ahead
from voiceprep.train.data.items import Item, Items, collate
from voiceprep.train.data.mel_files import MelReader

CONFIG = MelConfig()
FRAMES_A_SYMBOL, SPREAD = 5.9, 0.12
EPOCHS = 5
CLIPS, BATCH_SIZE = 500, 48
# What a step takes on a device that computes elsewhere: the training thread only waits for it.
STEP_SECONDS = 0.1
ROUNDS = 3


def symbol_counts() -> np.ndarray:
    if len(sys.argv) > 1:
        lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
        return np.array([len(encode(line).ids) for line in lines if line.strip()])
    return np.random.default_rng(0).integers(20, 180, 13_100)


def frames_of(symbols: np.ndarray) -> np.ndarray:
    spread = np.random.default_rng(1).lognormal(0, SPREAD, len(symbols))
    return np.round(symbols * FRAMES_A_SYMBOL * spread).astype(np.int64)


def random_batches(frames: np.ndarray, epoch: int, size: int) -> list[np.ndarray]:
    order = np.random.default_rng(epoch).permutation(len(frames))
    return np.array_split(order, -(-len(order) // size))


def show_padding(frames: np.ndarray) -> None:
    print(f"{len(frames)} clips of {frames.mean():.0f} frames, mean of {EPOCHS} epochs\n")
    print("| clips | batch | padded, random | padded, sorted | frames computed, random to sorted |")
    print("|---|---|---|---|---|")
    few = np.random.default_rng(2).choice(frames, 134, replace=False)
    for lengths, size in ((frames, 16), (frames, 48), (frames, 104), (few, 16)):
        at_random, in_order = (
            np.mean([padded_share(lengths, plan(epoch)) for epoch in range(EPOCHS)])
            for plan in (
                lambda epoch, n=size, x=lengths: random_batches(x, epoch, n),
                lambda epoch, n=size, x=lengths: epoch_batches(x, epoch, 1, n),
            )
        )
        ratio = (1 - in_order) / (1 - at_random)
        print(f"| {len(lengths)} | {size} | {at_random:.1%} | {in_order:.1%} | {ratio:.2f} |")
    budget = int(48 * frames.mean())
    plans = [epoch_batches(frames, epoch, 1, batch_frames=budget) for epoch in range(EPOCHS)]
    share = np.mean([padded_share(frames, plan) for plan in plans])
    print(f"| {len(frames)} | {budget} frames | | {share:.1%} | |")


def made_items(folder: Path, frames: np.ndarray, kind: str) -> Items:
    random = np.random.default_rng(3)
    items = []
    for number, count in enumerate(frames.tolist()):
        path = folder / f"{number}.{kind}"
        if kind == "npy":
            save_npy(path, random.standard_normal((80, count)).astype(np.float32))
        else:
            sound = 0.1 * random.standard_normal((count - 1) * 256 + 1)
            soundfile.write(path, sound, CONFIG.rate, subtype="PCM_16")
        items.append(Item(str(number), np.ones(max(count // 6, 1), np.int16), count, path))
    return Items(items)


class Clips(torch.utils.data.Dataset):
    """The same clips as torch's own loader takes them, in processes."""

    def __init__(self, items: Items):
        self.items, self.read = items, MelReader(CONFIG, 0)

    def __len__(self) -> int:
        return len(self.items)

    def __getitems__(self, indices: list[int]) -> list[tuple[Item, np.ndarray]]:
        return [(self.items[n], np.array(self.read(self.items[n].path))) for n in indices]


def padded(pairs: list[tuple[Item, np.ndarray]]) -> torch.Tensor:
    mels = {item.path: mel for item, mel in pairs}
    return collate([item for item, _ in pairs], mels.__getitem__, gate_tail=8).mel


def waits(batches: Iterable[object]) -> list[float]:
    """The seconds that each step had to wait for its batch, the first one left out."""
    spent, source = [], iter(batches)
    while True:
        start = perf_counter()
        if next(source, None) is None:
            return spent[1:]
        spent.append(perf_counter() - start)
        sleep(STEP_SECONDS)


def contestants(items: Items, plan: list[np.ndarray]) -> dict[str, Callable[[], Iterable[object]]]:
    def ours(workers: int, keep: MelReader | None = None) -> Iterable[object]:
        reader = keep or MelReader(CONFIG, 0)
        return read_ahead(
            plan, lambda batch: collate([items[n] for n in batch], reader, gate_tail=8), workers
        )

    kept = MelReader(CONFIG)
    return {
        "when it is asked for": lambda: ours(0),
        "when it is asked for, kept in memory": lambda: ours(0, kept),
        "1 thread": lambda: ours(1),
        "2 threads": lambda: ours(2),
        "torch's DataLoader, 1 process": lambda: DataLoader(
            Clips(items), batch_sampler=plan, collate_fn=padded, num_workers=1
        ),
        "torch's DataLoader, 2 processes": lambda: DataLoader(
            Clips(items), batch_sampler=plan, collate_fn=padded, num_workers=2
        ),
    }


def show_waits(frames: np.ndarray) -> None:
    few = np.random.default_rng(4).choice(frames, CLIPS, replace=False)
    plan = epoch_batches(few, 0, 1, BATCH_SIZE)
    told: dict[str, dict[str, float]] = {}
    for kind in ("npy", "wav"):
        with tempfile.TemporaryDirectory() as name:
            ways = contestants(made_items(Path(name), few, kind), plan)
            ways["when it is asked for, kept in memory"]()
            spent: dict[str, list[float]] = {way: [] for way in ways}
            for _ in range(ROUNDS):
                for way, start in ways.items():
                    spent[way] += waits(start())
        told[kind] = {way: median(times) * 1000 for way, times in spent.items()}
    print(
        f"\nbatches of {BATCH_SIZE}, a step of {STEP_SECONDS * 1000:.0f} ms elsewhere, ms waited:\n"
    )
    print("| a batch is read by | mels | wavs |")
    print("|---|---|---|")
    for way in told["npy"]:
        print(f"| {way} | {told['npy'][way]:.1f} | {told['wav'][way]:.1f} |")


def main() -> None:
    torch.set_num_threads(1)
    print(f"Python {platform.python_version()}, torch {torch.__version__}, {platform.machine()}\n")
    frames = frames_of(symbol_counts())
    show_padding(frames)
    show_waits(frames)


if __name__ == "__main__":
    main()
