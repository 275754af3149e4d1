"""What in the training clips may cause a voice's failures: long tails, texts, rare symbols."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from ..data.items import Items
from ..frontend import FrontendConfig
from .sound import measure_sound

LONG_TAIL_SECONDS = 0.35
# Clips whose tails are measured: a few hundred give the share within a few percent.
LOOKED_AT = 300
# Deviations of the frames per symbol, by the median, beyond which the text does not fit.
ODD_DEVIATIONS = 5
# A symbol in fewer clips is rare.
FEW_CLIPS = 5
# The standard deviation of a normal distribution per median absolute deviation.
NORMAL = 1.4826


class SymbolIds(Protocol):
    """A sentence as symbol ids."""

    @property
    def ids(self) -> Sequence[int]:
        """The symbols' numbers in the voice."""
        ...


@dataclass(frozen=True)
class DataHints:
    """clips: their number; tails: the share of `looked_at` with a long silence at the end; odd: ids
    whose length does not fit the text, the worst first; rare: symbols of the sentences that few
    clips have, with the number of clips."""

    clips: int
    looked_at: int
    tails: float
    odd: tuple[str, ...]
    rare: dict[str, int]


def inspect_training_data(
    items: Items,
    read: Callable[[Path], np.ndarray],
    voice: FrontendConfig,
    failing: Sequence[SymbolIds],
) -> DataHints:
    """What in a voice's training clips may explain the sentences that it failed on.

    `read` returns the mel of a path, (M, T). Raises ValueError for no clips.
    """
    if not len(items):
        raise ValueError("no clips to inspect")
    chosen = np.unique(np.linspace(0, len(items) - 1, LOOKED_AT).round().astype(int))
    frame_seconds = voice.mel.hop_length / voice.mel.rate
    tails = [
        measure_sound(read(items[int(place)].path)).trailing_silence * frame_seconds
        for place in chosen
    ]
    counts = Counter(symbol for item in items for symbol in set(item.symbols.tolist()))
    needed = sorted({symbol for sentence in failing for symbol in sentence.ids})
    few = [symbol for symbol in needed if counts[symbol] < FEW_CLIPS]
    rare = {voice.symbols[symbol]: counts[symbol] for symbol in few}
    share = float(np.mean(np.array(tails) > LONG_TAIL_SECONDS))
    return DataHints(len(items), len(chosen), share, _odd(items), rare)


def describe_hints(found: DataHints) -> list[str]:
    """A sentence for each hint that applies."""
    lines = []
    if found.tails > 0:
        lines.append(
            f"{100 * found.tails:.0f} % of {found.looked_at} training clips are silent for over "
            f"{LONG_TAIL_SECONDS:g} s at their end: voiceprep trim cuts that, and the gate learns "
            "faster when to open"
        )
    if found.odd:
        shown = ", ".join(found.odd[:5]) + (", …" if found.odd[5:] else "")
        lines.append(
            f"{len(found.odd)} of {found.clips} training clips are too long or too short for "
            f"their text, which may be of another clip: {shown}"
        )
    if found.rare:
        shown = ", ".join(f"{symbol!r} in {count}" for symbol, count in found.rare.items())
        lines.append(f"symbols of the failing sentences that are in few training clips: {shown}")
    return lines


def _odd(items: Items) -> tuple[str, ...]:
    rates = np.log(items.frames / np.maximum(items.text_lengths, 1))
    away = np.abs(rates - np.median(rates))
    # With a floor, as a deviation of 0 would make any clip odd.
    limit = ODD_DEVIATIONS * max(NORMAL * float(np.median(away)), 0.05)
    order = np.argsort(-away)
    return tuple(items[int(place)].id for place in order if away[place] > limit)
