"""How good a Tacotron 2 is: with the truth given at every step, and speaking by itself.

Totals are sums over counts, never means of means: they do not depend on how clips are batched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from .alignment import AlignmentMeasures, has_formed, measure_alignment
from .infer import Sentence, Speech, speak, speaking
from .losses import ClipLosses, clip_losses, tacotron2_loss
from .models.tacotron2 import Tacotron2
from .settings import InferConfig
from .stepper import MakeStepper, PlainStepper
from .tasks import Tacotron2Task

# What the prenet's dropout is drawn by, so that two looks differ by the model alone.
SEED = 0


@dataclass(frozen=True)
class Forced:
    """A teacher-forced look: totals, and of every clip its losses and its alignment's measures."""

    values: dict[str, float]
    clips: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Free:
    """A few sentences spoken freely: means of their measures, and the share that stopped."""

    values: dict[str, float]
    measures: tuple[AlignmentMeasures, ...]
    speeches: tuple[Speech, ...]

    @property
    def aligned(self) -> bool:
        """Whether more than half of the sentences were read from their begin to their end."""
        return has_formed(self.measures)


def forced_losses(model: Tacotron2, task: Tacotron2Task, places: Sequence[int]) -> Forced:
    """The losses of some of a task's clips, the truth being given, with dropout as in speaking."""
    device = next(model.parameters()).device
    order = sorted(places, key=lambda place: task.items.frames[place])
    size = task.train.batch_size
    sums: list[ClipLosses] = []
    clips = []
    with speaking(model), torch.random.fork_rng(_devices(device)):
        torch.manual_seed(SEED)
        for first in range(0, len(order), size):
            batch = task.read(order[first : first + size]).to(device)
            said = model(batch, decode=task.decode)
            found = clip_losses(said, batch, task.loss)
            sums.append(ClipLosses(*(part.cpu() for part in found)))
            for row, name in enumerate(batch.ids):
                steps = int(found.attention_steps[row])
                alignment = said.alignments[row, :steps, : int(batch.text_lengths[row])]
                clips.append(_clip(name, sums[-1], row, measure_alignment(alignment.cpu().numpy())))
    whole = ClipLosses(*(torch.cat(parts) for parts in zip(*sums, strict=True)))
    losses = tacotron2_loss(whole, task.loss, 10**9)
    values = {"loss": float(losses.total), "mel": float(losses.mel_postnet)}
    values |= {"gate": float(losses.gate)}
    values |= {
        name: float(np.average([clip[name] for clip in clips], weights=whole.attention_steps))
        for name in ("focus", "diagonality")
    }
    return Forced(values, tuple(clips))


def free_running(
    model: Tacotron2,
    sentences: Sequence[Sentence],
    config: InferConfig,
    make_stepper: MakeStepper = PlainStepper,
) -> Free:
    """Speak the sentences and measure how they were read; `stop_rate` counts the gate alone."""
    speeches = speak(model, sentences, config, make_stepper)
    measures = tuple(measure_alignment(speech.alignment) for speech in speeches)
    values = {
        name: float(np.mean([getattr(measure, name) for measure in measures]))
        for name in ("focus", "diagonality", "coverage")
    }
    values["stop_rate"] = float(np.mean([speech.stop == "gate" for speech in speeches]))
    return Free(values, measures, tuple(speeches))


def score(free: Free, loss: float) -> float:
    """By which the best checkpoint is chosen, the higher the better.

    How it speaks comes first: one point each for the share of sentences that stop, that are
    covered, and for diagonality and focus. The loss decides between voices that speak alike: it
    weighs at most a twentieth of a point.
    """
    values = free.values
    spoken = sum(values[name] for name in ("stop_rate", "coverage", "diagonality", "focus"))
    return spoken + 0.05 / (1 + max(loss, 0.0)) if np.isfinite(loss) else spoken


def _clip(name: str, sums: ClipLosses, row: int, measures: AlignmentMeasures) -> dict[str, Any]:
    return {
        "id": name,
        "mel": float(sums.mel_postnet[row] / sums.mel_values[row]),
        "gate": float(sums.gate[row] / sums.gate_steps[row]),
        "focus": measures.focus,
        "diagonality": measures.diagonality,
    }


def _devices(device: torch.device) -> list[torch.device]:
    return [device] if device.type == "cuda" else []
