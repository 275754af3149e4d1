"""Free-running decoding, one step at a time: what inference needs from a decoder."""

from collections.abc import Callable
from typing import Protocol

from torch import Tensor

from .network import DropoutMasks, Memory, Tacotron2

Factors = tuple[Tensor, Tensor] | None
"""The prenet's dropout of one step, two of (B, prenet_dim), float32; None drops nothing."""


class Stepper(Protocol):
    """Holds the decoder's state between steps, for B sentences at once."""

    def step(self, frames: Tensor, factors: Factors) -> tuple[Tensor, Tensor, Tensor]:
        """One step from the last frames (B, M·r), which are zeros before the first step.

        New frames (B, M·r), gate logits (B,) and attention weights (B, N), of which the weights
        are float32. They are valid until the next call, which may overwrite them; the frames may
        be passed to it.
        """
        ...

    def keep(self, rows: Tensor) -> None:
        """Continue with these sentences only: increasing row numbers (fewer,), int64."""
        ...

    def refine(self, mel: Tensor) -> Tensor:
        """The mel of one sentence, (M, T), with the postnet's residual, float32."""
        ...


class PlainStepper:
    """The model's own step, the reference for faster ones."""

    def __init__(self, model: Tacotron2, memory: Memory):
        self.decoder, self.postnet, self.memory = model.decoder, model.postnet, memory
        self.state = model.decoder.first_state(memory)

    def step(self, frames: Tensor, factors: Factors) -> tuple[Tensor, Tensor, Tensor]:
        """See Stepper."""
        inputs = self.decoder.prenet(frames, factors)
        self.state, mel, gate = self.decoder.step(inputs, self.state, self.memory, DropoutMasks())
        return mel, gate, self.state.weights

    def keep(self, rows: Tensor) -> None:
        """See Stepper."""
        self.memory = Memory(*(part[rows] for part in self.memory))
        self.state = type(self.state)(*(part[rows] for part in self.state))

    def refine(self, mel: Tensor) -> Tensor:
        """See Stepper."""
        residual: Tensor = self.postnet(mel[None], None)[0]
        return (mel + residual).float()


MakeStepper = Callable[[Tacotron2, Memory], Stepper]
"""Makes a stepper at its first step for the encoded texts in a memory."""

StepperOf = Callable[[Tacotron2], MakeStepper]
"""Prepares MakeStepper for a model's current weights; call it again after further training."""
