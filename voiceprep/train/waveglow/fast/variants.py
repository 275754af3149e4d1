"""How the networks of the flows are computed, by the type of the device."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from ...kernels.compiled import Compiled
from .convolutional import Dilated, by_convolution, by_windows, convolve
from .wn import FoldedWeights

Convolve = Callable[[FoldedWeights, Tensor, Tensor, Dilated], Tensor]


@dataclass(frozen=True)
class Variant:
    """How networks are computed.

    network: `packed`, products with a backward pass of their own, or plain operations, whose
    dilated convolutions are products over `windows` or cuDNN's `convolutions`; compiled: whether
    torch.compile fuses the plain operations; recorded: whether the inverse is a CUDA graph for
    each length that comes again.
    """

    network: Literal["packed", "windows", "convolutions"] = "packed"
    compiled: bool = False
    recorded: bool = False

    def run(self, weights: FoldedWeights, source: Tensor, conditions: Tensor) -> Tensor:
        """By plain operations and `widen`'s weights (B, T, H + 1), the half and a one, and
        (B, T, E) to shift and log scale, (B, T, 2·H).
        """
        half = source.shape[2] - 1
        run = compiled_network() if self.compiled else convolve
        wide = F.pad(source, (0, weights.start.shape[1] - source.shape[2]))
        dilated = by_windows if self.network == "windows" else by_convolution
        return run(weights, wide, conditions, dilated)[..., : 2 * half]


# None of a GPU's is measured yet. Packing is for CPUs, and its backward pass launches more kernels
# than autograd's. Products run on tensor cores at every dilation; which kernel cuDNN takes for the
# gradient of a dilated weight depends on the shape.
VARIANTS: dict[str, Variant] = {"cuda": Variant("windows")}
"""By the type of the device; others have the default."""


def variant_for(device: torch.device) -> Variant:
    """The variant of a device."""
    return VARIANTS.get(device.type, Variant())


@lru_cache(maxsize=1)
def compiled_network() -> Convolve:
    """The plain operations compiled: not a pass but one network, so that few kernels are made."""
    return Compiled(convolve)
