"""The toy as a vocoder."""

import numpy as np
import torch

from ...audio.mel import MelConfig
from ..settings import VocoderConfig
from ..tensors import speaking
from .network import ToyVocoder


def make_vocoder(
    model: ToyVocoder, mel: MelConfig, config: VocoderConfig, precision: str
) -> "Vocoder":
    """The vocoder of a model."""
    del config, precision
    return Vocoder(model, mel)


class Vocoder:
    """See speech.vocoder.Vocoder."""

    name = "toyvocoder"
    notes: tuple[str, ...] = ()

    def __init__(self, model: ToyVocoder, mel: MelConfig):
        self.model, self.mel = model, mel

    def __call__(self, mel: np.ndarray, seed: int) -> np.ndarray:
        """See speech.vocoder.Vocoder."""
        del seed
        with speaking(self.model):
            sound: np.ndarray = self.model(torch.tensor(np.array(mel))[None])[0].numpy()
        return sound
