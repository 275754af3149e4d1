"""The sizes of WaveGlow. Loads no torch."""

from dataclasses import dataclass

from ...config import setting
from ...errors import SettingError

# A dilation of 32,768 groups, 12 seconds of sound.
MOST_LAYERS = 16


@dataclass(frozen=True)
class WaveGlowConfig:
    """The sizes of WaveGlow; the defaults are the published model's of 256 channels."""

    mel_channels: int = setting(80, "mel channels; in training those of [mel]")
    hop_length: int = setting(256, "samples per mel frame; in training those of [mel]")
    upsample_kernel: int = setting(1024, "kernel size of the mel's upsampling, in samples")
    flows: int = setting(12, "number of flows between audio and noise", "--flows")
    groups: int = setting(8, "samples in a group, an even number", "--groups")
    early_every: int = setting(4, "number of flows between early outputs", "--early-every")
    early_size: int = setting(2, "channels of an early output, an even number", "--early-size")
    wn_layers: int = setting(8, "number of layers in the network of a flow", "--wn-layers")
    wn_channels: int = setting(256, "number of channels in the network of a flow", "--wn-channels")
    wn_kernel: int = setting(
        3, "kernel size of the network of a flow, in groups", "--wn-kernel-size"
    )

    def __post_init__(self) -> None:
        for name in vars(self):
            least = 0 if name == "early_size" else 1
            if getattr(self, name) < least:
                message = f"{name} = {getattr(self, name)}: must be at least {least}"
                raise SettingError(message, name)
        for name in ("groups", "early_size"):
            if getattr(self, name) % 2:
                raise SettingError(f"{name} = {getattr(self, name)}: must be even", name)
        if self.wn_layers > MOST_LAYERS:
            message = f"must be at most {MOST_LAYERS}, as each doubles the dilation of the last"
            raise SettingError(f"wn_layers = {self.wn_layers}: {message}", "wn_layers")
        if self.wn_kernel % 2 == 0:
            raise SettingError(f"wn_kernel = {self.wn_kernel}: must be odd", "wn_kernel")
        if self.channels(self.flows - 1) < 2:
            raise SettingError(
                f"early_size = {self.early_size}: early outputs leave none of the {self.groups} "
                "groups for the last flow",
                "early_size",
            )

    def channels(self, flow: int) -> int:
        """The channels of a flow, counted from 0: those not output before it."""
        return self.groups - flow // self.early_every * self.early_size

    def leaves(self, flow: int) -> int:
        """The channels of the early output before a flow."""
        return self.early_size if flow and flow % self.early_every == 0 else 0
