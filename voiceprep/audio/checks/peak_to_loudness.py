"""Peaks over the loud part of the speech: low where it was clipped before it was encoded.

A lossy encoder rounds flat peaks, so that they cannot be counted; what is left is a wave that
dwells at its top. A limiter that presses it has the same effect. The crest of a steady tone is as
low: a tone, and a vowel that is nearly one, are undecided.
"""

import numpy as np

from ...quality.check import Check, Measurement, Reading, Undecided
from ..features import AudioFeatures
from ..quantiles import in_order

# The highest samples but the few that an encoder overshoots, and the loud ones.
TOP, LOUD = 0.999, 0.95
# Shorter speech may be one vowel.
LEAST_SECONDS = 0.5
# Below this ratio it may be a tone: this much of the power of most frames is in one line.
TONE_DB, TONE_SHARE, LINE_BINS = 3.0, 0.85, 2


def read_ratio(features: AudioFeatures) -> Reading | None:
    """The top of the amplitudes over those that are exceeded 5 % of the time, in dB."""
    if features.broken or not np.any(features.sound.samples):
        return None
    if features.speech is None:
        return Undecided("no speech was found in it")
    rate, samples = features.sound.rate, features.sound.samples
    spans = [samples[round(a * rate) : round(b * rate)] for a, b in features.speech.spans]
    spoken = np.abs(np.concatenate(spans))
    if len(spoken) < LEAST_SECONDS * rate:
        return Undecided(f"its speech lasts less than {LEAST_SECONDS:g} s")
    ordered = np.sort(spoken)
    loud, top = in_order(ordered, LOUD), in_order(ordered, TOP)
    ratio = 20 * float(np.log10(top / loud)) if loud else np.inf
    if ratio < TONE_DB and _is_tone(features):
        return Undecided("it is a tone, or a vowel that is nearly one")
    return Measurement(ratio, f"its peaks are {ratio:.1f} dB above the loudest 5 % of its speech")


def _is_tone(features: AudioFeatures) -> bool:
    """Whether most of the frames of its speech are a single line."""
    powers = features.powers[:, features.spoken]
    bins = np.arange(len(powers))[:, None]
    line = np.where(np.abs(bins - powers.argmax(axis=0)) <= LINE_BINS, powers, 0).sum(axis=0)
    return bool(np.median(line / np.maximum(powers.sum(axis=0), 1e-20)) > TONE_SHARE)


CHECK = Check(
    name="peak_to_loudness_db",
    reads="sound",
    measure=read_ratio,
    limit=1.5,
    unit="dB",
    usual="{limit:g} dB or more is usual",
    advice="it was clipped or limited before it was encoded; look for the original",
    worse="below",
    shared="the voice will sound pressed, as through a limiter; look for the originals",
)
