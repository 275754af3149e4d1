"""Steady noise: white as of an amplifier, or pink as of a room."""

import numpy as np

from ...quality.fault import Fault
from ..features import AudioFeatures
from ..levels import speech_db
from ..sound import Sound

SIZES = (35.0, 25.0, 15.0)
FOUND_BY = ("snr_db", "wada_snr_db")
# Pink noise is flat below this frequency, which is inaudible.
LOWEST_HZ = 20.0


def inject_white(sound: Sound, size: float, random: np.random.Generator) -> Sound:
    """With white noise `size` dB below the speech."""
    return _add_noise(sound, size, random.standard_normal(len(sound.samples)))


def inject_pink(sound: Sound, size: float, random: np.random.Generator) -> Sound:
    """With pink noise `size` dB below the speech."""
    length = len(sound.samples)
    spectrum = np.fft.rfft(random.standard_normal(length))
    hz = np.fft.rfftfreq(length, 1 / sound.rate)
    return _add_noise(
        sound, size, np.fft.irfft(spectrum / np.sqrt(np.maximum(hz, LOWEST_HZ)), length)
    )


def _add_noise(sound: Sound, size: float, noise: np.ndarray) -> Sound:
    """The sound with noise `size` dB below its speech, or below its mean where none is found."""
    level = speech_db(AudioFeatures(sound))
    if level is None:
        level = 10 * float(np.log10(np.mean(np.square(sound.samples)) + 1e-20))
    noise *= 10 ** ((level - size) / 20) / np.sqrt(np.mean(np.square(noise)))
    return Sound(np.clip(sound.samples + noise, -1, 1).astype(np.float32), sound.rate)


WHITE = Fault("white_hiss", inject_white, SIZES, "dB under the speech", FOUND_BY)
PINK = Fault("pink_hiss", inject_pink, SIZES, "dB under the speech", FOUND_BY)
