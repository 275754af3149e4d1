"""WaveGlow (Prenger et al. 2018, arXiv:1811.00002), with the parameters of NVIDIA's model.

Audio → groups of samples → one flow after the other → noise. Each flow mixes the channels by an
invertible matrix, then scales and shifts one half of them by what a network predicts from the
other half and the mel. The inverse makes audio from noise. The state_dict has the keys and shapes
of NVIDIA's DeepLearningExamples.

Shapes: B clips, M mel channels, F mel frames, G samples a group, L = T·G samples, C channels of
the network within a flow, H the channels of half a flow.
"""

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...errors import SettingError
from ..kernels.precision import autocast_to
from ..tensors import ModuleListOf, exact
from .config import WaveGlowConfig


class Noise(NamedTuple):
    """The noise of some audio and the terms of its log-likelihood.

    values: (B, G, T), early outputs first; log_scales: of each flow, (B, H, T);
    log_determinants: of each flow, over all its time steps together, a number.
    """

    values: Tensor
    log_scales: tuple[Tensor, ...]
    log_determinants: tuple[Tensor, ...]


class NormedConvolution(nn.Module):
    """A weight-normalised convolution that keeps the length: each row has norm `weight_g`."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 1, dilation: int = 1):
        super().__init__()
        convolution = nn.Conv1d(inputs, outputs, kernel)
        # Conv1d's own type makes its bias optional; here there is one.
        bias: nn.Parameter = convolution.get_parameter("bias")
        self.bias = bias
        self.weight_g = nn.Parameter(convolution.weight.detach().norm(dim=(1, 2), keepdim=True))
        self.weight_v = convolution.weight
        self.dilation, self.padding = dilation, dilation * (kernel - 1) // 2

    @property
    def weight(self) -> Tensor:
        """(outputs, inputs, kernel), in float32."""
        weight: Tensor = torch._weight_norm(self.weight_v, self.weight_g, 0)
        return weight

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, T) to (B, outputs, T)."""
        return F.conv1d(x, self.weight, self.bias, padding=self.padding, dilation=self.dilation)


class WN(nn.Module):
    """The network of a flow: dilated convolutions with gated activations, as in WaveNet."""

    def __init__(self, config: WaveGlowConfig, half: int):
        super().__init__()
        channels, conditions = config.wn_channels, config.mel_channels * config.groups
        last = config.wn_layers - 1
        self.in_layers = ModuleListOf(
            NormedConvolution(channels, 2 * channels, config.wn_kernel, 2**layer)
            for layer in range(config.wn_layers)
        )
        self.res_skip_layers = ModuleListOf(
            NormedConvolution(channels, channels if layer == last else 2 * channels)
            for layer in range(config.wn_layers)
        )
        self.cond_layers = ModuleListOf(
            NormedConvolution(conditions, 2 * channels) for _ in range(config.wn_layers)
        )
        self.start = NormedConvolution(half, channels)
        self.end = nn.Conv1d(channels, 2 * half, 1)
        # A flow is initialised to the identity.
        nn.init.zeros_(self.end.weight)
        nn.init.zeros_(self.end.get_parameter("bias"))

    def forward(self, half: Tensor, conditions: Tensor) -> Tensor:
        """(B, H, T) and (B, M·G, T) to shift and log scale of the other half, (B, 2·H, T)."""
        hidden, skipped = self.start(half), 0
        layers = zip(self.in_layers, self.cond_layers, self.res_skip_layers, strict=True)
        for dilated, condition, res_skip in layers:
            filters, gates = (dilated(hidden) + condition(conditions)).chunk(2, 1)
            out = res_skip(torch.tanh(filters) * torch.sigmoid(gates))
            if out.shape[1] > hidden.shape[1]:
                hidden = hidden + out[:, : hidden.shape[1]]
            skipped = skipped + out[:, -hidden.shape[1] :]
        output: Tensor = self.end(skipped)
        return output


Transform = Callable[[WN, Tensor, Tensor], Tensor]
"""Runs the network of a flow, (B, H, T) and (B, M·G, T) to (B, 2·H, T)."""


class Mixing(nn.Module):
    """An invertible matrix over the channels, under the original's name `conv`."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv = nn.Conv1d(channels, channels, 1, bias=False)
        rotation = torch.linalg.qr(torch.randn(channels, channels))[0]
        # The original takes the logarithm of the signed determinant, which must be positive.
        rotation[:, 0] *= torch.linalg.slogdet(rotation)[0]
        self.conv.weight = nn.Parameter(rotation[:, :, None].contiguous())

    @property
    def matrix(self) -> Tensor:
        """(K, K), in float32 at least."""
        return exact(self.conv.weight[:, :, 0])

    def forward(self, x: Tensor) -> Tensor:
        """(B, K, T), mixed."""
        return mix(self.matrix, x)

    def inverse(self) -> Tensor:
        """The inverse matrix, (K, K)."""
        return inverted(self.matrix)


def mix(matrix: Tensor, x: Tensor) -> Tensor:
    """(K, K) · (B, K, T), with float32 products whatever the precision of a run."""
    if x.device.type == "cpu":
        return matrix @ x
    # A product may be in TF32 on a GPU, and a context that forbids it ends before the backward
    # pass. K is 8 at most in published models.
    return mix_exactly(matrix, x)


def mix_exactly(matrix: Tensor, x: Tensor) -> Tensor:
    """(K, K) · (B, K, T) as a sum."""
    return (matrix[:, :, None] * x[:, None]).sum(2)


def inverted(matrices: Tensor) -> Tensor:
    """Inverse matrices, (…, K, K), computed in double precision where the device has it.

    Those of a singular matrix are not finite.
    """
    precise = matrices if matrices.device.type == "mps" else matrices.double()
    # `inv` waits for the device, to raise an error for a singular matrix.
    inverse: Tensor = torch.linalg.inv_ex(precise)[0]
    return inverse.to(matrices.dtype)


def log_determinants(mixings: Iterable[Mixing]) -> list[Tensor]:
    """The logarithms of the matrices' absolute determinants, which training may make negative."""
    return [one for same in by_size(mixings) for one in torch.linalg.slogdet(same)[1].unbind()]


