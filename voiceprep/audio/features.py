"""The features of a sound that several checks use, computed once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..errors import Unusable
from .loudness import Loudness, measure_loudness
from .pitch import Pitch, find_pitch
from .quantiles import quantile
from .silence import SpeechActivity, find_speech
from .sound import Sound
from .stft import StftConfig, hann_window, magnitudes
from .weighting import a_weights

# The interval of levels, and the lowest level.
LEVEL_SECONDS, LOWEST_DB = 0.005, -120.0


@dataclass(frozen=True)
class AudioFeatures:
    """A sound with features for the checks of `audio/checks/`, computed when they are used.

    `offset` was subtracted from the samples on reading, which were `turned_down` if they were
    beyond full scale; `used_hz` is the bandwidth that is used.
    """

    sound: Sound
    offset: float = 0.0
    used_hz: float = np.inf
    turned_down: bool = False

    @cached_property
    def broken(self) -> bool:
        """Whether it has no samples, or some that are not finite."""
        return not len(self.sound.samples) or not bool(np.all(np.isfinite(self.sound.samples)))

    @cached_property
    def speech(self) -> SpeechActivity | None:
        """The speech activity; None where no speech is found."""
        if self.broken:
            return None
        try:
            return find_speech(self.sound)
        except Unusable:
            return None

    @cached_property
    def loudness(self) -> Loudness:
        """The integrated loudness and the true peak."""
        return measure_loudness(self.sound)

    @cached_property
    def stft(self) -> StftConfig:
        """Frames of about 46 ms with a hop of a quarter, at the sound's own rate."""
        length = 2 ** max(round(np.log2(self.sound.rate * 0.0464)), 6)
        return StftConfig(self.sound.rate, length, length // 4, length)

    @cached_property
    def powers(self) -> np.ndarray:
        """The power spectrum, float32 (bins, frames), frames centred `hop_seconds` apart.

        Raises Unusable for a sound shorter than half a frame.
        """
        powers: np.ndarray = np.square(magnitudes(self.sound.samples, self.stft))
        return powers

    @cached_property
    def weighted_powers(self) -> np.ndarray:
        """The A-weighted power of every frame of `powers`, relative to full scale: (frames,)."""
        hz = np.arange(len(self.powers)) * self.bin_hz
        energy = self.stft.fft_length * np.sum(np.square(hann_window(self.stft)))
        weighted: np.ndarray = (2 * a_weights(hz) / energy).astype(np.float32) @ self.powers
        return weighted

    @property
    def hop_seconds(self) -> float:
        """The distance of two frames of `powers`."""
        return self.stft.hop_length / self.sound.rate

    @cached_property
    def spoken(self) -> np.ndarray:
        """Which frames of `powers` are centred in speech, bool (frames,)."""
        times = np.arange(self.powers.shape[1]) * self.hop_seconds
        spoken = np.zeros(len(times), bool)
        for start, end in self.speech.spans if self.speech else ():
            spoken[(start <= times) & (times <= end)] = True
        return spoken

    @property
    def bin_hz(self) -> float:
        """The distance of two bins of `powers`."""
        return self.sound.rate / self.stft.fft_length

    @cached_property
    def levels_db(self) -> np.ndarray:
        """The level of every `LEVEL_SECONDS` in dBFS, without an incomplete last one."""
        size = max(round(LEVEL_SECONDS * self.sound.rate), 1)
        whole = self.sound.samples[: len(self.sound.samples) // size * size].reshape(-1, size)
        power = np.einsum("ij,ij->i", whole, whole) / size
        levels: np.ndarray = 10 * np.log10(power + 10 ** (LOWEST_DB / 10))
        return levels

    @cached_property
    def voice_db(self) -> float:
        """The speech level: the 95th percentile in dBFS, `LOWEST_DB` for an empty sound."""
        return float(quantile(self.levels_db, 0.95)) if len(self.levels_db) else LOWEST_DB

    @cached_property
    def pitch(self) -> Pitch:
        """The pitch of the voice, frame by frame."""
        return find_pitch(self.sound)
