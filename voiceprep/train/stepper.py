"""Free running, one decoder step after the other: what speaking asks of a decoder's loop."""

from collections.abc import Callable
from typing import Protocol

from torch import Tensor

from .models.tacotron2 import DropoutMasks, Memory, Tacotron2

Factors = tuple[Tensor, Tensor] | None
"""The prenet's dropout of one step, two of (B, prenet_dim), float32; None drops nothing."""


class Stepper(Protocol):
    """Holds what one step leaves to the next, for B sentences at once."""

    def step(self, frames: Tensor, factors: Factors) -> tuple[Tensor, Tensor, Tensor]:
        """One step from the frames (B, M·r) that were said last, zeros before the first.

        New frames (B, M·r), gate logits (B,) and attention weights (B, N), of which the weights
        are float32. They hold until the next call and may be written over by it; the frames may
        be given straight back to it.
        """
        ...

    def keep(self, rows: Tensor) -> None:
        """Go on with these sentences alone: rising row numbers (fewer,), int64."""
        ...

    def mend(self, mel: Tensor) -> Tensor:
        """The whole mel of one sentence, (M, T), as the postnet mends it, float32."""
        ...


class PlainStepper:
    """The model's own step, by which faster ones are judged."""

    def __init__(self, model: Tacotron2, memory: Memory):
        self.decoder, self.postnet, self.memory = model.decoder, model.postnet, memory
        self.state = model.decoder.first_state(memory)

    def step(self, frames: Tensor, factors: Factors) -> tuple[Tensor, Tensor, Tensor]:
        """See Stepper."""
        heard = self.decoder.prenet(frames, factors)
        self.state, said, gate = self.decoder.step(heard, self.state, self.memory, DropoutMasks())
        return said, gate, self.state.weights

    def keep(self, rows: Tensor) -> None:
        """See Stepper."""
        self.memory = Memory(*(part[rows] for part in self.memory))
        self.state = type(self.state)(*(part[rows] for part in self.state))

    def mend(self, mel: Tensor) -> Tensor:
        """See Stepper."""
        return (mel + self.postnet(mel[None], None)[0]).float()


MakeStepper = Callable[[Tacotron2, Memory], Stepper]
"""Begins to speak: a stepper at its first step, of the texts in a memory."""

StepperOf = Callable[[Tacotron2], MakeStepper]
"""What makes steppers of a model as it is now; asked anew when the model has learnt."""
