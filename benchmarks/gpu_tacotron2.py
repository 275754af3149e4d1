"""How fast Tacotron 2 trains, teacher-forced, beside the original and beside its products alone."""

import json
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from gpu_bench import (
    ORIGINAL,
    Bench,
    Makers,
    Step,
    original_tacotron2,
    products_in,
    tacotron2_sizes,
    training_step,
)
from gpu_variants import (
    AS_IT_TRAINS,
    COMPILED_STEPS,
    TEACHER_FORCED,
    WITHOUT_TRITON,
    available,
    without_triton,
)
from torch import Tensor
from torch.profiler import ProfilerActivity, profile

from voiceprep.train.data.batching import epoch_batches
from voiceprep.train.data.items import Item, collate
from voiceprep.train.device import HALVES, make_scaler
from voiceprep.train.run.setup import make_optimizer
from voiceprep.train.settings import TrainConfig
from voiceprep.train.tacotron2.config import LossConfig
from voiceprep.train.tacotron2.losses import clip_losses, tacotron2_loss
from voiceprep.train.tacotron2.network import Decode, Tacotron2
from voiceprep.train.tensors import Batch

GOAL, GOAL_BF16 = "3 times", "3 times; 150,000"
UNIT = "frames/s"
PROFILED, SHOWN_KERNELS = 10, 60
# Microseconds between two kernels that are more than a launch takes.
LONG_GAP = 20
# Seconds that compiling takes, and the turns after it.
COMPILING = 45
# Clips of LJSpeech: 1.1 to 10.1 s, 6.6 on average with a deviation of 2.2; characters a second.
SHORTEST, LONGEST, SHAPE, CHARACTERS = 1.1, 10.1, (1.86, 1.2), 14.9
FRAMES_PER_SECOND = 22050 / 256


Span = tuple[float, float, str]
"""When a kernel began and how long it took, in microseconds, and its name."""


class Group(NamedTuple):
    """What is timed together: a precision and a number of clips."""

    precision: str
    clips: int


GROUPS = (
    Group("bf16", 104),
    Group("fp32", 48),
    Group("tf32", 128),
    Group("fp16", 104),
    Group("bf16", 48),
    Group("bf16", 128),
    Group("tf32", 48),
    Group("fp16", 128),
    Group("fp16", 48),
    Group("fp32", 104),
    Group("tf32", 104),
    Group("fp32", 128),
)
"""The most telling first: the budget ends before all are done."""


def measure(bench: Bench) -> None:
    ways = available(bench, TEACHER_FORCED)
    others = available(bench, WITHOUT_TRITON)
    for known in (ways, others):
        # The truth, which is slow, and not a goal.
        del known["plain"]
    trained = ways[AS_IT_TRAINS]
    groups = GROUPS[:4] if bench.tiny else GROUPS
    for place, group in enumerate(groups):
        if bench.left < 0:
            bench.note(
                f"no time for {', '.join(f'{one} {clips}' for one, clips in groups[place:])}"
            )
            break
        clips = 4 if bench.tiny else group.clips
        batch = drawn_batch(clips, bench.tiny).to(bench.device)
        with products_in(group.precision), bench.part(f"{group.precision}, {clips} clips"):
            race(bench, group.precision, batch, ways if place == 0 else {AS_IT_TRAINS: trained})
            products(bench, group.precision, batch)
            if place == 0:
                with bench.part("without Triton"), without_triton():
                    race(bench, group.precision, batch, others)
                with bench.part("profile"):
                    write_profile(bench, maker(bench, group.precision, batch, trained)())
    if bench.left < (0 if bench.tiny else COMPILING):
        bench.note("no time to compile")
        return
    with bench.part("compiled"):
        batch = drawn_batch(2 if bench.tiny else 104, bench.tiny).to(bench.device)
        race(bench, "bf16", batch, available(bench, COMPILED_STEPS))


def race(bench: Bench, precision: str, batch: Batch, ways: dict[str, Decode]) -> None:
    makers: Makers = {
        ORIGINAL: partial(original_step, bench, precision, batch),
        **{name: maker(bench, precision, batch, way) for name, way in ways.items()},
    }
    frames, what = int(batch.mel_lengths.sum()), f"{precision}, {len(batch.ids)} clips"
    goal = GOAL_BF16 if precision == "bf16" else GOAL
    bench.race(what, makers, UNIT, frames, goal=goal)


def maker(bench: Bench, precision: str, batch: Batch, way: Decode) -> Callable[[], Step]:
    """Makes our training step with one of our decoders."""

    def make() -> Step:
        torch.manual_seed(0)
        model = Tacotron2(tacotron2_sizes(bench.tiny)).to(bench.device).train()
        config = LossConfig()

        def loss() -> Tensor:
            clips = clip_losses(model(batch, decode=way), batch, config)
            return tacotron2_loss(clips, config, 0).total

        scaler = make_scaler(precision, bench.device)
        return training_step(model, make_optimizer(model, TrainConfig()), scaler, loss, precision)

    return make


def original_step(bench: Bench, precision: str, batch: Batch) -> Step:
    """As the original's own train.py: its loss and Adam, and its scaler in fp16."""
    loss_of = bench.original("tacotron2.loss_function").Tacotron2Loss()
    model = original_tacotron2(bench, tacotron2_sizes(bench.tiny)).train()
    longest = batch.mel.shape[2]
    steps = torch.arange(longest, device=bench.device)
    gate = (steps >= batch.mel_lengths[:, None] - 1).float()
    given = (batch.text, batch.text_lengths, batch.mel, batch.text.shape[1], batch.mel_lengths)

    def loss() -> Tensor:
        found: Tensor = loss_of(model(given), (batch.mel, gate))
        return found

    optimizer = torch.optim.Adam(model.parameters(), 1e-3, weight_decay=1e-6)
    return training_step(model, optimizer, make_scaler(precision, bench.device), loss, precision)


