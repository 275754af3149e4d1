"""Symbols that few clips of a set have: the voice hardly learns to say them.

That is no fault of the clip, which is all the dearer for it.
"""

from collections import Counter
from collections.abc import Mapping

from ...check import Check, Reading
from ..spoken import Spoken

# What is told as evidence is in so many clips at most.
FEW = 5
SHOWN = 5


def find_rare(texts: Mapping[str, Spoken]) -> dict[str, Reading]:
    """Of each clip, how many clips have the rarest of its symbols; it is one of them."""
    own = {id: frozenset(text.encoding.symbols) for id, text in texts.items()}
    clips = Counter(symbol for symbols in own.values() for symbol in symbols)
    return {
        id: Reading(min(clips[symbol] for symbol in symbols), _tell(symbols, clips))
        for id, symbols in own.items()
        if symbols
    }


def _tell(symbols: frozenset[str], clips: Mapping[str, int]) -> str:
    rare = sorted((clips[symbol], symbol) for symbol in symbols if clips[symbol] <= FEW)
    told = [
        f"{symbol!r} is in {'this clip alone' if n == 1 else f'{n} clips'}" for n, symbol in rare
    ]
    return ", ".join(told[:SHOWN]) + (", …" if len(told) > SHOWN else "")


CHECK = Check(
    name="rarest_symbol",
    reads="set",
    measure=find_rare,
    limit=0,
    unit="clips",
    advice="record more sentences that have it",
    worse="below",
)
