"""What a model is given and gives back: padded tensors with their lengths.

Shapes: B clips, N symbols, M mel channels, T frames, S decoder steps of r frames each; of crops
L samples and F frames.
"""

from dataclasses import dataclass, fields

import torch
from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """Clips side by side, padded to the longest.

    text: (B, N) int64, padded with 0; mel: (B, M, T), padded with the mel's log floor, T a
    multiple of r; the lengths, (B,) int64, count symbols and frames of speech.
    """

    ids: tuple[str, ...]
    text: Tensor
    text_lengths: Tensor
    mel: Tensor
    mel_lengths: Tensor

    def to(self, device: torch.device | str) -> "Batch":
        """The batch on another device."""
        values = [getattr(self, entry.name) for entry in fields(self)[1:]]
        return Batch(self.ids, *(value.to(device, non_blocking=True) for value in values))


@dataclass(frozen=True)
class Crops:
    """Equally long pieces of clips with their mels: audio (B, L), mel (B, M, F), float32."""

    ids: tuple[str, ...]
    audio: Tensor
    mel: Tensor

    def to(self, device: torch.device | str) -> "Crops":
        """The crops on another device."""
        audio, mel = (part.to(device, non_blocking=True) for part in (self.audio, self.mel))
        return Crops(self.ids, audio, mel)


@dataclass(frozen=True)
class Prediction:
    """What a teacher-forced pass says.

    mel (by the decoder alone) and mel_postnet: (B, M, T); gate_logits: (B, S);
    alignments: (B, S, N), each step's attention over the symbols.
    """

    mel: Tensor
    mel_postnet: Tensor
    gate_logits: Tensor
    alignments: Tensor


def valid_mask(lengths: Tensor, size: int) -> Tensor:
    """True where a place counts: (B, size) of lengths (B,)."""
    return torch.arange(size, device=lengths.device) < lengths[:, None]
