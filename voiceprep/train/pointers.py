"""What in the training clips may be behind a voice's failures: tails, texts, rare symbols."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .checks.sound import measure_sound
from .data import Items
from .infer import Sentence
from .voice import Voice

LONG_TAIL_SECONDS = 0.35
# Clips whose tails are measured; the share of a few hundred is that of all, within a few percent.
LOOKED_AT = 300
# Frames a symbol so many times the usual deviation away, by its median, are another text's.
ODD_DEVIATIONS = 5
# A symbol is hardly ever there where fewer clips have it.
FEW_CLIPS = 5
# The scale of a normal distribution by its median absolute deviation.
NORMAL = 1.4826


@dataclass(frozen=True)
class Pointers:
    """clips: how many there are; tails: of `looked_at` the share that is silent for long at the
    end; odd: ids whose length does not fit the text, the oddest first; rare: symbols of the
    sentences that few clips have, with how many do."""

    clips: int
    looked_at: int
    tails: float
    odd: tuple[str, ...]
    rare: dict[str, int]


def look_at(
    items: Items, read: Callable[[Path], np.ndarray], voice: Voice, failing: Sequence[Sentence]
) -> Pointers:
    """What the clips a voice learnt from say of the sentences that it failed on.

    `read` gives the mel of a path, (M, T). Raises ValueError for no clips.
    """
    if not len(items):
        raise ValueError("no clips to look at")
    chosen = np.unique(np.linspace(0, len(items) - 1, LOOKED_AT).round().astype(int))
    frame_seconds = voice.mel.hop_length / voice.mel.rate
    tails = [
        measure_sound(read(items[int(place)].path)).trailing_silence * frame_seconds
        for place in chosen
    ]
    had = Counter(symbol for item in items for symbol in set(item.symbols.tolist()))
    wanted = sorted({symbol for sentence in failing for symbol in sentence.ids})
    rare = {voice.symbols[symbol]: had[symbol] for symbol in wanted if had[symbol] < FEW_CLIPS}
    share = float(np.mean(np.array(tails) > LONG_TAIL_SECONDS))
    return Pointers(len(items), len(chosen), share, _odd(items), rare)


def told(found: Pointers) -> list[str]:
    """The pointers in sentences, of those that point at something."""
    lines = []
    if found.tails > 0:
        lines.append(
            f"{100 * found.tails:.0f} % of {found.looked_at} training clips are silent for over "
            f"{LONG_TAIL_SECONDS:g} s at their end: voiceprep trim cuts that, and a gate learns "
            "sooner when to open"
        )
    if found.odd:
        shown = ", ".join(found.odd[:5]) + (", …" if found.odd[5:] else "")
        lines.append(
            f"{len(found.odd)} of {found.clips} training clips are too long or too short for "
            f"their text, so that it may be another one's: {shown}"
        )
    if found.rare:
        shown = ", ".join(f"{symbol!r} in {count}" for symbol, count in found.rare.items())
        lines.append(f"symbols of the failing sentences that few training clips have: {shown}")
    return lines


def _odd(items: Items) -> tuple[str, ...]:
    paces = np.log(items.frames / np.maximum(items.text_lengths, 1))
    away = np.abs(paces - np.median(paces))
    # Clips that all have the very same pace would make anything odd.
    limit = ODD_DEVIATIONS * max(NORMAL * float(np.median(away)), 0.05)
    order = np.argsort(-away)
    return tuple(items[int(place)].id for place in order if away[place] > limit)
