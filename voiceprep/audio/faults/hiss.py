"""Steady noise: white as of an amplifier, or pink as of a room."""

import numpy as np

from ...fault import Fault
from ..hearing import Hearing
from ..levels import speech_db
from ..sound import Sound

SIZES = (35.0, 25.0, 15.0)
FOUND_BY = ("snr_db", "wada_snr_db")
# Pink noise keeps its level under this frequency: there it would be no sound any more.
LOWEST_HZ = 20.0


def inject_white(sound: Sound, size: float, random: np.random.Generator) -> Sound:
    """With white noise `size` dB under the speech."""
    return _under(sound, size, random.standard_normal(len(sound.samples)))


def inject_pink(sound: Sound, size: float, random: np.random.Generator) -> Sound:
    """With noise of the same power in every octave, `size` dB under the speech."""
    length = len(sound.samples)
    spectrum = np.fft.rfft(random.standard_normal(length))
    hz = np.fft.rfftfreq(length, 1 / sound.rate)
    return _under(sound, size, np.fft.irfft(spectrum / np.sqrt(np.maximum(hz, LOWEST_HZ)), length))


def _under(sound: Sound, size: float, noise: np.ndarray) -> Sound:
    """The sound with noise at its level; under the whole of it where no speech is found."""
    level = speech_db(Hearing(sound))
    if level is None:
        level = 10 * float(np.log10(np.mean(np.square(sound.samples)) + 1e-20))
    noise *= 10 ** ((level - size) / 20) / np.sqrt(np.mean(np.square(noise)))
    return Sound(np.clip(sound.samples + noise, -1, 1).astype(np.float32), sound.rate)


WHITE = Fault("white_hiss", inject_white, SIZES, "dB under the speech", FOUND_BY)
PINK = Fault("pink_hiss", inject_pink, SIZES, "dB under the speech", FOUND_BY)
