"""Clips of another voice: a weak test by global features of a voice.

Pitch, its range, the syllable rate and the long-term spectrum of a clip are compared with those of
all others by the Mahalanobis distance. The clip itself is left out of the covariance so that an
outlier does not hide itself, clips far off count less in it so that several do not hide each other,
and it is shrunk to a multiple of the identity where clips are few. A short clip differs from the
others by the sounds that it happens to hold: its distance is measured by the spread that is
expected at its length.

It identifies no speaker: a whisper, a telephone line or a quote in a disguised voice stand out too,
and a second speaker with a similar voice, or with half of the clips, does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import Unusable
from ...quality.check import Check, Measurement, Undecided
from ..features import LEVEL_SECONDS, AudioFeatures
from ..pitch import HOP_SECONDS
from .bandwidth_hz import KEPT

# The edges of the bands, evenly spaced on the mel scale.
EDGES_HZ = 700 * (10 ** (np.linspace(np.log10(1 + 200 / 700), np.log10(11), 17)) - 1)
# What is this far below the speech level does not belong to the voice.
RANGE_DB = 25.0
# The least power in every band, as a share of the strongest.
UNHEARD = np.float32(1e-7)
SYLLABLE_SECONDS = 0.065
# The least spread of each value: octaves, octaves, syllables a second, dB. The pitch of one voice
# varies by two semitones from clip to clip.
PITCH_LEAST, RANGE_LEAST, RATE_LEAST, BAND_LEAST = 2 / 12, 0.05, 0.3, 1.0
# The variance of the first three in one second of voiced speech.
SECOND_VARIANCES = (0.01, 0.02, 1.0)
# With less voiced speech, a clip tells its sounds and not its voice.
LEAST_SECONDS = 1.4
# The pitch of a voice varies by more, that of a beep or a ring does not.
TONE_OCTAVES = 0.01
# The length of pieces of speech that differ in their sounds, about a syllable.
PIECE_SECONDS = 0.2
# The weight of the pitch deviation alone, and its limit as a multiple of the distance.
PITCH_COUNTS, PITCH_MOST = 0.9, 1.7
# What the distance of a clip of the usual pitch counts.
SAME_PITCH = 0.6
# A median distance below this (usually 12 or more) is that of copies of one recording.
LEAST_SQUARE = 1.0
# The covariance is estimated in so many rounds, in which clips further off than half of all count
# less.
ROUNDS = 3
# With fewer clips than this, what is usual is unknown.
FEWEST_CLIPS = 10


def keep_voice(features: AudioFeatures) -> tuple[float, ...] | Undecided | None:
    """What is compared of a voice: see `_Voices`; None where there is no speech."""
    hz = features.pitch.voiced
    if features.speech is None or not len(hz):
        return None
    seconds = len(hz) * HOP_SECONDS
    if seconds < LEAST_SECONDS:
        return Undecided(
            f"less than {LEAST_SECONDS:g} s of it is voiced, too little to know a voice by"
        )
    low, middle, high = np.log2(np.percentile(hz, [20, 50, 80]))
    if high - low < TONE_OCTAVES:
        return Undecided("its pitch is that of a tone and no voice")
    try:
        bands, spreads = _spectrum(features)
    except Unusable:
        return None
    spoken = features.speech.spans[-1][1] - features.speech.spans[0][0]
    rate = _syllables(features) / max(spoken, 0.1)
    values = (seconds, float(middle), float(high - low), rate)
    return (*values, *bands.tolist(), *spreads.tolist())


def read_voices(kept: Mapping[str, tuple[float, ...]]) -> dict[str, Measurement]:
    """How far each clip's voice is from the median, 1 for half of the clips; {} for too few."""
    if len(kept) < FEWEST_CLIPS:
        return {}
    voices = _Voices.of(list(kept.values()))
    usual = np.median(voices.values, axis=0)
    hz, middle = 2 ** voices.values[:, 0], 2 ** usual[0]
    scores = _scores(voices.values - usual, voices)
    return {
        id: Measurement(
            float(score),
            f"median pitch of {own:.0f} Hz, {middle:.0f} Hz in the other clips; the voice is "
            f"{score:.1f} times as far from the others as usual",
        )
        for id, score, own in zip(kept, scores, hz, strict=True)
    }


