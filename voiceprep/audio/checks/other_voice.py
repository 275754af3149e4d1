"""Clips of another voice: a weak test by global features of a voice.

Pitch, its range, the syllable rate and the long-term spectrum of a clip are compared with those of
all others by the Mahalanobis distance. The clip itself is left out of the covariance so that an
outlier does not hide itself, and the covariance is shrunk to a multiple of the identity where clips
are few. It identifies no speaker: a whisper, a telephone line or a quote in a disguised voice stand
out too, and a second speaker with a similar voice, or with half of the clips, does not.
"""

from collections.abc import Mapping

import numpy as np

from ...errors import Unusable
from ...quality.check import Check, Measurement
from ..features import LEVEL_SECONDS, AudioFeatures
from .pitch_hz import FEWEST_MOMENTS

# The edges of the bands, evenly spaced on the mel scale.
EDGES_HZ = 700 * (10 ** (np.linspace(np.log10(1 + 200 / 700), np.log10(11), 17)) - 1)
# What is this far below the speech level does not belong to the voice.
RANGE_DB = 25.0
# The least power in every band, as a share of the strongest.
UNHEARD = np.float32(1e-7)
SYLLABLE_SECONDS = 0.065
# The least spread of each value: octaves, octaves, syllables a second, dB.
PITCH_LEAST, RANGE_LEAST, RATE_LEAST, BAND_LEAST = 0.04, 0.05, 0.3, 0.7
# The weight of the pitch deviation alone, and its limit as a multiple of the distance.
PITCH_COUNTS, PITCH_MOST = 0.9, 1.7
# A median distance below this (usually 12 or more) is that of copies of one recording.
LEAST_SQUARE = 1.0
# With fewer clips than this, what is usual is unknown.
FEWEST_CLIPS = 10


def keep_voice(features: AudioFeatures) -> tuple[float, ...] | None:
    """Pitch, its range, syllables a second, and 16 band levels; None for too little speech."""
    hz = features.pitch.voiced
    if (
        features.speech is None
        or len(hz) < FEWEST_MOMENTS
        or features.sound.rate / 2 < EDGES_HZ[-1]
    ):
        return None
    try:
        spectrum = _spectrum(features)
    except Unusable:
        return None
    low, middle, high = np.log2(np.percentile(hz, [20, 50, 80]))
    spoken = features.speech.spans[-1][1] - features.speech.spans[0][0]
    rate = _syllables(features) / max(spoken, 0.1)
    return (float(middle), float(high - low), rate, *spectrum.tolist())


def read_voices(kept: Mapping[str, tuple[float, ...]]) -> dict[str, Measurement]:
    """How far each clip's voice is from the median, 1 for half of the clips; {} for too few."""
    if len(kept) < FEWEST_CLIPS:
        return {}
    values = np.array(list(kept.values()))
    usual = np.median(values, axis=0)
    hz, middle = 2 ** values[:, 0], 2 ** usual[0]
    return {
        id: Measurement(
            float(score),
            f"median pitch of {own:.0f} Hz, {middle:.0f} Hz in the other clips; the voice is "
            f"{score:.1f} times as far from the others as usual",
        )
        for id, score, own in zip(kept, _scores(values - usual), hz, strict=True)
    }


def _scores(values: np.ndarray) -> np.ndarray:
    """The distance of each row from zero, or that of its pitch where it is larger."""
    least = np.full(values.shape[1], BAND_LEAST)
    least[:3] = PITCH_LEAST, RANGE_LEAST, RATE_LEAST
    scatter = 1.4826 * np.median(np.abs(values), axis=0)
    scaled = values / np.maximum(scatter, least)
    distances = _distances(scaled)
    pitch = PITCH_COUNTS * np.abs(scaled[:, 0])
    scores: np.ndarray = np.maximum(distances, np.minimum(pitch, PITCH_MOST * distances))
    return scores


def _distances(scaled: np.ndarray) -> np.ndarray:
    """The distance of each row from zero, as a multiple of the median of all."""
    count, width = scaled.shape
    own = count / (width + count)
    spread = own * scaled.T @ scaled / count + (1 - own) * np.mean(scaled**2) * np.eye(width)
    squares = np.einsum("ij,jk,ik->i", scaled, np.linalg.pinv(spread), scaled)
    # The inverse without row i, by Sherman and Morrison.
    squares = squares / np.maximum(1 - own / count * squares, 1e-3)
    distances: np.ndarray = np.sqrt(squares / max(float(np.median(squares)), LEAST_SQUARE))
    return distances


def _spectrum(features: AudioFeatures) -> np.ndarray:
    """The mean level of each band in loud frames, in dB relative to the mean of all bands."""
    first = np.searchsorted(np.arange(len(features.powers)) * features.bin_hz, EDGES_HZ)
    powers = np.add.reduceat(features.powers[: first[-1]], first[:-1], axis=0)
    levels = 10 * np.log10(powers + UNHEARD * powers.max() + np.float32(1e-20))
    loudness = levels.mean(axis=0)
    means = levels[:, loudness >= np.percentile(loudness, 95) - RANGE_DB].mean(axis=1)
    relative: np.ndarray = means - means.mean()
    return relative


def _syllables(features: AudioFeatures) -> int:
    """The number of peaks of the smoothed level, one for each syllable."""
    width = round(SYLLABLE_SECONDS / LEVEL_SECONDS)
    kernel = np.hanning(width + 2)[1:-1] / np.hanning(width + 2).sum()
    raised = np.maximum(features.levels_db, features.voice_db - RANGE_DB - 5)
    soft = np.convolve(raised, kernel, "same")
    middle = soft[1:-1]
    tops = (middle > soft[:-2]) & (middle >= soft[2:]) & (middle > features.voice_db - RANGE_DB)
    return int(np.count_nonzero(tops))


CHECK = Check(
    name="other_voice",
    reads="set",
    measure=read_voices,
    keep=keep_voice,
    limit=2.3,
    unit="times the usual distance",
    advice="a weak sign of another speaker; listen to it",
)
