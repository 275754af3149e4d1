"""Symbols that occur in few clips of a set: a model hardly learns to speak them.

That is no fault of the clip: it is worth keeping.
"""

from collections import Counter
from collections.abc import Mapping
from math import inf

from ...quality.check import Check, Measurement
from ..characters import show_symbol
from ..spoken import SpokenText

# The evidence names symbols in up to so many clips.
FEW = 5
SHOWN = 5


def find_rare(texts: Mapping[str, SpokenText]) -> dict[str, Measurement]:
    """Of each clip, how many clips have the rarest of its symbols, itself included."""
    own = {id: frozenset(text.encoding.symbols) for id, text in texts.items()}
    clips = Counter(symbol for symbols in own.values() for symbol in symbols)
    return {
        id: Measurement(min(clips[symbol] for symbol in symbols), _evidence(symbols, clips))
        for id, symbols in own.items()
        if symbols
    }


def _evidence(symbols: frozenset[str], clips: Mapping[str, int]) -> str:
    rare = sorted((clips[symbol], symbol) for symbol in symbols if clips[symbol] <= FEW)
    shown = [
        f"{show_symbol(symbol)} is in {'this clip only' if n == 1 else f'{n} clips'}"
        for n, symbol in rare[:SHOWN]
    ]
    return ", ".join(shown) + (", …" if len(rare) > SHOWN else "")


CHECK = Check(
    name="rarest_symbol",
    reads="set",
    measure=find_rare,
    limit=-inf,
    unit="clips",
    advice="record more sentences with such symbols",
    worse="below",
)
