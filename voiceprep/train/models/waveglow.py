"""WaveGlow (Prenger et al. 2018, arXiv:1811.00002), with the parameters of NVIDIA's model.

Sound → groups of samples → one flow after the other, each mixing the channels by an invertible
matrix and scaling one half of them by what a network makes of the other half and of the mel →
noise. Backwards it makes sound of noise. Its state_dict has the keys and shapes of NVIDIA's
DeepLearningExamples.

Shapes: B clips, M mel channels, F mel frames, G samples a group, L = T·G samples, C channels of
the network within a flow, H the channels of half a flow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...config import setting
from ...errors import SettingError
from ..layers import exact


@dataclass(frozen=True)
class WaveGlowConfig:
    """The sizes of WaveGlow; the defaults are the published model's of 256 channels."""

    mel_channels: int = setting(80, "channels of the mel; that of [mel] where one is trained")
    hop_length: int = setting(256, "samples a mel frame stands for; that of [mel], too")
    upsample_kernel: int = setting(1024, "samples that a mel frame reaches")
    flows: int = setting(12, "steps from sound to noise", "--flows")
    groups: int = setting(8, "samples side by side, an even number", "--groups")
    early_every: int = setting(4, "flows after which some channels are done", "--early-every")
    early_size: int = setting(2, "channels that are done then, an even number", "--early-size")
    wn_layers: int = setting(8, "layers of the network within a flow", "--wn-layers")
    wn_channels: int = setting(256, "its channels", "--wn-channels")
    wn_kernel: int = setting(3, "groups that one of its layers sees", "--wn-kernel-size")

    def __post_init__(self):
        for name in vars(self):
            least = 0 if name == "early_size" else 1
            if getattr(self, name) < least:
                told = f"{name} = {getattr(self, name)}: at least {least} is wanted"
                raise SettingError(told, name)
        for name in ("groups", "early_size"):
            if getattr(self, name) % 2:
                raise SettingError(f"{name} = {getattr(self, name)}: an even number", name)
        if self.wn_kernel % 2 == 0:
            raise SettingError(
                f"wn_kernel = {self.wn_kernel}: an odd number is wanted", "wn_kernel"
            )
        if self.channels(self.flows - 1) < 2:
            raise SettingError(
                f"early_size = {self.early_size}: of {self.groups} groups none is left for the "
                "last flow",
                "early_size",
            )

    def channels(self, flow: int) -> int:
        """The channels of a flow, counted from 0: those that are not done before it."""
        return self.groups - flow // self.early_every * self.early_size

    def leaves(self, flow: int) -> int:
        """The channels that are done when a flow begins."""
        return self.early_size if flow and flow % self.early_every == 0 else 0


class Noise(NamedTuple):
    """What sound is turned into, and how: all that the likelihood is made of.

    values: (B, G, T), those done early first; log_scales: of each flow, (B, H, T);
    log_determinants: of each flow, of all its places together, a number.
    """

    values: Tensor
    log_scales: tuple[Tensor, ...]
    log_determinants: tuple[Tensor, ...]


class NormedConvolution(nn.Module):
    """A convolution that keeps the length, its weight of length `weight_g` a row."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 1, dilation: int = 1):
        super().__init__()
        drawn = nn.Conv1d(inputs, outputs, kernel)
        self.bias = drawn.bias
        self.weight_g = nn.Parameter(drawn.weight.detach().norm(dim=(1, 2), keepdim=True))
        self.weight_v = drawn.weight
        self.dilation, self.padding = dilation, dilation * (kernel - 1) // 2

    @property
    def weight(self) -> Tensor:
        """(outputs, inputs, kernel), in float32."""
        return torch._weight_norm(self.weight_v, self.weight_g, 0)

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, T) to (B, outputs, T)."""
        return F.conv1d(x, self.weight, self.bias, padding=self.padding, dilation=self.dilation)


class WN(nn.Module):
    """The network of a flow: layers that see further and further, as in WaveNet."""

    def __init__(self, config: WaveGlowConfig, half: int):
        super().__init__()
        channels, conditions = config.wn_channels, config.mel_channels * config.groups
        last = config.wn_layers - 1
        self.in_layers = nn.ModuleList(
            NormedConvolution(channels, 2 * channels, config.wn_kernel, 2**layer)
            for layer in range(config.wn_layers)
        )
        self.res_skip_layers = nn.ModuleList(
            NormedConvolution(channels, channels if layer == last else 2 * channels)
            for layer in range(config.wn_layers)
        )
        self.cond_layers = nn.ModuleList(
            NormedConvolution(conditions, 2 * channels) for _ in range(config.wn_layers)
        )
        self.start = NormedConvolution(half, channels)
        self.end = nn.Conv1d(channels, 2 * half, 1)
        # A flow begins as one that changes nothing.
        nn.init.zeros_(self.end.weight)
        nn.init.zeros_(self.end.bias)

    def forward(self, half: Tensor, conditions: Tensor) -> Tensor:
        """(B, H, T) and (B, M·G, T) to shift and log scale of the other half, (B, 2·H, T)."""
        hidden, skipped = self.start(half), 0
        layers = zip(self.in_layers, self.cond_layers, self.res_skip_layers, strict=True)
        for inwards, condition, outwards in layers:
            gates, filters = (inwards(hidden) + condition(conditions)).chunk(2, 1)
            out = outwards(torch.tanh(gates) * torch.sigmoid(filters))
            if out.shape[1] > hidden.shape[1]:
                hidden = hidden + out[:, : hidden.shape[1]]
            skipped = skipped + out[:, -hidden.shape[1] :]
        return self.end(skipped)


