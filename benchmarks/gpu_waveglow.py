"""How fast WaveGlow trains and makes sound, beside the original."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import torch
from gpu_bench import (
    ORIGINAL,
    Bench,
    Makers,
    Step,
    original_waveglow,
    products_in,
    training_step,
    waveglow_sizes,
)
from gpu_variants import (
    AS_IT_SPEAKS,
    AS_IT_TRAINS,
    COMPILED_NORMALISE,
    INVERSE,
    NORMALISE,
    available,
)
from torch import Tensor, nn

from voiceprep.train.device import HALVES, make_scaler
from voiceprep.train.run.setup import make_optimizer
from voiceprep.train.settings import TrainConfig
from voiceprep.train.waveglow.network import Normalise, WaveGlow
from voiceprep.train.waveglow.task import flow_losses

TRAINING_GOAL, INFERENCE_GOAL = "1.5 times; 300,000", "2 times"
UNIT = "samples/s"
# Seconds that compiling takes, and the turns after it.
COMPILING = 35
CLIPS, SEGMENT, SIGMA = 10, 8000, 0.6
# Frames of a mel that is made audible: seven seconds.
FRAMES = 603


class Group(NamedTuple):
    """What is timed together; no clips: training, which is compiled or not."""

    channels: int
    precision: str
    clips: int = 0
    compiled: bool = False


GROUPS = (
    Group(256, "bf16"),
    Group(256, "fp16", 1),
    Group(512, "bf16"),
    Group(512, "fp16", 1),
    Group(256, "fp16", 4),
    Group(256, "bf16", compiled=True),
    Group(256, "tf32"),
    Group(256, "fp32"),
    Group(256, "fp32", 1),
    Group(512, "tf32"),
    Group(512, "fp16", 4),
    Group(256, "fp16"),
    Group(512, "fp32"),
    Group(256, "bf16", 1),
    Group(512, "fp32", 1),
)
"""The most telling first: the budget ends before all are done."""
# Groups in which all ways take part; in the others, the one that is taken.
ALL_WAYS = 2


def measure(bench: Bench) -> None:
    passes, inverses = available(bench, NORMALISE), available(bench, INVERSE)
    compiled = available(bench, COMPILED_NORMALISE)
    groups = (*GROUPS[:2], GROUPS[5]) if bench.tiny else GROUPS
    for place, group in enumerate(groups):
        if place == ALL_WAYS:
            passes = {AS_IT_TRAINS: passes[AS_IT_TRAINS]}
            inverses = {AS_IT_SPEAKS: inverses[AS_IT_SPEAKS]}
        if bench.left < (COMPILING if group.compiled and not bench.tiny else 0):
            bench.note(f"no time for {describe(group)}")
            continue
        what = f"{group.channels} channels, {group.precision}"
        with products_in(group.precision), bench.part(what):
            if group.clips:
                infer(bench, what, group, inverses)
            else:
                train(bench, what, group, compiled if group.compiled else passes)


def describe(group: Group) -> str:
    doing = f"made at batch {group.clips}" if group.clips else "trained"
    return f"{doing} {group.channels} {group.precision}" + ", compiled" * group.compiled


def train(bench: Bench, what: str, group: Group, passes: dict[str, Normalise]) -> None:
    clips, segment = (2, 512) if bench.tiny else (CLIPS, SEGMENT)
    torch.manual_seed(1)
    audio = 0.1 * torch.randn(clips, segment, device=bench.device)
    mel = torch.randn(clips, 80, -(-segment // 256), device=bench.device) - 5
    makers: Makers = {
        ORIGINAL: partial(original_learner, bench, group, audio, mel),
        **{
            name: partial(learner, bench, group, audio, mel, normalise)
            for name, normalise in passes.items()
        },
    }
    bench.race(f"trained, {what}", makers, UNIT, clips * segment, goal=TRAINING_GOAL)


def learner(bench: Bench, group: Group, audio: Tensor, mel: Tensor, normalise: Normalise) -> Step:
    model = made_model(bench, group.channels)

    def loss() -> Tensor:
        return flow_losses(model(audio, mel, normalise), 1.0, audio.numel()).total

    optimizer = make_optimizer(model, TrainConfig())
    scaler = make_scaler(group.precision, bench.device)
    return training_step(model, optimizer, scaler, loss, group.precision)


def original_learner(bench: Bench, group: Group, audio: Tensor, mel: Tensor) -> Step:
    """As the original's own train.py: its loss and Adam, and its scaler in fp16."""
    loss_of = bench.original("waveglow.loss_function").WaveGlowLoss()
    model = made_original(bench, group.channels).train()

    def loss() -> Tensor:
        found: Tensor = loss_of(model((mel, audio)), audio)
        return found

    optimizer = torch.optim.Adam(model.parameters(), 1e-4)
    scaler = make_scaler(group.precision, bench.device)
    return training_step(model, optimizer, scaler, loss, group.precision)


def infer(bench: Bench, what: str, group: Group, inverses: dict[str, Callable[..., Any]]) -> None:
    frames = 12 if bench.tiny else FRAMES
    config = waveglow_sizes(bench.tiny, group.channels)
    torch.manual_seed(2)
    mel = torch.randn(group.clips, 80, frames, device=bench.device) - 5
    samples = frames * config.hop_length
    shape = (group.clips, config.groups, samples // config.groups)
    noise = SIGMA * torch.randn(shape, device=bench.device)
    makers: dict[str, Callable[[], Step]] = {
        ORIGINAL: partial(original_speaker, bench, group, mel),
        **{
            name: partial(speaker, bench, group, noise, mel, make)
            for name, make in inverses.items()
        },
    }
    if group.precision in HALVES:
        # Plain is the reference alone: it has no half precision of its own.
        makers.pop("plain", None)
    what = f"made, {what}, batch {group.clips}"
    bench.race(what, makers, UNIT, group.clips * samples, goal=INFERENCE_GOAL)


def speaker(
    bench: Bench, group: Group, noise: Tensor, mel: Tensor, make: Callable[..., Any]
) -> Step:
    inverse = make(made_model(bench, group.channels).eval(), group.precision)

    def step() -> None:
        with torch.no_grad():
            inverse(noise, mel)

    return step


def original_speaker(bench: Bench, group: Group, mel: Tensor) -> Step:
    """In half precision all of it is, as in the original's own inference."""
    model = made_original(bench, group.channels).eval()
    if group.precision in HALVES:
        model, mel = model.to(HALVES[group.precision]), mel.to(HALVES[group.precision])

    def step() -> None:
        with torch.no_grad():
            model.infer(mel, sigma=SIGMA)

    return step


def made_model(bench: Bench, channels: int) -> WaveGlow:
    """A model whose flows do something, but not so much that sound overflows."""
    torch.manual_seed(0)
    model = WaveGlow(waveglow_sizes(bench.tiny, channels)).to(bench.device)
    for network in model.WN:
        nn.init.normal_(network.end.weight, std=0.02)
    return model


def made_original(bench: Bench, channels: int) -> nn.Module:
    """The original with the same weights."""
    model = original_waveglow(bench, waveglow_sizes(bench.tiny, channels))
    model.load_state_dict(made_model(bench, channels).state_dict())
    return model
