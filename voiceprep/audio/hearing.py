"""One sound, and what several checks need to know of it, computed once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..errors import Unusable
from .loudness import Loudness, measure_loudness
from .pitch import Pitch, find_pitch
from .silence import Speech, find_speech
from .sound import Sound
from .stft import StftConfig, magnitudes

# Levels are told so often; below this they are told as this.
LEVEL_SECONDS, LOWEST_DB = 0.005, -120.0


@dataclass(frozen=True)
class Hearing:
    """A sound as the checks of `audio/checks/` read it; its parts are computed when asked for.

    `offset` is what reading it took off every sample; `used_hz` how far up a voice is to use it.
    """

    sound: Sound
    offset: float = 0.0
    used_hz: float = np.inf

    @cached_property
    def broken(self) -> bool:
        """Whether it holds no samples, or some that are no numbers."""
        return not len(self.sound.samples) or not bool(np.all(np.isfinite(self.sound.samples)))

    @cached_property
    def speech(self) -> Speech | None:
        """Where it speaks; None where no speech is found in it."""
        if self.broken:
            return None
        try:
            return find_speech(self.sound)
        except Unusable:
            return None

    @cached_property
    def loudness(self) -> Loudness:
        """Its integrated loudness and its true peak."""
        return measure_loudness(self.sound)

    @cached_property
    def stft(self) -> StftConfig:
        """Frames of about 46 ms, a quarter of it apart, at the sound's own rate."""
        length = 2 ** max(round(np.log2(self.sound.rate * 0.0464)), 6)
        return StftConfig(self.sound.rate, length, length // 4, length)

    @cached_property
    def powers(self) -> np.ndarray:
        """The power spectrum, float32 (bins, frames), frames centred `hop_seconds` apart.

        Raises Unusable for a sound shorter than half a frame.
        """
        return np.square(magnitudes(self.sound.samples, self.stft))

    @property
    def hop_seconds(self) -> float:
        """From one frame of `powers` to the next."""
        return self.stft.hop_length / self.sound.rate

    @cached_property
    def spoken(self) -> np.ndarray:
        """Which frames of `powers` are centred in speech, bool (frames,)."""
        times = np.arange(self.powers.shape[1]) * self.hop_seconds
        spans = self.speech.spans if self.speech else ()
        inside = [(start <= times) & (times <= end) for start, end in spans]
        return np.any(inside, axis=0) if inside else np.zeros(len(times), bool)

    @property
    def bin_hz(self) -> float:
        """From one bin of `powers` to the next."""
        return self.sound.rate / self.stft.fft_length

    @cached_property
    def levels_db(self) -> np.ndarray:
        """The level of every `LEVEL_SECONDS` in dBFS, the last part of one left out."""
        size = max(round(LEVEL_SECONDS * self.sound.rate), 1)
        whole = self.sound.samples[: len(self.sound.samples) // size * size].reshape(-1, size)
        power = np.einsum("ij,ij->i", whole, whole) / size
        return 10 * np.log10(power + 10 ** (LOWEST_DB / 10))

    @cached_property
    def voice_db(self) -> float:
        """The level of its loud moments in dBFS, `LOWEST_DB` where it holds nothing."""
        return float(np.percentile(self.levels_db, 95)) if len(self.levels_db) else LOWEST_DB

    @cached_property
    def pitch(self) -> Pitch:
        """The pitch of the voice, moment by moment."""
        return find_pitch(self.sound)
