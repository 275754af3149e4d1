"""What a set of texts loses when one clip is left out, in words."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Set

from .spoken import SpokenText
from .statistics import sentence_types
from .units import UNITS

# A type of sentence that so few clips have is named when one of them is left out.
FEW = 5
SHOWN = 4
# Kinds of units that are named, and kinds that are only counted.
NAMED = ("symbols", "phonemes")
COUNTED = {"letter_pairs": "symbols", "diphones": "phonemes"}


def cost_of(texts: Mapping[str, SpokenText]) -> Callable[[str, Set[str]], str]:
    """The cost of leaving out a clip, given those left out already: "" for nothing rare.

    "the only clip with ZH; 1 of 3 questions": symbols are named, phonemes too where there is a
    lexicon; pairs of them are counted. Clips left out already do not count.
    """
    holders: dict[tuple[str, str], set[str]] = defaultdict(set)
    for id, spoken in texts.items():
        for unit in _contents(spoken):
            holders[unit].add(id)

    def cost(id: str, left_out: Set[str]) -> str:
        if id not in texts:
            return ""
        others = left_out - {id}
        counts = {unit: len(holders[unit] - others) for unit in _contents(texts[id])}
        return "; ".join(_rare_units(counts))

    return cost


def _contents(spoken: SpokenText) -> set[tuple[str, str]]:
    """The units and the types of sentences in a text, each as its kind and its name."""
    units = {(kind, unit) for kind, units_of in UNITS.items() for unit in units_of(spoken) or ()}
    types = {("type", name) for name in sentence_types([spoken.encoding.text])}
    return units | (types - {("type", "statement")})


def _rare_units(counts: Mapping[tuple[str, str], int]) -> Iterator[str]:
    """What only this clip or few clips have, in words."""
    only = sorted(unit for (kind, unit), count in counts.items() if kind in NAMED and count == 1)
    if only:
        more = f" and {len(only) - SHOWN} more" if len(only) > SHOWN else ""
        yield f"the only clip with {', '.join(only[:SHOWN])}{more}"
    pairs = Counter(kind for (kind, _), count in counts.items() if kind in COUNTED and count == 1)
    for kind, count in sorted(pairs.items()):
        many = "1 pair" if count == 1 else f"{count} pairs"
        yield f"the only one with {many} of {COUNTED[kind]}"
    for (kind, name), count in sorted(counts.items()):
        if kind == "type" and count <= FEW:
            yield f"the only {name}" if count == 1 else f"1 of {count} {name}s"
