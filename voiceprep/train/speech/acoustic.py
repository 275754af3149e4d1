"""Acoustic models (symbols to mels), as the synthesizer and the statistics use them.

Shapes: N symbols, M mel channels, T frames, S decoder steps of r frames each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...report.plots import AlignmentPlot
from ..checkpoints.checkpoint import Checkpoint
from ..device import Machine
from ..diagnosis.gate import Stop
from ..frontend import FrontendConfig, Sentence
from ..registry import find_model
from ..settings import InferConfig

# Captions of pictures of speech that no gate ended.
ENDED = {
    "saturated": "stopped: attention rested on the end, and the gate did not open",
    "limit": "did not stop",
    "nan": "stopped: values not finite",
    "empty": "nothing in it can be spoken",
}


@dataclass(frozen=True, eq=False)
class SynthesisResult:
    """One synthesised sentence, and why it stopped.

    mel: (M, T) float32, computed without any frame after the stop; alignment: (S, N) float32, None
    for a model without attention; gate: (S,) float32, the probability that speech ends, None for a
    model without a gate. The step whose gate opened is included. stop: gate, it opened; saturated,
    the attention stayed on the end of the text; length, the model predicts it; limit, the most
    frames were reached; nan, the next step was not finite; empty, the sentence has no symbols.
    """

    sentence: Sentence
    mel: np.ndarray
    alignment: np.ndarray | None
    gate: np.ndarray | None
    stop: Stop

    @property
    def frames(self) -> int:
        """Mel frames, T."""
        return int(self.mel.shape[1])

    @property
    def steps(self) -> int:
        """Decoder steps, S; 0 for a model with neither gate nor attention."""
        curve = self.alignment if self.gate is None else self.gate
        return 0 if curve is None else len(curve)


class AcousticModel(Protocol):
    """A trained acoustic model; `frames_per_step` is r."""

    frontend: FrontendConfig
    frames_per_step: int

    def speak(
        self, sentences: Sequence[Sentence], config: InferConfig, past_gate: float | None = None
    ) -> list[SynthesisResult]:
        """Synthesise the sentences; the results are in their order.

        A sentence's result does not depend on its batch. past_gate: a model with a gate continues
        past it, so that the stop of every threshold up to this one can be computed afterwards.
        """
        ...


def load_acoustic(checkpoint: Checkpoint, machine: Machine) -> AcousticModel:
    """The acoustic model of a checkpoint; raises UserError for a model that makes no mels."""
    make = find_model(checkpoint.model).load("acoustic")
    model: AcousticModel = make(
        checkpoint.build().to(machine.device), checkpoint.frontend, machine.precision
    )
    return model


def alignment_plot(result: SynthesisResult) -> AlignmentPlot:
    """The result as a plot: with its stop, or with a caption that says why no gate ended it."""
    stop = result.steps - 1 if result.stop == "gate" else None
    text, caption = result.sentence.text, ENDED.get(result.stop, "")
    return AlignmentPlot(result.mel, result.alignment, result.gate, stop, text, unstopped=caption)
