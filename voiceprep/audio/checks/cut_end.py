"""A last word that is cut off: the sound ends while it is still loud.

A voice takes tens of milliseconds to decay into room tone, and a few to begin. Where it is trimmed
close to its first sample nothing is lost: there only what is loud at the very edge is cut off.
Digital silence around the sound is no room tone, and is passed over. What is soft at the edge may
be the whole of a soft sound, or the rest of one that is cut off. Where a clip holds digital
silence, as of a synthetic voice, a wave that is at rest at the very edge may be whole.
"""

from functools import lru_cache

import numpy as np

from ...quality.check import Check, Measurement, Reading, Undecided
from ..features import LEVEL_SECONDS, LOWEST_DB, AudioFeatures
from ..sound import Sound

# A sound ends loud where it is so within the last of this time: no voice decays in less.
EDGE_SECONDS = 0.01
# It begins loud where it is so within these times too, by these dB less: a burst sets in within a
# few milliseconds, and so short a time may lie between two pulses of the voice.
ONSETS = ((0.002, 6.0), (0.001, 12.0))
SHORTEST_SECONDS = 0.1
# Hum, rumble and the steps of an offset lie below; so much of the sound is filtered.
LOWEST_HZ, FILTERED_SECONDS = 120.0, 0.05
LIMIT = -18.0
# What is no louder than that over the pauses is noise, or may be.
NOISE_DB, SOFT_OVER_NOISE_DB = 6.0, 12.0
# What is softer than that is hardly missed where it is cut off.
SOFT_DB = -30.0
# A wave whose first sample is no more than this share of its first stretch is at rest. One value of
# this length is digital silence.
AT_REST, SILENCE_SECONDS = 0.2, 0.05
# What is so soft again after this time was a click, and no sound of a voice.
CLICK_SECONDS, AFTER_CLICK_DB = 0.015, -25.0
# A tone has this share of its power within so many Hz of its peak.
TONE_SHARE, TONE_HZ = 0.99, 40.0


def read_end(features: AudioFeatures) -> Reading | None:
    """The level at the end, in dB relative to the speech level of the sound."""
    return read_edge(features, at_end=True)


def read_edge(features: AudioFeatures, at_end: bool) -> Reading | None:
    """The same at either end; None for a short sound, or without speech."""
    sound = features.sound
    if features.speech is None or sound.seconds < SHORTEST_SECONDS:
        return None
    samples = sound.samples[::-1] if at_end else sound.samples
    still = int(np.argmax(samples != samples[0]))
    first = still if still > 1 else 0
    edge = _high_passed(samples[first : first + round(FILTERED_SECONDS * sound.rate)], sound.rate)
    where = "ends" if at_end else "begins"
    loudest = _level(edge, sound.rate, EDGE_SECONDS) - features.voice_db
    onsets = () if at_end else ONSETS
    shorter = [_level(edge, sound.rate, time) + less - features.voice_db for time, less in onsets]
    value = min([loudest, *shorter])
    noise = features.speech.floor_db - features.voice_db
    if value > LIMIT and loudest <= noise + NOISE_DB:
        return Undecided(f"it {where} in noise that is nearly as loud as its speech")
    if value > LIMIT and _is_tone(edge, sound.rate):
        return Undecided(f"it {where} with a tone, or a sound as pure as one")
    if value > LIMIT and _is_click(edge, sound.rate, features.voice_db):
        return Undecided(f"it {where} with a click, and not with a sound")
    if value > LIMIT and _is_at_rest(samples[first:], sound.rate) and _has_silence(sound):
        return Undecided(f"it {where} at rest, as synthetic voices do that are not cut off")
    if SOFT_DB < value <= LIMIT and loudest <= LIMIT and loudest > noise + SOFT_OVER_NOISE_DB:
        level = f"{value:+.0f} dB relative to its speech level"
        return Undecided(f"it {where} at {level}, as a soft sound that is cut off may do")
    start, end = first / sound.rate, first / sound.rate + EDGE_SECONDS
    span = (sound.seconds - end, sound.seconds - start) if at_end else (start, end)
    return Measurement(
        value, f"it {where} at {value:+.0f} dB relative to its speech level", (span,)
    )


def _high_passed(samples: np.ndarray, rate: int) -> np.ndarray:
    """The samples without what is low, as if the first had been there all the time before."""
    from scipy.signal import sosfilt

    sections, start = _high_pass(rate)
    passed: np.ndarray = sosfilt(sections, samples, zi=start * samples[0])[0]
    return passed


@lru_cache
def _high_pass(rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Its second-order sections, and their state after a long constant of 1."""
    from scipy.signal import butter, sosfilt_zi

    sections = butter(2, LOWEST_HZ, "high", fs=rate, output="sos")
    return sections, sosfilt_zi(sections)


def _level(edge: np.ndarray, rate: int, seconds: float) -> float:
    """The level of its loudest 5 ms within a time, in dBFS."""
    size, stretch = round(LEVEL_SECONDS * rate), edge[: round(seconds * rate)]
    return max(_db(piece) for piece in np.split(stretch, range(size, len(stretch), size)))


def _db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(samples)) + 10 ** (LOWEST_DB / 10)))


def _is_tone(edge: np.ndarray, rate: int) -> bool:
    powers = np.abs(np.fft.rfft(edge * np.hanning(len(edge)))) ** 2
    reach = int(np.ceil(TONE_HZ * len(edge) / rate))
    peak = int(powers.argmax())
    return bool(powers[max(peak - reach, 0) : peak + reach + 1].sum() > TONE_SHARE * powers.sum())


def _is_click(edge: np.ndarray, rate: int, voice_db: float) -> bool:
    after = edge[round(CLICK_SECONDS * rate) :]
    return len(after) > 0 and _db(after) - voice_db < AFTER_CLICK_DB


def _is_at_rest(samples: np.ndarray, rate: int) -> bool:
    return bool(abs(samples[0]) < AT_REST * np.std(samples[: round(EDGE_SECONDS * rate)]))


def _has_silence(sound: Sound) -> bool:
    changes = np.flatnonzero(np.diff(sound.samples, prepend=np.nan, append=np.nan))
    return bool(np.diff(changes).max() > SILENCE_SECONDS * sound.rate)


CHECK = Check(
    name="cut_end",
    reads="sound",
    measure=read_end,
    limit=LIMIT,
    unit="dB from the voice",
    usual="{limit:g} dB or lower is usual",
    advice="the last sound is cut off; cut the clip again with some silence after it",
    weight="error",
)
