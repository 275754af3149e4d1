"""The network: every frame attends to the symbols by its place in the text."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ...config import setting


@dataclass(frozen=True)
class ToyConfig:
    """The sizes of the toy."""

    symbols: int = setting(148, "symbols of the embedding")
    mel_channels: int = setting(80, "channels of the mel")
    width: int = setting(8, "size of a symbol's embedding", "--toy-width")


class Toy(nn.Module):
    """Symbols to as many frames as are asked for."""

    def __init__(self, config: ToyConfig):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.symbols, config.width)
        self.output = nn.Linear(config.width, config.mel_channels)

    def forward(self, text: Tensor, frames: int) -> tuple[Tensor, Tensor]:
        """(B, N) to the mel (B, M, T) and the attention (B, T, N)."""
        symbols = text.shape[1]
        along = torch.linspace(0, symbols - 1, frames)[:, None]
        away = (along - torch.arange(symbols)).square()
        attention = torch.softmax(-away, 1).expand(len(text), -1, -1)
        return self.output(attention @ self.embedding(text)).transpose(1, 2), attention
