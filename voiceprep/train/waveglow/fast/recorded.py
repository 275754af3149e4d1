"""WaveGlow's inverse as a CUDA graph."""

from collections.abc import Callable

import torch
from torch import Tensor

from ...kernels.graphs import Replay

Inverse = Callable[[Tensor, Tensor], Tensor]


class Recorded:
    """Noise (B, G, T) and mel (B, M, F) of one shape to samples (B, L).

    Recorded when it is called for the second time: recording takes several runs, and most sounds
    have a length of their own. A longer buffer would serve several lengths, but with other
    samples near the end: convolutions would see the network's own values there, not zeros.
    """

    def __init__(self, inverse: Inverse):
        self.inverse, self.calls = inverse, 0

    def __call__(self, noise: Tensor, mel: Tensor) -> Tensor:
        """The samples, in a tensor of their own."""
        self.calls += 1
        if self.calls == 1:
            return self.inverse(noise, mel)
        if self.calls == 2:
            self.noise, self.mel = torch.zeros_like(noise), torch.zeros_like(mel)
            self.audio = noise.new_empty(len(noise), noise.shape[1] * noise.shape[2])
            self.replay = Replay(self._run, noise.device)
        self.noise.copy_(noise)
        self.mel.copy_(mel)
        self.replay()
        return self.audio.clone()

    def _run(self) -> None:
        self.audio.copy_(self.inverse(self.noise, self.mel))