def inverses(mixings: Iterable[Mixing]) -> list[Tensor]:
    """The inverse matrices, (K, K) each."""
    return [one for same in by_size(mixings) for one in inverted(same).unbind()]


def by_size(mixings: Iterable[Mixing]) -> list[Tensor]:
    """The matrices, those of one size in one tensor (N, K, K): few calls for many small ones."""
    matrices = (mixing.matrix for mixing in mixings)
    return [torch.stack([*same]) for _, same in groupby(matrices, key=len)]


class WaveGlow(nn.Module):
    """The whole model; raises SettingError where its upsampling leaves gaps between frames."""

    def __init__(self, config: WaveGlowConfig):
        super().__init__()
        # Not checked in the config: its hop_length is only final once the mel's is known.
        if config.upsample_kernel < config.hop_length:
            raise SettingError(
                f"upsample_kernel = {config.upsample_kernel}: must be at least hop_length, "
                f"{config.hop_length}",
                "upsample_kernel",
            )
        self.config = config
        channels = config.mel_channels
        self.upsample = nn.ConvTranspose1d(
            channels, channels, config.upsample_kernel, config.hop_length
        )
        sizes = [config.channels(flow) for flow in range(config.flows)]
        self.WN = ModuleListOf(WN(config, size // 2) for size in sizes)
        self.convinv = ModuleListOf(Mixing(size) for size in sizes)

    def forward(self, audio: Tensor, mel: Tensor, normalise: "Normalise | None" = None) -> Noise:
        """The noise of some audio, by the plain pass or by an optimised `normalise`.

        audio: (B, L), L a multiple of the group; mel: (B, M, F), enough frames to cover it.
        """
        return (normalise or WaveGlow.normalise)(self, audio, mel)

    def normalise(self, audio: Tensor, mel: Tensor, transform: Transform = WN.__call__) -> Noise:
        """See `forward`; `transform` runs the networks."""
        config = self.config
        conditions = self.conditions(mel, audio.shape[1])
        x = exact(audio.unflatten(1, (-1, config.groups)).transpose(1, 2))
        early: list[Tensor] = []
        log_scales: list[Tensor] = []
        for flow, (network, mixing) in enumerate(zip(self.WN, self.convinv, strict=True)):
            if leaves := config.leaves(flow):
                early.append(x[:, :leaves])
                x = x[:, leaves:]
            with autocast_to(None, x.device):
                x = mixing(x)
            kept, changed = x.chunk(2, 1)
            shift, log_scale = exact(transform(network, kept, conditions)).chunk(2, 1)
            x = torch.cat([kept, torch.exp(log_scale) * changed + shift], 1)
            log_scales.append(log_scale)
        count = x.shape[0] * x.shape[2]
        with autocast_to(None, x.device):
            determinants = tuple(count * one for one in log_determinants(self.convinv))
        return Noise(torch.cat([*early, x], 1), tuple(log_scales), determinants)

    def inverse(self, noise: Tensor, mel: Tensor, transform: Transform = WN.__call__) -> Tensor:
        """The audio of some noise: (B, G, T), in the order of `forward`, to (B, L)."""
        config = self.config
        conditions = self.conditions(mel, noise.shape[1] * noise.shape[2])
        first = config.groups - config.channels(config.flows - 1)
        outputs, x = noise[:, :first], exact(noise[:, first:])
        for flow in reversed(range(config.flows)):
            kept, changed = x.chunk(2, 1)
            shift, log_scale = exact(transform(self.WN[flow], kept, conditions)).chunk(2, 1)
            with autocast_to(None, x.device):
                x = torch.cat([kept, (changed - shift) * torch.exp(-log_scale)], 1)
                x = mix(self.convinv[flow].inverse(), x)
            if leaves := config.leaves(flow):
                outputs, early = outputs[:, :-leaves], outputs[:, -leaves:]
                x = torch.cat([early, x], 1)
        return x.transpose(1, 2).flatten(1)

    def conditions(self, mel: Tensor, samples: int) -> Tensor:
        """The flows' conditioning on the mel, (B, M·G, T): its value at every sample of a group.

        Raises ValueError for a mel that ends before the samples do.
        """
        upsampled: Tensor = self.upsample(mel)
        if upsampled.shape[2] < samples:
            raise ValueError(f"{mel.shape[2]} mel frames do not cover {samples} samples")
        grouped: Tensor = upsampled[:, :, :samples].unflatten(2, (-1, self.config.groups))
        return grouped.transpose(2, 3).flatten(1, 2)


Normalise = Callable[[WaveGlow, Tensor, Tensor], Noise]
"""Computes the noise of audio (B, L), given its mel (B, M, F)."""
