"""Another voice among the clips: a weak test, by what a voice is like on the whole.

Pitch, its range, the rate of syllables and the long-term spectrum of a clip are held against
those of all others: the Mahalanobis distance, with the clip itself left out of the covariance so
that it cannot excuse itself, and the covariance drawn to a multiple of the identity where clips
are few. It knows nothing of persons: a whisper, a telephone line or a quote in a put-on voice
stand out too, and a second speaker of like voice, or one of half of the clips, does not.
"""

from collections.abc import Mapping

import numpy as np

from ...check import Check, Reading
from ...errors import Unusable
from ..hearing import LEVEL_SECONDS, Hearing
from .pitch_hz import FEWEST_MOMENTS

# The edges of the bands, evenly spaced on the mel scale.
EDGES_HZ = 700 * (10 ** (np.linspace(np.log10(1 + 200 / 700), np.log10(11), 17)) - 1)
# What is so far below the loud moments is not of the voice.
RANGE_DB = 25.0
# What is taken to be in every band, as a share of the strongest.
UNHEARD = np.float32(1e-7)
SYLLABLE_SECONDS = 0.065
# The least scatter that each value is taken to have: octaves, octaves, syllables a second, dB.
PITCH_LEAST, RANGE_LEAST, RATE_LEAST, BAND_LEAST = 0.04, 0.05, 0.3, 0.7
# What a deviation of the pitch counts by itself, and to what multiple of the distance at the most.
PITCH_COUNTS, PITCH_MOST = 0.9, 1.7
# A usual distance of less than this, 12 and more elsewhere, is that of copies of one recording.
LEAST_SQUARE = 1.0
# With fewer clips than this there is no telling what is usual.
FEWEST_CLIPS = 10


def keep_voice(hearing: Hearing) -> tuple[float, ...] | None:
    """Pitch, its range, syllables a second, and 16 band levels; None where it hardly speaks."""
    hz = hearing.pitch.voiced
    if hearing.speech is None or len(hz) < FEWEST_MOMENTS or hearing.sound.rate / 2 < EDGES_HZ[-1]:
        return None
    try:
        spectrum = _spectrum(hearing)
    except Unusable:
        return None
    low, middle, high = np.log2(np.percentile(hz, [20, 50, 80]))
    spoken = hearing.speech.spans[-1][1] - hearing.speech.spans[0][0]
    rate = _syllables(hearing) / max(spoken, 0.1)
    return (float(middle), float(high - low), rate, *spectrum.tolist())


def read_voices(kept: Mapping[str, tuple[float, ...]]) -> dict[str, Reading]:
    """How far each clip's voice is from that of all, 1 for half of the clips; {} for too few."""
    if len(kept) < FEWEST_CLIPS:
        return {}
    values = np.array(list(kept.values()))
    usual = np.median(values, axis=0)
    hz, middle = 2 ** values[:, 0], 2 ** usual[0]
    return {
        id: Reading(float(score), f"{own:.0f} Hz where {middle:.0f} Hz is usual, {score:.1f} away")
        for id, score, own in zip(kept, _scores(values - usual), hz, strict=True)
    }


def _scores(values: np.ndarray) -> np.ndarray:
    """How far each row is from zero on the whole, or its pitch where that is further."""
    least = np.full(values.shape[1], BAND_LEAST)
    least[:3] = PITCH_LEAST, RANGE_LEAST, RATE_LEAST
    scatter = 1.4826 * np.median(np.abs(values), axis=0)
    scaled = values / np.maximum(scatter, least)
    distances = _distances(scaled)
    pitch = PITCH_COUNTS * np.abs(scaled[:, 0])
    return np.maximum(distances, np.minimum(pitch, PITCH_MOST * distances))


def _distances(scaled: np.ndarray) -> np.ndarray:
    """The distance of each row from zero, as a multiple of the median of all."""
    count, width = scaled.shape
    own = count / (width + count)
    spread = own * scaled.T @ scaled / count + (1 - own) * np.mean(scaled**2) * np.eye(width)
    squares = np.einsum("ij,jk,ik->i", scaled, np.linalg.pinv(spread), scaled)
    # The inverse without row i, by Sherman and Morrison.
    squares = squares / np.maximum(1 - own / count * squares, 1e-3)
    return np.sqrt(squares / max(float(np.median(squares)), LEAST_SQUARE))


def _spectrum(hearing: Hearing) -> np.ndarray:
    """The mean level of each band where it is loud, in dB from the mean of all."""
    first = np.searchsorted(np.arange(len(hearing.powers)) * hearing.bin_hz, EDGES_HZ)
    powers = np.add.reduceat(hearing.powers[: first[-1]], first[:-1], axis=0)
    levels = 10 * np.log10(powers + UNHEARD * powers.max() + np.float32(1e-20))
    loudness = levels.mean(axis=0)
    means = levels[:, loudness >= np.percentile(loudness, 95) - RANGE_DB].mean(axis=1)
    return means - means.mean()


def _syllables(hearing: Hearing) -> int:
    """The swells of the level, of which a syllable makes one."""
    width = round(SYLLABLE_SECONDS / LEVEL_SECONDS)
    bell = np.hanning(width + 2)[1:-1] / np.hanning(width + 2).sum()
    raised = np.maximum(hearing.levels_db, hearing.voice_db - RANGE_DB - 5)
    soft = np.convolve(raised, bell, "same")
    middle = soft[1:-1]
    tops = (middle > soft[:-2]) & (middle >= soft[2:]) & (middle > hearing.voice_db - RANGE_DB)
    return int(np.count_nonzero(tops))


CHECK = Check(
    name="other_voice",
    reads="set",
    measure=read_voices,
    keep=keep_voice,
    limit=2.3,
    unit="times the usual distance",
    advice="a weak sign of another speaker: listen to it",
)