Transform = Callable[[WN, Tensor, Tensor], Tensor]
"""How the network of a flow is run, (B, H, T) and (B, M·G, T) to (B, 2·H, T)."""


class Mixing(nn.Module):
    """An invertible matrix over the channels, under the original's name `conv`."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv = nn.Conv1d(channels, channels, 1, bias=False)
        rotation = torch.linalg.qr(torch.randn(channels, channels))[0]
        # The original takes the logarithm of the determinant itself, which must be positive.
        rotation[:, 0] *= torch.linalg.slogdet(rotation)[0]
        self.conv.weight = nn.Parameter(rotation[:, :, None].contiguous())

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, K, T) mixed, and the log of how much that blows up all of its T places."""
        matrix = exact(self.conv.weight[:, :, 0])
        # A determinant that training made negative has no logarithm of its own.
        return matrix @ x, x.shape[0] * x.shape[2] * torch.linalg.slogdet(matrix)[1]

    def inverse(self) -> Tensor:
        """The matrix that undoes it, (K, K), inverted in double precision."""
        matrix = exact(self.conv.weight[:, :, 0])
        return torch.linalg.inv(matrix.double()).to(matrix.dtype)


class WaveGlow(nn.Module):
    """The whole model; raises SettingError where its frames leave samples between them out."""

    def __init__(self, config: WaveGlowConfig):
        super().__init__()
        # No rule of the settings alone: what a frame stands for is the mel's to say.
        if config.upsample_kernel < config.hop_length:
            raise SettingError(
                f"upsample_kernel = {config.upsample_kernel}: at least hop_length, "
                f"{config.hop_length}, is wanted",
                "upsample_kernel",
            )
        self.config = config
        channels = config.mel_channels
        self.upsample = nn.ConvTranspose1d(
            channels, channels, config.upsample_kernel, config.hop_length
        )
        sizes = [config.channels(flow) for flow in range(config.flows)]
        self.WN = nn.ModuleList(WN(config, size // 2) for size in sizes)
        self.convinv = nn.ModuleList(Mixing(size) for size in sizes)

    def forward(self, audio: Tensor, mel: Tensor, normalise: "Normalise | None" = None) -> Noise:
        """The noise that a sound is turned into, by its own sums or by `normalise`.

        audio: (B, L), L a multiple of the group; mel: (B, M, F), as many frames as reach its end.
        """
        return (normalise or WaveGlow.normalise)(self, audio, mel)

    def normalise(self, audio: Tensor, mel: Tensor, transform: Transform = WN.__call__) -> Noise:
        """See `forward`; `transform` runs the networks."""
        config = self.config
        conditions = self.conditions(mel, audio.shape[1])
        x = exact(audio.unflatten(1, (-1, config.groups)).transpose(1, 2))
        done: list[Tensor] = []
        log_scales, log_determinants = [], []
        for flow, (network, mixing) in enumerate(zip(self.WN, self.convinv, strict=True)):
            if leaves := config.leaves(flow):
                done.append(x[:, :leaves])
                x = x[:, leaves:]
            with torch.autocast(x.device.type, enabled=False):
                x, log_determinant = mixing(x)
            kept, changed = x.chunk(2, 1)
            shift, log_scale = exact(transform(network, kept, conditions)).chunk(2, 1)
            x = torch.cat([kept, torch.exp(log_scale) * changed + shift], 1)
            log_scales.append(log_scale)
            log_determinants.append(log_determinant)
        return Noise(torch.cat([*done, x], 1), tuple(log_scales), tuple(log_determinants))

    def inverse(self, noise: Tensor, mel: Tensor, transform: Transform = WN.__call__) -> Tensor:
        """The sound that some noise is turned into: (B, G, T), as `forward` has it, to (B, L)."""
        config = self.config
        conditions = self.conditions(mel, noise.shape[1] * noise.shape[2])
        first = config.groups - config.channels(config.flows - 1)
        done, x = noise[:, :first], exact(noise[:, first:])
        for flow in reversed(range(config.flows)):
            kept, changed = x.chunk(2, 1)
            shift, log_scale = exact(transform(self.WN[flow], kept, conditions)).chunk(2, 1)
            with torch.autocast(x.device.type, enabled=False):
                x = torch.cat([kept, (changed - shift) * torch.exp(-log_scale)], 1)
                x = self.convinv[flow].inverse() @ x
            if leaves := config.leaves(flow):
                done, early = done[:, :-leaves], done[:, -leaves:]
                x = torch.cat([early, x], 1)
        return x.transpose(1, 2).flatten(1)

    def conditions(self, mel: Tensor, samples: int) -> Tensor:
        """What the flows are told of the mel, (B, M·G, T): its value at every sample of a group.

        Raises ValueError for a mel that ends before the samples do.
        """
        spread = self.upsample(mel)
        if spread.shape[2] < samples:
            raise ValueError(f"{mel.shape[2]} mel frames do not reach over {samples} samples")
        grouped = spread[:, :, :samples].unflatten(2, (-1, self.config.groups))
        return grouped.transpose(2, 3).flatten(1, 2)


Normalise = Callable[[WaveGlow, Tensor, Tensor], Noise]
"""How a model turns sound (B, L), given its mel (B, M, F), into noise."""
