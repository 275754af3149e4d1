"""Griffin-Lim as a vocoder, which needs no training."""

import numpy as np

from ...audio.griffin_lim import griffin_lim, mel_to_magnitudes
from ...audio.mel import MelConfig
from ..settings import VocoderConfig


class GriffinLim:
    """Estimates the phases from the magnitudes: fast, and somewhat hollow."""

    name = "griffin-lim"
    notes: tuple[str, ...] = ()

    def __init__(self, mel: MelConfig, config: VocoderConfig = VocoderConfig()):
        self.mel, self.iterations = mel, config.iterations

    def __call__(self, mel: np.ndarray, seed: int) -> np.ndarray:
        """See Vocoder."""
        if not mel.shape[1]:
            return np.zeros(0, np.float32)
        # Frames are centred, so without padding half of the last one would be cut off.
        padded = np.pad(mel, ((0, 0), (0, 1)), mode="edge")
        magnitudes = mel_to_magnitudes(padded, self.mel)
        return griffin_lim(magnitudes, self.mel, self.iterations, seed=seed)
