"""Another speaker: the same words with another pitch and other formants."""

import numpy as np
import soxr

from ...quality.fault import Fault
from ..sound import Sound

# The length of overlapping windows, and how far each may be moved to fit the previous one.
WINDOW_SECONDS, SEARCH_SECONDS = 0.04, 0.012


def change_voice(sound: Sound, semitones: float, random: np.random.Generator) -> Sound:
    """The sound with pitch and formants shifted up or down by `semitones`, of the same length.

    Resampling shifts both, and time stretching by overlapping windows (WSOLA, Verhelst and
    Roelands, 1993) restores the length.
    """
    ratio = 2 ** (float(random.choice((-1, 1))) * semitones / 12)
    if len(sound.samples) < 4 * WINDOW_SECONDS * sound.rate:
        return sound
    moved = soxr.resample(sound.samples, sound.rate * ratio, sound.rate)
    samples = _stretched(moved, len(sound.samples), sound.rate)
    return Sound(np.clip(samples, -1, 1), sound.rate)


def _stretched(samples: np.ndarray, count: int, rate: int) -> np.ndarray:
    """The samples time-stretched to `count`, float32."""
    window, search = 2 * round(WINDOW_SECONDS * rate / 2), round(SEARCH_SECONDS * rate)
    hop, shape = window // 2, np.hanning(window + 1)[:-1].astype(np.float32)
    padded = np.pad(samples, (search + hop, window + 2 * search))
    made = np.zeros(count + 2 * window, np.float32)
    place = search
    for start in range(0, count + hop, hop):
        aim = search + min(round(start * len(samples) / count), len(samples) - 1)
        if start:
            follows = padded[place + hop : place + hop + window]
            around = padded[aim - search : aim + search + window]
            place = aim - search + int(np.correlate(around, follows, "valid").argmax())
        made[start : start + window] += shape * padded[place : place + window]
    return made[hop : hop + count]


FAULT = Fault(
    name="second_voice",
    inject=change_voice,
    sizes=(2.0, 4.0, 7.0),
    unit="semitones",
    found_by=("other_voice",),
)