@dataclass(frozen=True)
class _Voices:
    """The voices of a set: its rows are clips.

    `values` are octaves, octaves, syllables a second, and the levels of the bands that all clips
    have, in dB; `variances` those of the mean of a second of each; `seconds` are voiced ones.
    """

    values: np.ndarray
    variances: np.ndarray
    seconds: np.ndarray

    @classmethod
    def of(cls, kept: Sequence[tuple[float, ...]]) -> "_Voices":
        """The voices of what `keep_voice` kept: seconds, three values, bands, their variances."""
        count = min((len(row) - 4) // 2 for row in kept)
        rows = [np.array(row) for row in kept]
        bands = np.array([row[4 : 4 + count] for row in rows])
        bands -= bands.mean(axis=1, keepdims=True)
        values = np.column_stack([np.array([row[1:4] for row in rows]), bands])
        widths = [(len(row) - 4) // 2 for row in rows]
        variances = [
            row[4 + wide : 4 + wide + count] for row, wide in zip(rows, widths, strict=True)
        ]
        within = np.concatenate([SECOND_VARIANCES, np.median(variances, axis=0)])
        return cls(values, within, np.array([row[0] for row in rows]))


def _scores(values: np.ndarray, voices: _Voices) -> np.ndarray:
    """The distance of each row from zero, or that of its pitch where it is larger."""
    least = np.full(values.shape[1], BAND_LEAST)
    least[:3] = PITCH_LEAST, RANGE_LEAST, RATE_LEAST
    scatter = 1.4826 * np.median(np.abs(values), axis=0)
    # The mean of a short clip scatters by what it says, beside what all clips scatter by.
    chance = voices.variances / voices.seconds[:, None]
    between = np.maximum(scatter**2 - np.median(chance, axis=0), least**2)
    scaled = values / np.sqrt(between + chance)
    distances = _distances(scaled)
    pitch = PITCH_COUNTS * np.abs(scaled[:, 0])
    far = np.maximum(distances, np.minimum(pitch, PITCH_MOST * distances))
    # Two people differ in pitch, nearly always: what does not must differ more in all else.
    apart = np.minimum(np.abs(values[:, 0]) / PITCH_LEAST, 1)
    scores: np.ndarray = far * (SAME_PITCH + (1 - SAME_PITCH) * apart)
    return scores


def _distances(scaled: np.ndarray) -> np.ndarray:
    """The distance of each row from zero, as a multiple of the median of all."""
    count, width = scaled.shape
    own = count / (width + count)
    weights = np.full(count, 1 / count)
    for _ in range(ROUNDS):
        spread = scaled.T @ (weights[:, None] * scaled)
        spread = own * spread + (1 - own) * np.trace(spread) / width * np.eye(width)
        squares = np.einsum("ij,jk,ik->i", scaled, np.linalg.pinv(spread), scaled)
        # The inverse without row i, by Sherman and Morrison.
        squares = squares / np.maximum(1 - own * weights * squares, 1e-3)
        distances: np.ndarray = np.sqrt(squares / max(float(np.median(squares)), LEAST_SQUARE))
        weights = 1 / np.maximum(distances, 1.0) ** 2
        weights /= weights.sum()
    return distances


def _spectrum(features: AudioFeatures) -> tuple[np.ndarray, np.ndarray]:
    """The mean level of each band in loud frames, and the variance of that of one second.

    In dB relative to the mean of all bands; of bands beyond the rate there are none.
    """
    edges = EDGES_HZ[KEPT * features.sound.rate / 2 >= EDGES_HZ]
    first = np.searchsorted(np.arange(len(features.powers)) * features.bin_hz, edges)
    powers = np.add.reduceat(features.powers[: first[-1]], first[:-1], axis=0)
    levels = 10 * np.log10(powers + UNHEARD * powers.max() + np.float32(1e-20))
    loudness = levels.mean(axis=0)
    levels = levels[:, loudness >= np.percentile(loudness, 95) - RANGE_DB]
    relative = levels - levels.mean(axis=0)
    size = max(round(PIECE_SECONDS / features.hop_seconds), 1)
    count = max(levels.shape[1] // size, 1)
    pieces = np.array([piece.mean(axis=1) for piece in np.array_split(relative, count, axis=1)])
    return relative.mean(axis=1), pieces.var(axis=0) * PIECE_SECONDS


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
    limit=1.7,
    unit="times the usual distance",
    advice="a weak sign of another speaker; listen to it",
)
