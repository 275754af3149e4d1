"""What the texts of a voice lose when one clip is left out, in words."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Set

from .corpus import sentence_types
from .spoken import Spoken
from .units import UNITS

# What so few clips have is worth a word when one of them goes.
FEW = 5
SHOWN = 4
# Kinds whose pieces are named, and those that are only counted.
NAMED = ("symbols", "phonemes")
COUNTED = {"letter_pairs": "letters", "diphones": "sounds"}


def cost_of(texts: Mapping[str, Spoken]) -> Callable[[str, Set[str]], str]:
    """What leaving out a clip costs, given which are left out already: "" for nothing rare.

    "the only clip with ZH; 1 of 3 questions": symbols, and sounds where a lexicon tells them, are
    named, pairs of them are counted. What is left out already is no longer there to share.
    """
    holders: dict[tuple[str, str], set[str]] = defaultdict(set)
    for id, spoken in texts.items():
        for holding in _holdings(spoken):
            holders[holding].add(id)

    def cost(id: str, out: Set[str]) -> str:
        if id not in texts:
            return ""
        left = {holding: len(holders[holding] - (out - {id})) for holding in _holdings(texts[id])}
        return "; ".join(_told(left))

    return cost


def _holdings(spoken: Spoken) -> set[tuple[str, str]]:
    """What a text has, as kinds and names."""
    units = {(kind, unit) for kind, units_of in UNITS.items() for unit in units_of(spoken) or ()}
    types = {("type", name) for name in sentence_types([spoken.encoding.text])}
    return units | (types - {("type", "statement")})


def _told(left: Mapping[tuple[str, str], int]) -> Iterator[str]:
    """What few clips or none but this have, in words."""
    only = sorted(unit for (kind, unit), count in left.items() if kind in NAMED and count == 1)
    if only:
        more = f" and {len(only) - SHOWN} more" if len(only) > SHOWN else ""
        yield f"the only clip with {', '.join(only[:SHOWN])}{more}"
    pairs = Counter(kind for (kind, _), count in left.items() if kind in COUNTED and count == 1)
    for kind, count in sorted(pairs.items()):
        many = "1 pair" if count == 1 else f"{count} pairs"
        yield f"the only one with {many} of {COUNTED[kind]}"
    for (kind, name), count in sorted(left.items()):
        if kind == "type" and count <= FEW:
            yield f"the only {name}" if count == 1 else f"1 of {count} {name}s"
