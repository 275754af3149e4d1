"""How long texts take to speak, estimated from clips of which some have a wrong text."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .marks import PAUSES
from .spoken import SpokenText

MIN_TEXTS = 10
# Tukey's bisquare: a clip so many deviations off has no weight. With the usual 4.685 three wrong
# clips of ten, all too long, bend the line; with 3.44 the fit to 23 good clips has more than one
# solution.
BISQUARE, ROUNDS = 4.0, 30
# A median of absolute deviations as a standard deviation; clips within three of those count as
# good, and have 0.9733 of the variance of a normal distribution.
MAD, WITHIN, HELD = 1.4826, 3.0, 0.9733
# Read speech has heavier tails than a normal distribution: over the 13,100 clips of LJSpeech those
# of Student's t with 20 degrees of freedom.
FREEDOM = 20
# Over the clips of LJSpeech the spread is 0.228, times the root of the seconds. A few clips that
# agree much better do so by chance, or the line goes through some of them and misses others.
MIN_SPREAD = 0.17
# What a reader varies from sentence to sentence does not average out over a long one. It is a share
# of the spread of a second of speech: with 0.23, the pace of a sentence varies by 7 %.
PACE = 0.3
# So many good clips of a set are expected to be outside the usual seconds.
OUTSIDE = 0.5
# A clip with twice or half its usual seconds is found so many deviations before the usual ones end:
# at 1, five times of six.
POWER = 1.0
# A text of marks alone still takes some time, as a share of the median clip's.
SHORTEST = 0.05

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class SpeakingRate:
    """The seconds that each text is expected to take, and how far its speech is off.

    `low` and `high` bound the usual seconds: OUTSIDE clips of a set of this size are expected
    outside. `telling` says of which texts one twice or half as long would be noticed. `deviations`
    are in standard deviations of the good clips, above 0 where the speech is longer than expected.
    `p_values` are two-sided, from Student's t: the fewer clips there are, the less is known of
    their spread.
    """

    expected: FloatArray
    low: FloatArray
    high: FloatArray
    telling: BoolArray
    deviations: FloatArray
    p_values: FloatArray


def fit_speaking_rate(texts: Sequence[SpokenText], seconds: Sequence[float]) -> SpeakingRate | None:
    """The speaking rate of a voice, from symbols and pauses; seconds must be above 0.

    None of fewer than MIN_TEXTS texts, and where all fit exactly, as no speech does.
    """
    if len(texts) < MIN_TEXTS:
        return None
    counts = np.array([(text.length, _count_pauses(text)) for text in texts], np.float64)
    return fit_durations(counts, np.asarray(seconds, np.float64))


def fit_durations(counts: FloatArray, seconds: FloatArray) -> SpeakingRate | None:
    """The same for counts (texts, kinds) of what takes time; the first kind must be above 0.

    It starts from the median of the seconds for one of the first kind, which is right while more
    than half of the clips are good, and goes on by iteratively reweighted least squares (as MM
    estimators do, Yohai 1987). The variance grows with the length, as where each sound varies
    independently, and with its square, as where the pace of the whole clip does.
    """
    from scipy.special import stdtr, stdtrit  # a tenth of a second to load, for reports only

    columns = np.column_stack([np.ones(len(counts)), counts])
    shortest = SHORTEST * float(np.median(seconds))
    # Residuals of a fit to few clips are smaller than their true deviations.
    median = MAD * len(counts) / (len(counts) - columns.shape[1])
    expected = counts[:, 0] * np.median(seconds / counts[:, 0])
    for _ in range(ROUNDS):
        off = _residuals(seconds, expected)
        reach = BISQUARE * median * np.median(np.abs(off))
        if reach <= 0:
            return None
        weights = np.maximum(1 - (off / reach) ** 2, 0) / (expected * _spread(expected))
        solution = np.linalg.lstsq(columns * weights[:, None], seconds * weights, rcond=None)[0]
        expected = np.maximum(columns @ solution, shortest)
    off = _residuals(seconds, expected)
    good = off[np.abs(off) <= WITHIN * median * np.median(np.abs(off))]
    free = max(len(good) - columns.shape[1], 1)
    spread = np.sqrt(np.square(good).sum() / free / HELD)
    if spread <= 0:
        return None
    spread, freedom = max(spread, MIN_SPREAD), min(free, FREEDOM)
    deviations = off / spread
    one = spread * _spread(expected)
    usual = stdtrit(freedom, 1 - OUTSIDE / (2 * len(seconds))) * one
    return SpeakingRate(
        expected=expected,
        low=expected * np.exp(-usual),
        high=expected * np.exp(usual),
        telling=usual + POWER * one <= np.log(2),
        deviations=deviations,
        p_values=2 * stdtr(freedom, -np.abs(deviations)),
    )


def _residuals(seconds: FloatArray, expected: FloatArray) -> FloatArray:
    """How far seconds are off as a log ratio, so that twice and half are the same distance."""
    residuals: FloatArray = np.log(seconds / expected) / _spread(expected)
    return residuals


def _spread(expected: FloatArray) -> FloatArray:
    """How far clips are spread as a log ratio, as a multiple of what is expected of a second."""
    spread: FloatArray = np.sqrt(1 / expected + PACE**2)
    return spread


def _count_pauses(spoken: SpokenText) -> int:
    """The marks inside a text; at its end they take no time."""
    symbols = spoken.encoding.symbols
    said = [place for place, symbol in enumerate(symbols) if symbol.strip("@")[:1].isalnum()]
    return sum(symbol in PAUSES for symbol in symbols[: said[-1]]) if said else 0
