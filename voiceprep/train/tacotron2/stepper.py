"""Free-running decoding, a few steps at a time: what inference needs from a decoder.

Shapes: B sentences, N symbols, M mel channels, T frames, S decoder steps of r frames each.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from .network import DropoutMasks, Memory, Tacotron2

Factors = tuple[Tensor, Tensor] | None
"""The prenet's dropout of some steps, two of (S, B, prenet_dim), float32; None drops nothing."""


class DecoderOutputs(NamedTuple):
    """Frames (S, B, M·r), gate logits (S, B) and attention weights (S, B, N) of some steps."""

    frames: Tensor
    gate: Tensor
    weights: Tensor


class Stepper(Protocol):
    """Speaks B sentences at once, a few steps at a time, each fed the frames before it.

    most_steps: the steps of a run; the last one may have fewer.
    """

    most_steps: int

    def run(self, factors: Factors, steps: int) -> DecoderOutputs:
        """The next steps, float32; valid until the next call, which may write over them."""
        ...

    def keep(self, rows: Tensor) -> None:
        """Continue with these sentences only: increasing row numbers (fewer,), int64."""
        ...

    def refine(self, mel: Tensor) -> Tensor:
        """The mel of one sentence, (M, T), with the postnet's residual, float32."""
        ...


class PlainStepper:
    """The model's own steps, the reference for faster ones."""

    most_steps = 4

    def __init__(self, model: Tacotron2, memory: Memory):
        self.decoder, self.postnet, self.memory = model.decoder, model.postnet, memory
        self.state = model.decoder.first_state(memory)
        self.frames = memory.values.new_zeros(len(memory.values), model.decoder.frame_size)

    def run(self, factors: Factors, steps: int) -> DecoderOutputs:
        """See Stepper."""
        outputs = [self._step(factors and (factors[0][at], factors[1][at])) for at in range(steps)]
        return DecoderOutputs(*(torch.stack(parts) for parts in zip(*outputs, strict=True)))

    def keep(self, rows: Tensor) -> None:
        """See Stepper."""
        self.memory = Memory(*(part[rows] for part in self.memory))
        self.state = type(self.state)(*(part[rows] for part in self.state))
        self.frames = self.frames[rows]

    def refine(self, mel: Tensor) -> Tensor:
        """See Stepper."""
        residual: Tensor = self.postnet(mel[None], None)[0]
        return (mel + residual).float()

    def _step(self, factors: Factors) -> tuple[Tensor, Tensor, Tensor]:
        inputs = self.decoder.prenet(self.frames, factors)
        step = self.decoder.step(inputs, self.state, self.memory, DropoutMasks())
        self.state, self.frames, gate = step
        return self.frames, gate, self.state.weights


MakeStepper = Callable[[Tacotron2, Memory], Stepper]
"""Makes a stepper at its first step for the encoded texts in a memory."""

StepperOf = Callable[[Tacotron2], MakeStepper]
"""Prepares MakeStepper for a model's current weights; call it again after further training."""
