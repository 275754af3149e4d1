"""How long texts take to say, learnt from a set of clips in which some texts are wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .spoken import Spoken

FEWEST = 10
# The marks at which a reader pauses.
_PAUSES = frozenset(",.;:!?()")
# Tukey's bisquare: a clip so many deviations off has no weight. With the usual 4.685 three wrong
# clips of ten, all to one side, bend the line; with 3.44 the line of 23 clips that are well has
# more than one place to rest.
BISQUARE, ROUNDS = 4.0, 30
# A median of absolute deviations as a standard deviation; clips within three of those are taken
# for well, and hold 0.9733 of the variance of a normal distribution.
MAD, WITHIN, HELD = 1.4826, 3.0, 0.9733
# Read speech strays more than a normal distribution does: over the 13,100 clips of LJSpeech as
# Student's t of 20 degrees.
FREEDOM = 20
# Read speech strays by 0.228 over the clips of LJSpeech, by the root of the seconds. Few clips that
# agree much better than that do so by chance, or the line rests on some of them and leaves others.
LEAST_SPREAD = 0.17
# A text of nothing but a mark still takes some time, as a share of the median clip's.
SHORTEST = 0.05


@dataclass(frozen=True)
class Pace:
    """The seconds that each text is expected to take, and how far its speech is off.

    `deviations` are in standard deviations of the clips that are well, above 0 where the speech
    is longer than its text. `chance` is how likely a clip that is well is as far off, to either
    side: the fewer clips there are, the less is known of their spread.
    """

    expected: np.ndarray
    deviations: np.ndarray
    chance: np.ndarray


def learn_pace(texts: Sequence[Spoken], seconds: Sequence[float]) -> Pace | None:
    """What each text takes to say, from its symbols and its pauses; seconds are above 0.

    None of fewer than FEWEST texts, and where all agree to the last digit, as no speech does.
    """
    if len(texts) < FEWEST:
        return None
    counts = np.array([(text.length, _pauses(text)) for text in texts], np.float64)
    return fit_pace(counts, np.asarray(seconds, np.float64))


def fit_pace(counts: np.ndarray, seconds: np.ndarray) -> Pace | None:
    """The same for counts (texts, kinds) of what takes time, the first of them above 0.

    The first look is the median of the seconds that one of the first kind takes, which holds
    while more than half of the clips are well; from there on least squares are weighted anew by
    how far off each clip is (as MM estimates are, Yohai 1987). The variance grows as the length
    does, as where every sound strays on its own.
    """
    from scipy.special import stdtr  # a tenth of a second to load, for reports only

    columns = np.column_stack([np.ones(len(counts)), counts])
    shortest = SHORTEST * float(np.median(seconds))
    # A fit comes nearer to few clips than they are to what they were drawn from.
    median = MAD * len(counts) / (len(counts) - columns.shape[1])
    expected = counts[:, 0] * np.median(seconds / counts[:, 0])
    for _ in range(ROUNDS):
        off = _off(seconds, expected)
        reach = BISQUARE * median * np.median(np.abs(off))
        if reach <= 0:
            return None
        weights = np.maximum(1 - (off / reach) ** 2, 0) / np.sqrt(expected)
        solved = np.linalg.lstsq(columns * weights[:, None], seconds * weights, rcond=None)[0]
        expected = np.maximum(columns @ solved, shortest)
    off = _off(seconds, expected)
    well = off[np.abs(off) <= WITHIN * median * np.median(np.abs(off))]
    free = max(len(well) - columns.shape[1], 1)
    spread = np.sqrt(np.square(well).sum() / free / HELD)
    if spread <= 0:
        return None
    deviations = off / max(spread, LEAST_SPREAD)
    return Pace(expected, deviations, 2 * stdtr(min(free, FREEDOM), -np.abs(deviations)))


def _off(seconds: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """How far seconds are off: as a ratio, so that twice and half are the same."""
    return np.log(seconds / expected) * np.sqrt(expected)


def _pauses(spoken: Spoken) -> int:
    """The marks inside a text; at its end they take no time."""
    symbols = spoken.encoding.symbols
    said = [place for place, symbol in enumerate(symbols) if symbol.strip("@")[:1].isalnum()]
    return sum(symbol in _PAUSES for symbol in symbols[: said[-1]]) if said else 0
