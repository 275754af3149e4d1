"""Before hours of training: a few clips learnt by heart, to see whether they can be.

A model that cannot learn five clips will not learn five hundred. It is trained on them alone,
with the attention guided, until it speaks them freely: each read from its first symbol to its
last, and ended by the gate near its true length.
"""

import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import torch

from .beginning import Recipe, begin
from .checks.alignment import is_diagonal, measure_alignment
from .data import Items
from .device import Machine, World
from .infer import Sentence, Speech, speak
from .loop import train_steps
from .session import Console
from .settings import ScheduleConfig
from .tasks.tacotron2 import make_task, stepper_of

CLIPS = 5
# So much longer or shorter than the clip, in parts of it and at the least in frames, is no match.
LENGTH_SHARE, LENGTH_FRAMES = 0.15, 20
MOST_STEPS, MOST_SECONDS, LOOK_EVERY = 2000, 600.0, 50
# Sizes that a CPU trains in minutes; a GPU takes those of the recipe.
SMALL = {
    "symbol_dim": 128,
    "prenet_dim": 64,
    "attention_rnn_dim": 256,
    "attention_dim": 64,
    "location_filters": 16,
    "decoder_rnn_dim": 256,
    "postnet_dim": 128,
}


@dataclass(frozen=True)
class Spoken:
    """One of the clips as the model spoke it."""

    id: str
    frames: int
    spoken_frames: int
    stop: str
    focus: float
    diagonality: float
    coverage: float
    aligned: bool
    ended: bool


@dataclass(frozen=True)
class Verdict:
    """Whether alignment formed and the gate fired, for each clip."""

    clips: tuple[Spoken, ...]
    steps: int
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether all clips could be learnt."""
        return all(clip.aligned and clip.ended for clip in self.clips)

    @property
    def exit_code(self) -> int:
        """0 where all is well, 1 where it is not."""
        return 0 if self.ok else 1

    def lines(self, verbose: bool) -> list[str]:  # noqa: ARG002
        """See Result."""
        told = [f"{'clip':24} frames  spoken  stopped by  focus  diagonal  coverage"]
        for clip in self.clips:
            told.append(
                f"{clip.id:24} {clip.frames:6d}  {clip.spoken_frames:6d}  {clip.stop:10}  "
                f"{clip.focus:5.2f}  {clip.diagonality:8.2f}  {clip.coverage:8.2f}"
            )
        learnt = "the clips can be learnt" if self.ok else "these clips were not learnt"
        return [*told, f"{learnt}: {self.steps} steps, {self.seconds:.0f} s", *self.advice()]

    def advice(self) -> list[str]:
        """What is at fault, a line each."""
        lost = [clip.id for clip in self.clips if not clip.aligned]
        endless = [clip.id for clip in self.clips if clip.aligned and not clip.ended]
        told = []
        if len(lost) == len(self.clips):
            told.append(
                "no alignment formed in any clip: look at the settings (mel, cleaner, learning "
                "rate) before the clips"
            )
        elif lost:
            told.append(f"no alignment in {', '.join(lost)}: does the text say what is spoken?")
        if endless:
            told.append(
                f"no end in {', '.join(endless)}: see voiceprep silence for what follows the "
                "speech, and raise --gate-positive-weight"
            )
        return told

    def rows(self) -> Iterable[dict[str, Any]]:
        """See Result."""
        yield from (asdict(clip) for clip in self.clips)
        summary = {"ok": self.ok, "steps": self.steps, "seconds": round(self.seconds, 1)}
        yield {"summary": summary | {"advice": self.advice()}}


def preflight(
    recipe: Recipe,
    items: Items,
    machine: Machine,
    console: Console,
) -> Verdict:
    """Learn a few clips by heart; ends as soon as all are spoken, at most in ten minutes."""
    chosen, recipe = pick_clips(items), _rehearsing(recipe, machine.device)
    task = make_task(recipe, chosen)
    beginning = begin(recipe, 1, machine)
    run, began = beginning.run, time.monotonic()
    run.model.train()
    clips: tuple[Spoken, ...] = ()
    for told in train_steps(run, task, beginning.pace, World()):
        console.advance(run.step, MOST_STEPS, {"loss": f"{told.losses['total']:.3f}"})
        over = run.step >= MOST_STEPS or time.monotonic() - began > MOST_SECONDS
        if run.step % LOOK_EVERY == 0 or over:
            clips = _look(recipe, run.model, chosen)
            if over or all(clip.aligned and clip.ended for clip in clips):
                break
    return Verdict(clips, run.step, time.monotonic() - began)


def pick_clips(items: Items) -> Items:
    """Five clips of the shorter half, from short to middling, that have some text to read."""
    frames = np.asarray(items.frames)
    order = np.argsort(frames, kind="stable")
    usual = [place for place in order if items.text_lengths[place] >= 10] or list(order)
    half = usual[: max(CLIPS, len(usual) // 2)]
    places = np.unique(np.linspace(0, len(half) - 1, min(CLIPS, len(half))).round().astype(int))
    return Items(items[int(half[place])] for place in places)


def _rehearsing(recipe: Recipe, device: torch.device) -> Recipe:
    config = recipe.config
    if device.type == "cpu":
        smaller = {name: min(size, getattr(config, name)) for name, size in SMALL.items()}
        config = replace(config, **smaller)
    train = replace(recipe.train, batch_size=CLIPS, batch_frames=0, accumulate=1, freeze="")
    train = replace(train, epochs=0, steps=MOST_STEPS)
    guidance = max(recipe.loss.guided_attention, 5.0)
    loss = replace(recipe.loss, guided_attention=guidance, guided_decay_steps=0)
    schedule = ScheduleConfig(learning_rate=2e-3, warmup_steps=20)
    return replace(recipe, config=config, train=train, loss=loss, schedule=schedule)


def _look(recipe: Recipe, model: torch.nn.Module, items: Items) -> tuple[Spoken, ...]:
    limit = int(2 * max(items.frames))
    infer = replace(recipe.infer, max_frames=limit)
    sentences = [Sentence(tuple(map(int, item.symbols)), item.id) for item in items]
    spoken = speak(model, sentences, infer, stepper_of(recipe)(model))
    return tuple(_judge(item, speech) for item, speech in zip(items, spoken, strict=True))


def _judge(item: Any, speech: Speech) -> Spoken:
    measures = measure_alignment(speech.alignment)
    off = abs(speech.frames - item.frames)
    ended = speech.stop == "gate" and off <= max(LENGTH_FRAMES, LENGTH_SHARE * item.frames)
    return Spoken(
        item.id,
        item.frames,
        speech.frames,
        speech.stop,
        measures.focus,
        measures.diagonality,
        measures.coverage,
        is_diagonal(measures),
        ended,
    )
