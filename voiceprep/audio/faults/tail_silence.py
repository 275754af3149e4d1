"""Room tone after the last word, as of a recorder that was stopped late."""

import numpy as np

from ...quality.fault import Fault
from ..features import AudioFeatures
from ..sound import Sound
from ..trim import room_tone

FADE_SECONDS = 0.01


def add_tail(sound: Sound, seconds: float, random: np.random.Generator) -> Sound:
    """The sound with `seconds` of its own room tone after it, zeros where it has no pause."""
    speech = AudioFeatures(sound).speech
    fade = min(round(FADE_SECONDS * sound.rate), len(sound.samples))
    count = round(seconds * sound.rate) + fade
    tone = room_tone(sound, speech, count) if speech else np.zeros(count, np.float32)
    tone = np.roll(tone, int(random.integers(count)))
    ramp = np.linspace(0, 1, fade, dtype=np.float32)
    start, end = np.split(sound.samples, [len(sound.samples) - fade])
    joined = end * np.sqrt(1 - ramp**2) + tone[:fade] * ramp
    return Sound(np.concatenate((start, joined, tone[fade:])).astype(np.float32), sound.rate)


FAULT = Fault(
    name="tail_silence",
    inject=add_tail,
    sizes=(0.3, 0.8, 2.0),
    unit="s",
    found_by=("tail_seconds",),
)
