"""How well the texts of a voice cover a language, and which sentences would add the most."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .reference import Reference, count_units
from .spoken import SpokenText
from .units import UNITS

# A unit that occurs this often is learnt from more than one context.
ENOUGH = 5


@dataclass(frozen=True)
class Cover:
    """How much of a reference the texts cover, in units of one kind of UNITS.

    Without a reference nothing is covered or missing: `covered` is None, and `rare` are units of
    the texts, the rarest first. Else `covered` is the share of the reference, weighted by
    frequency, whose units occur in the texts; in `secured` a unit that occurs less than ENOUGH
    times counts in part. `missing` are the units that do not occur and `rare` those that occur less
    than ENOUGH times, the most frequent of the reference first. `unread` texts have words that the
    lexicon lacks, and are not counted.
    """

    kind: str
    counts: Mapping[str, int]
    covered: float | None
    secured: float | None
    missing: tuple[str, ...]
    rare: tuple[str, ...]
    unread: int = 0


@dataclass(frozen=True)
class Addition:
    """A sentence of a pool, its index there, the share it secures, and its new units."""

    place: int
    text: str
    gain: float
    new: tuple[str, ...]


def measure_cover(texts: Sequence[SpokenText], reference: Reference | None) -> dict[str, Cover]:
    """How much of the reference the texts cover, by the kinds that both have.

    Without a lexicon a kind is left out that is not known of every text.
    """
    counts = count_units(texts)
    unread = {kind: sum(UNITS[kind](text) is None for text in texts) for kind in counts}
    if not any(text.lexicon for text in texts):
        counts = {kind: own for kind, own in counts.items() if not unread[kind]}
    if reference is None:
        return {kind: _count(kind, own, unread[kind]) for kind, own in counts.items() if own}
    return {
        kind: _cover(kind, counts[kind], shares, unread[kind])
        for kind, shares in reference.shares.items()
        if kind in counts and shares
    }


def _count(kind: str, counts: Counter[str], unread: int) -> Cover:
    ordered = sorted(counts.items(), key=lambda entry: (entry[1], entry[0]))
    rare = tuple(unit for unit, number in ordered if number < ENOUGH)
    return Cover(kind, counts, None, None, (), rare, unread)


def _cover(kind: str, counts: Counter[str], shares: Mapping[str, float], unread: int) -> Cover:
    missing = tuple(unit for unit in shares if not counts[unit])
    rare = tuple(unit for unit in shares if 0 < counts[unit] < ENOUGH)
    covered = sum(share for unit, share in shares.items() if counts[unit])
    secured = sum(share * min(counts[unit], ENOUGH) / ENOUGH for unit, share in shares.items())
    total = sum(shares.values())
    return Cover(kind, counts, covered / total, secured / total, missing, rare, unread)


def find_only(texts: Mapping[str, SpokenText]) -> dict[str, dict[str, tuple[str, ...]]]:
    """The units that no other text has, by id and kind: what the set loses without this clip.

    A clip without such units is not in the result.
    """
    holders: dict[tuple[str, str], set[str]] = defaultdict(set)
    for id, spoken in texts.items():
        for kind, units_of in UNITS.items():
            for unit in units_of(spoken) or ():
                holders[kind, unit].add(id)
    only: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for (kind, unit), ids in holders.items():
        if len(ids) == 1:
            own = only[next(iter(ids))]
            own[kind] = (*own.get(kind, ()), unit)
    return dict(only)


def choose_additions(
    have: Mapping[str, int],
    pool: Sequence[SpokenText],
    shares: Mapping[str, float],
    kind: str,
    count: int,
) -> list[Addition]:
    """Up to `count` sentences of the pool that secure the most, chosen greedily.

    `have` counts the units of one kind in the texts, `shares` are their shares of the reference;
    `gain` is such a share. What a sentence adds only shrinks as others are chosen, so that an
    earlier gain is an upper bound and few are computed again (Minoux 1978). The greedy choice has
    at least 63 % of the gain of the best one (Nemhauser et al. 1978).
    """
    left = {unit: ENOUGH - have.get(unit, 0) for unit in shares if have.get(unit, 0) < ENOUGH}
    offers = [
        Counter(unit for unit in UNITS[kind](spoken) or () if unit in left) for spoken in pool
    ]
    heap = [(-_gain(offer, left, shares), place) for place, offer in enumerate(offers) if offer]
    heapq.heapify(heap)
    seen = {unit for unit, number in have.items() if number}
    chosen: list[Addition] = []
    while heap and len(chosen) < count:
        place = heap[0][1]
        gain = _gain(offers[place], left, shares)
        if gain <= 0:
            heapq.heappop(heap)
        elif (-gain, place) > heap[0]:
            heapq.heapreplace(heap, (-gain, place))
        else:
            heapq.heappop(heap)
            new = tuple(unit for unit in offers[place] if unit not in seen)
            chosen.append(Addition(place, pool[place].encoding.text, gain, new))
            seen.update(offers[place])
            for unit, number in offers[place].items():
                left[unit] = max(left[unit] - number, 0)
    return chosen


def _gain(offer: Mapping[str, int], left: Mapping[str, int], shares: Mapping[str, float]) -> float:
    return sum(shares[unit] * min(number, left[unit]) for unit, number in offer.items()) / ENOUGH
