"""The network: every frame becomes its samples by one matrix."""

from dataclasses import dataclass

from torch import Tensor, nn

from ...config import setting


@dataclass(frozen=True)
class ToyVocoderConfig:
    """The sizes of the toy."""

    mel_channels: int = setting(80, "channels of the mel")
    hop_length: int = setting(256, "samples of a frame")


class ToyVocoder(nn.Module):
    """A mel to samples."""

    def __init__(self, config: ToyVocoderConfig):
        super().__init__()
        self.config = config
        self.output = nn.Linear(config.mel_channels, config.hop_length)

    def forward(self, mel: Tensor) -> Tensor:
        """(B, M, F) to (B, F · hop)."""
        return self.output(mel.transpose(1, 2)).flatten(1).tanh()
