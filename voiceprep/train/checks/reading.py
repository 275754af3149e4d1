"""Where in its text a voice was, step by step, and for how long it was nowhere.

Times are in decoder steps here; how many of them make a second the caller says.
"""

from dataclasses import dataclass

import numpy as np

from .alignment import (
    MOST_BACK,
    MOST_PASSED,
    end_size,
    read_path,
    saturation_step,
    steady,
)
from .gate import first_over

# The attention is on its place where this share of what is not chance lies close to it.
FOCUSED = 0.5
CLOSE_SYMBOLS = 3
SYMBOLS_PER_CLOSE = 7
# So many jumps within a window, and the attention is wandering.
WINDOW_SECONDS = 0.25
WANDERING_JUMPS = 3
# What may be left of a text at its end without much being missed; of short ones less.
SPARED_SYMBOLS = 4
SYMBOLS_PER_SPARED = 8
# What is read in less is a chance meeting.
SHORTEST_STRETCH_SECONDS = 0.1


@dataclass(frozen=True)
class Reading:
    """How a text was read.

    read: share of symbols passed in order; lost: most steps in a row with the attention on no
    place, before the end; end: the step at which it came to rest on the end, None where it never
    did; nearly: the step at which all was read but what may be spared, None where it never was;
    unread: symbols behind the furthest that was read; pace: median steps a symbol, up to the end;
    left: most steps in a row with the attention back in the text after the end.
    """

    read: float
    lost: int
    end: int | None
    nearly: int | None
    unread: int
    pace: float
    left: int


def follow(weights: np.ndarray, step_seconds: float) -> Reading:
    """How the text of an alignment (S, N) was read; of one without steps nothing was."""
    symbols = weights.shape[1]
    if not weights.size:
        return Reading(0.0, 0, None, None, symbols, 0.0, 0)
    path = read_path(weights)
    wandering = _wandering(path, max(5, round(WINDOW_SECONDS / step_seconds)))
    nowhere = ~_focused(weights, path) | wandering
    end = saturation_step(weights)
    shortest = max(3, round(SHORTEST_STRETCH_SECONDS / step_seconds))
    passed = _passed(steady(path), nowhere, symbols, shortest)
    furthest = int(np.flatnonzero(passed).max(initial=-1))
    before, after = path[:end], path[len(path[:end]) :]
    back = (after < symbols - end_size(symbols) - MOST_BACK) | nowhere[len(before) :]
    return Reading(
        float(passed.mean()),
        _longest(nowhere[:end]),
        end,
        first_over(steady(path), symbols - 2 - spared(symbols)),
        symbols - 1 - furthest,
        _pace(before if len(before) else path),
        _longest(back),
    )


def spared(symbols: int) -> int:
    """How many of the last symbols may be left unread."""
    return int(np.clip(symbols // SYMBOLS_PER_SPARED, 1, SPARED_SYMBOLS))


def _focused(weights: np.ndarray, path: np.ndarray) -> np.ndarray:
    """Where enough of the weight lies close to the path, more than chance would put there, (S,)."""
    symbols = weights.shape[1]
    close = int(np.clip(symbols // SYMBOLS_PER_CLOSE, 1, CLOSE_SYMBOLS))
    width = 2 * close + 1
    if width >= symbols:
        return np.ones(len(path), bool)
    sums = np.cumsum(np.pad(weights.astype(np.float64), ((0, 0), (close + 1, close))), 1)
    near = (sums[:, width:] - sums[:, :-width])[np.arange(len(path)), path]
    return _mostly((near - width / symbols) / (1 - width / symbols) > FOCUSED)


def _wandering(path: np.ndarray, window: int) -> np.ndarray:
    """The steps of windows in which the path jumps again and again, (S,)."""
    jumps = np.diff(path, prepend=path[0])
    jumped = (jumps > 1 + MOST_PASSED) | (jumps < -MOST_BACK)
    around = np.ones(window, int)
    often = np.convolve(jumped, around)[: len(path)] >= WANDERING_JUMPS
    return np.convolve(often[::-1], around)[: len(path)][::-1] > 0


def _passed(path: np.ndarray, nowhere: np.ndarray, symbols: int, shortest: int) -> np.ndarray:
    """The symbols that were passed in order, in stretches that are no chance, (N,)."""
    jumps = np.diff(path)
    breaks = (jumps > 1 + MOST_PASSED) | (jumps < -MOST_BACK) | (np.diff(nowhere))
    passed = np.zeros(symbols, bool)
    for stretch in np.split(np.arange(len(path)), np.flatnonzero(breaks) + 1):
        if len(stretch) >= shortest and not nowhere[stretch[0]]:
            passed[path[stretch].min() : path[stretch].max() + 1] = True
    return passed


def _pace(path: np.ndarray) -> float:
    stays = np.bincount(path)
    return float(np.median(stays[stays > 0]))


def _mostly(flags: np.ndarray, width: int = 9) -> np.ndarray:
    """Freed of moments: at each step what most of the steps around it are, (S,)."""
    around = np.lib.stride_tricks.sliding_window_view(np.pad(flags, width // 2, mode="edge"), width)
    return around.mean(1) > 0.5


def _longest(flags: np.ndarray) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(int), [0]))))
    return int((edges[1::2] - edges[::2]).max(initial=0))
