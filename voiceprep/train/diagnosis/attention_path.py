"""The path of the attention through the text, and for how long it was lost.

Times are in decoder steps; the caller gives the seconds of a step.
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

# Attention is focused where this share of its weight, corrected for chance, is near the path.
FOCUSED = 0.5
CLOSE_SYMBOLS = 3
SYMBOLS_PER_CLOSE = 7
# With so many jumps within a window the attention is wandering.
WINDOW_SECONDS = 0.25
WANDERING_JUMPS = 3
# The most symbols at the end of a text that may stay unread; fewer in short texts.
SPARED_SYMBOLS = 4
SYMBOLS_PER_SPARED = 8
# A shorter stretch of reading in order may be chance.
SHORTEST_STRETCH_SECONDS = 0.1


@dataclass(frozen=True)
class AttentionPath:
    """How a text was read.

    read: share of symbols passed in order; lost: most steps in a row with unfocused or wandering
    attention, before the end; end: the step at which it came to rest on the end, None if never;
    nearly: the step at which all but the spared symbols were read, None if never; unread: symbols
    behind the furthest that was read; pace: median steps per symbol, up to the end; left: most
    steps in a row with the attention back in the text after the end.
    """

    read: float
    lost: int
    end: int | None
    nearly: int | None
    unread: int
    pace: float
    left: int


def follow_attention(weights: np.ndarray, step_seconds: float) -> AttentionPath:
    """How the text of an alignment (S, N) was read; nothing of it without steps."""
    symbols = weights.shape[1]
    if not weights.size:
        return AttentionPath(0.0, 0, None, None, symbols, 0.0, 0)
    path = read_path(weights)
    wandering = _wandering(path, max(5, round(WINDOW_SECONDS / step_seconds)))
    lost = ~_focused(weights, path) | wandering
    end = saturation_step(weights)
    shortest = max(3, round(SHORTEST_STRETCH_SECONDS / step_seconds))
    passed = _passed(steady(path), lost, symbols, shortest)
    furthest = int(np.flatnonzero(passed).max(initial=-1))
    before, after = path[:end], path[len(path[:end]) :]
    back = (after < symbols - end_size(symbols) - MOST_BACK) | lost[len(before) :]
    return AttentionPath(
        float(passed.mean()),
        _longest(lost[:end]),
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
    """Where enough of the weight, corrected for chance, is close to the path, (S,)."""
    symbols = weights.shape[1]
    close = int(np.clip(symbols // SYMBOLS_PER_CLOSE, 1, CLOSE_SYMBOLS))
    width = 2 * close + 1
    if width >= symbols:
        return np.ones(len(path), bool)
    sums = np.cumsum(np.pad(weights.astype(np.float64), ((0, 0), (close + 1, close))), 1)
    near = (sums[:, width:] - sums[:, :-width])[np.arange(len(path)), path]
    return _majority((near - width / symbols) / (1 - width / symbols) > FOCUSED)


def _wandering(path: np.ndarray, window: int) -> np.ndarray:
    """The steps of windows in which the path jumps often, (S,)."""
    jumps = np.diff(path, prepend=path[0])
    jumped = (jumps > 1 + MOST_PASSED) | (jumps < -MOST_BACK)
    kernel = np.ones(window, int)
    often = np.convolve(jumped, kernel)[: len(path)] >= WANDERING_JUMPS
    return np.convolve(often[::-1], kernel)[: len(path)][::-1] > 0


def _passed(path: np.ndarray, lost: np.ndarray, symbols: int, shortest: int) -> np.ndarray:
    """The symbols that were passed in order, in stretches too long to be chance, (N,)."""
    jumps = np.diff(path)
    breaks = (jumps > 1 + MOST_PASSED) | (jumps < -MOST_BACK) | (np.diff(lost))
    passed = np.zeros(symbols, bool)
    for stretch in np.split(np.arange(len(path)), np.flatnonzero(breaks) + 1):
        if len(stretch) >= shortest and not lost[stretch[0]]:
            passed[path[stretch].min() : path[stretch].max() + 1] = True
    return passed


def _pace(path: np.ndarray) -> float:
    stays = np.bincount(path)
    return float(np.median(stays[stays > 0]))


def _majority(flags: np.ndarray, width: int = 9) -> np.ndarray:
    """The majority of the flags around each step, (S,)."""
    padded = np.pad(flags, width // 2, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)
    majority: np.ndarray = windows.mean(1) > 0.5
    return majority


def _longest(flags: np.ndarray) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(int), [0]))))
    return int((edges[1::2] - edges[::2]).max(initial=0))