def drawn_batch(clips: int, tiny: bool) -> Batch:
    """A batch of LJSpeech's lengths, the middle one of an epoch, the longest text first."""
    random = np.random.default_rng(0)
    seconds = SHORTEST + (LONGEST - SHORTEST) * random.beta(*SHAPE, 32 * clips)
    seconds = seconds / 80 if tiny else seconds
    symbols = np.maximum(2, seconds * CHARACTERS).astype(int)
    frames = (seconds * FRAMES_PER_SECOND).astype(int)
    batches = sorted(epoch_batches(frames, 0, 0, clips), key=lambda batch: frames[batch].max())
    chosen = batches[len(batches) // 2]
    chosen = chosen[np.argsort(-symbols[chosen], kind="stable")]
    items = [
        Item(str(place), random.integers(1, 148, symbols[place]), int(frames[place]), Path())
        for place in chosen
    ]
    mels = iter([random.normal(-5, 1, (80, item.frames)).astype(np.float32) for item in items])
    return collate(items, lambda _: next(mels), 1, LossConfig().gate_tail)


def products(bench: Bench, precision: str, batch: Batch) -> None:
    """The two loops' products of all steps, there and back, and nothing else: a bound."""
    config, dtype = tacotron2_sizes(bench.tiny), HALVES.get(precision, torch.float32)
    inputs = (config.attention_rnn_dim + config.symbol_dim, config.decoder_rnn_dim)
    gates = (4 * config.attention_rnn_dim, 4 * config.decoder_rnn_dim)
    clips, steps = len(batch.ids), 4 if bench.tiny else 64
    pairs = [pair for pair in zip(inputs, gates, strict=True) for pair in (pair, pair[::-1])]
    new = partial(torch.randn, device=bench.device, dtype=dtype)
    weights = [new(outputs, taken) for taken, outputs in pairs]
    rows = [new(clips, taken) for taken, _ in pairs]
    outputs = [row @ weight.t() for row, weight in zip(rows, weights, strict=True)]

    def work() -> None:
        for _ in range(steps):
            for row, weight, out in zip(rows, weights, outputs, strict=True):
                torch.mm(row, weight.t(), out=out)

    def make() -> Step:
        if bench.device.type != "cuda":
            return work
        for _ in range(2):
            work()
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            work()
        return graph.replay

    amount = int(batch.mel_lengths.sum()) * steps / batch.mel.shape[2]
    bench.race(f"{precision}, {clips} clips", {"products alone": make}, UNIT, amount)


def write_profile(bench: Bench, step: Step) -> None:
    """Kernels by time, how many are launched, and how much of the time the GPU computes."""
    for _ in range(2):
        step()
    bench.synchronize()
    for steps in (1, PROFILED):
        before = bench.left
        text = profiled(bench, step, steps)
        (bench.out / "profile.txt").write_text(text, encoding="utf-8")
        # Many launches take long to read.
        if (before - bench.left) * PROFILED > bench.left / 3:
            break
    for line in text.splitlines()[:3]:
        bench.note(line)


def profiled(bench: Bench, step: Step, steps: int) -> str:
    on_gpu = bench.device.type == "cuda"
    with profile(activities=[ProfilerActivity.CUDA if on_gpu else ProfilerActivity.CPU]) as found:
        for _ in range(steps):
            step()
        bench.synchronize()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "trace.json"
        found.export_chrome_trace(str(file))
        events = json.loads(file.read_bytes())["traceEvents"]
    kinds = ("kernel", "gpu_memcpy", "gpu_memset") if on_gpu else ("cpu_op",)
    spans = [(one["ts"], one["dur"], one["name"]) for one in events if one.get("cat") in kinds]
    return f"{describe_spans(spans, steps)}\n\n{kernel_table(spans, steps)}"


def describe_spans(spans: list[Span], steps: int) -> str:
    """How much of the time at least one of the spans goes on, and the gaps between them."""
    spans = sorted(spans)
    ends = np.maximum.accumulate([start + length for start, length, _ in spans])
    starts = np.array([start for start, _, _ in spans])
    gaps = np.maximum(0, starts[1:] - ends[:-1])
    whole, idle, long = ends[-1] - starts[0], gaps.sum(), gaps[gaps > LONG_GAP].sum()
    return (
        f"profile of {steps} steps: {whole / steps / 1000:.1f} ms and {len(spans) / steps:.0f} "
        f"launches a step\nprofile: computing for {1 - idle / whole:.1%} of the time\n"
        f"profile: in gaps of over {LONG_GAP} µs {long / whole:.1%} of the time, in shorter ones "
        f"{(idle - long) / whole:.1%}"
    )


def kernel_table(spans: list[Span], steps: int) -> str:
    """The kernels that take most of the time, by name."""
    lengths: dict[str, list[float]] = {}
    for _, length, name in spans:
        lengths.setdefault(name, []).append(length)
    whole = sum(map(sum, lengths.values()))
    lines = [f"{'ms a step':>10} {'share':>6} {'a step':>8} {'µs each':>8}  kernel"]
    for name, taken in sorted(lengths.items(), key=lambda entry: -sum(entry[1]))[:SHOWN_KERNELS]:
        total, count = sum(taken), len(taken)
        lines.append(
            f"{total / steps / 1000:10.3f} {total / whole:6.1%} {count / steps:8.1f} "
            f"{total / count:8.2f}  {name[:120]}"
        )
    return "\n".join(lines) + "\n"
