"""The overfit check: overfit a few clips in minutes, before hours of training.

A model that cannot learn five clips will not learn five hundred. It is trained on these clips alone
until it speaks them free-running: each from its first symbol to its last, and ended near its true
length.
"""

import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from torch import nn

from ...records import Console, Shown
from ..data.items import Item, Items
from ..device import Machine, World, describe_precision
from ..diagnosis.alignment import is_diagonal, measure_alignment
from ..frontend import Sentence
from ..recipe import Recipe
from ..settings import InferConfig, ScheduleConfig
from ..speech.acoustic import AcousticModel, SynthesisResult
from .loop import train_steps
from .setup import build_run, build_task

CLIPS = 5
# A clip counts as ended if its length is off by at most this share or this many frames.
LENGTH_SHARE, LENGTH_FRAMES = 0.15, 20
MOST_STEPS, MOST_SECONDS, EVALUATE_EVERY = 2000, 600.0, 50


@dataclass(frozen=True)
class OverfitClip:
    """Measures of one of the clips as the model speaks it."""

    id: str
    frames: int
    spoken_frames: int
    stop: str
    focus: float
    diagonality: float
    coverage: float
    aligned: bool
    ended: bool


@dataclass(frozen=True, repr=False)
class OverfitResult(Shown):
    """Whether each clip was overfitted: its alignment formed, and it ended in time."""

    clips: tuple[OverfitClip, ...]
    steps: int
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether all clips were overfitted."""
        return all(clip.aligned and clip.ended for clip in self.clips)

    @property
    def exit_code(self) -> int:
        """0 if all clips were overfitted, else 1."""
        return 0 if self.ok else 1

    def lines(self, verbose: bool) -> list[str]:  # noqa: ARG002
        """See Result."""
        lines = [f"{'clip':24} frames  spoken  stopped by  focus  diagonal  coverage"]
        for clip in self.clips:
            lines.append(
                f"{clip.id:24} {clip.frames:6d}  {clip.spoken_frames:6d}  {clip.stop:10}  "
                f"{clip.focus:5.2f}  {clip.diagonality:8.2f}  {clip.coverage:8.2f}"
            )
        verdict = "all clips were overfitted" if self.ok else "not all clips were overfitted"
        return [*lines, f"{verdict}: {self.steps} steps, {self.seconds:.0f} s", *self.advice()]

    def advice(self) -> list[str]:
        """Advice on the clips that were not overfitted, a line each."""
        unaligned = [clip.id for clip in self.clips if not clip.aligned]
        unended = [clip.id for clip in self.clips if clip.aligned and not clip.ended]
        lines = []
        if len(unaligned) == len(self.clips):
            lines.append(
                "no alignment formed in any clip: check the settings (mel, cleaner, learning "
                "rate) before the clips"
            )
        elif unaligned:
            lines.append(
                f"no alignment in {', '.join(unaligned)}: does the text match what is spoken?"
            )
        if unended:
            lines.append(
                f"no end in {', '.join(unended)}: voiceprep silence shows what follows the "
                "speech; raise --gate-positive-weight"
            )
        return lines

    def rows(self) -> Iterable[dict[str, Any]]:
        """See Result."""
        yield from (asdict(clip) for clip in self.clips)
        summary = {"ok": self.ok, "steps": self.steps, "seconds": round(self.seconds, 1)}
        yield {"summary": summary | {"advice": self.advice()}}


def check_overfit(
    recipe: Recipe, items: Items, machine: Machine, console: Console
) -> OverfitResult:
    """Overfit a few clips; stops when all are spoken, after ten minutes at most.

    Raises UserError for a model that has no such check.
    """
    make_recipe = recipe.spec.load("overfit")
    chosen, recipe = pick_clips(items), make_recipe(_shortened(recipe), machine.device)
    task = build_task(recipe, chosen)
    setup = build_run(recipe, 1, machine)
    if line := describe_precision(machine.precision, machine.device):
        console.print(line)
    run, started = setup.run, time.monotonic()
    run.model.train()
    clips: tuple[OverfitClip, ...] = ()
    for *_, step in train_steps(run, task, setup.plan, World()):
        console.advance(run.step, MOST_STEPS, {"loss": f"{step.losses['total']:.3f}"})
        at_limit = run.step >= MOST_STEPS or time.monotonic() - started > MOST_SECONDS
        if run.step % EVALUATE_EVERY == 0 or at_limit:
            clips = _speak_clips(recipe, run.model, chosen)
            if at_limit or all(clip.aligned and clip.ended for clip in clips):
                break
    return OverfitResult(clips, run.step, time.monotonic() - started)


def pick_clips(items: Items) -> Items:
    """Five clips of the shorter half, spread by length; of at least ten symbols if any are."""
    frames = np.asarray(items.frames)
    order = np.argsort(frames, kind="stable")
    usual = [place for place in order if items.text_lengths[place] >= 10] or list(order)
    half = usual[: max(CLIPS, len(usual) // 2)]
    places = np.unique(np.linspace(0, len(half) - 1, min(CLIPS, len(half))).round().astype(int))
    return Items(items[int(half[place])] for place in places)


def _shortened(recipe: Recipe) -> Recipe:
    """The recipe with what the check changes for every model: few clips, few steps."""
    train = replace(recipe.train, batch_size=CLIPS, batch_frames=0, accumulate=1, freeze="")
    train = replace(train, epochs=0, steps=MOST_STEPS, evaluate_every=EVALUATE_EVERY)
    schedule = ScheduleConfig(learning_rate=2e-3, warmup_steps=20)
    return replace(recipe, train=train, schedule=schedule)


def _speak_clips(recipe: Recipe, model: nn.Module, items: Items) -> tuple[OverfitClip, ...]:
    infer = replace(recipe.section(InferConfig), max_frames=int(2 * max(items.frames)))
    sentences = [Sentence(tuple(map(int, item.symbols)), item.id) for item in items]
    acoustic: AcousticModel = recipe.spec.load("acoustic")(model, recipe.frontend, "fp32")
    results = acoustic.speak(sentences, infer)
    return tuple(_measure_clip(item, result) for item, result in zip(items, results, strict=True))


def _measure_clip(item: Item, result: SynthesisResult) -> OverfitClip:
    steps = (0, len(item.symbols))
    measures = measure_alignment(np.zeros(steps) if result.alignment is None else result.alignment)
    off = abs(result.frames - item.frames)
    ended = result.stop in ("gate", "length") and off <= max(
        LENGTH_FRAMES, LENGTH_SHARE * item.frames
    )
    return OverfitClip(
        item.id,
        item.frames,
        result.frames,
        result.stop,
        measures.focus,
        measures.diagonality,
        measures.coverage,
        is_diagonal(measures),
        ended,
    )
