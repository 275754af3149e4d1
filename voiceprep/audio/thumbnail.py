"""Thumbnails of a sound: its waveform and its mel spectrogram in a few thousand numbers."""

import numpy as np

from .features import AudioFeatures
from .mel import MelConfig, mel_filters

COLUMNS, FRAMES, BANDS = 480, 320, 40


def draw_waveform(samples: np.ndarray, columns: int = COLUMNS) -> np.ndarray:
    """The least and the largest sample of every column, float32 (columns or fewer, 2)."""
    columns = min(columns, len(samples))
    if not columns:
        return np.zeros((0, 2), np.float32)
    first = np.arange(columns) * len(samples) // columns
    least = np.minimum.reduceat(samples, first)
    return np.stack([least, np.maximum.reduceat(samples, first)], axis=1).astype(np.float32)


def draw_mel(features: AudioFeatures) -> np.ndarray:
    """The natural logarithm of the mel spectrogram, float32 (bands, frames or fewer).

    Raises Unusable for a sound too short for a spectrum.
    """
    powers, stft = features.powers, features.stft
    count = min(FRAMES, powers.shape[1])
    first = np.arange(count) * powers.shape[1] // count
    means = np.add.reduceat(powers, first, axis=1) / np.diff([*first, powers.shape[1]])
    config = MelConfig(
        rate=stft.rate,
        fft_length=stft.fft_length,
        win_length=stft.win_length,
        hop_length=stft.hop_length,
        mel_channels=BANDS,
        fmax_hz=min(stft.rate / 2, 11025.0),
    )
    return np.log(np.sqrt(mel_filters(config) @ means) + 1e-8).astype(np.float32)
