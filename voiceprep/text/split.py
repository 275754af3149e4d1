"""Who trains, who validates, who tests: seeded by content, and alike in length."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..errors import SettingError

ALL_TRAIN = "all-train"
NAMED = {ALL_TRAIN: (1.0, 0.0, 0.0), "ljspeech": (12500, 100, 500)}
# Shares that miss 1 by no more were rounded by hand.
ROUNDING = 0.011


@dataclass(frozen=True)
class Split:
    """How many clips train, validate and test, as counts or, `shared`, as shares of the whole."""

    name: str
    parts: tuple[float, float, float]
    shared: bool


@dataclass(frozen=True)
class Item:
    """A clip as far as dividing goes; `content` is a hash of its recording."""

    id: str
    content: str
    text: str
    seconds: float


def parse_split(text: str) -> Split:
    """A split by name (all-train, ljspeech), in counts (119/5/10) or in shares (0.95/0.01/0.04).

    The order is train/val/test. Raises SettingError for anything else.
    """
    if text in NAMED:
        return Split(text, NAMED[text], shared=text == ALL_TRAIN)
    pieces = text.split("/")
    try:
        parts = tuple(float(piece) for piece in pieces)
    except ValueError:
        parts = ()
    if len(parts) != 3 or not all(0 <= part < float("inf") for part in parts) or not any(parts):
        raise SettingError(
            f"split = {text!r}: it is all-train, ljspeech, or train/val/test "
            "as counts (119/5/10) or as shares (0.95/0.01/0.04)",
            "split",
        )
    shared = any("." in piece for piece in pieces)
    if shared and abs(sum(parts) - 1) > ROUNDING:
        raise SettingError(
            f"split = {text!r}: the shares add up to {sum(parts):g}, not to 1", "split"
        )
    return Split(text, parts, shared)


def split_sizes(split: Split, count: int) -> tuple[int, int, int]:
    """How many of `count` clips train, validate and test.

    Counts are kept where there are enough clips, the rest trains; where there are fewer, they
    become shares. Of three clips or more, a side that is wanted at all gets one.
    """
    whole = sum(split.parts)
    held = []
    for part in split.parts[1:]:
        exact = not split.shared and whole <= count
        size = int(part) if exact else round(count * part / whole)
        held.append(max(size, 1) if part and count >= 3 else size)
    val, test = held
    return count - val - test, val, test


def assign_sides(items: Sequence[Item], split: Split, known: Mapping[str, str]) -> dict[str, str]:
    """The side of every item, by id: train, val or test.

    Clips with the same text or the same recording are on one side. The first time, with nothing
    `known`, the held-out sides are drawn so that they are as long and as short as the whole.
    From then on the known sides stay, and what came later trains.
    """
    groups = _groups(items)
    sides = {item.id: known[item.id] for item in items if item.id in known}
    if not sides:
        drawn = _draw(groups, split_sizes(split, len(items)))
        return {
            item.id: drawn.get(number, "train")
            for number, group in enumerate(groups)
            for item in group
        }
    for group in groups:
        held = {sides.get(item.id) for item in group} & {"val", "test"}
        for item in group:
            sides.setdefault(item.id, max(held, default="train"))
    return sides


def text_key(text: str) -> str:
    """What two readings of one sentence have in common: its letters and digits."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _groups(items: Iterable[Item]) -> list[list[Item]]:
    """The items that must stay together, in an order that only their content decides."""
    parent: dict[tuple[str, str], tuple[str, str]] = {}

    def root(mark: tuple[str, str]) -> tuple[str, str]:
        while parent.setdefault(mark, mark) != mark:
            parent[mark] = parent[parent[mark]]
            mark = parent[mark]
        return mark

    ordered = sorted(items, key=lambda item: (item.content, item.id))
    for item in ordered:
        letters = text_key(item.text)
        if letters:
            parent[root(("content", item.content))] = root(("text", letters))
    groups = defaultdict(list)
    for item in ordered:
        groups[root(("content", item.content))].append(item)
    return list(groups.values())


def _draw(groups: Sequence[Sequence[Item]], sizes: tuple[int, int, int]) -> dict[int, str]:
    """The numbers of the groups that are held out, and their side."""
    single = [number for number, group in enumerate(groups) if len(group) == 1]
    enough = len(single) >= sizes[1] + sizes[2]
    free = single if enough else list(range(len(groups)))
    drawn: dict[int, str] = {}
    for side, size in (("val", sizes[1]), ("test", sizes[2])):
        for number in _alike(groups, free, size):
            drawn[number] = side
        free = [number for number in free if number not in drawn]
    return drawn


def _alike(groups: Sequence[Sequence[Item]], free: Sequence[int], size: int) -> list[int]:
    """Groups of `size` clips in all: one of each stratum of length, the one that hashes lowest."""
    if not size or not free:
        return []
    ordered = sorted(free, key=lambda number: (_seconds(groups[number]), _lot(groups[number])))
    strata = defaultdict(list)
    for place, number in enumerate(ordered):
        strata[place * size // len(ordered)].append(number)
    found, count = [], 0
    for stratum in strata.values():
        number = min(stratum, key=lambda number: _lot(groups[number]))
        if count + len(groups[number]) <= size:
            found.append(number)
            count += len(groups[number])
    return found


def _seconds(group: Sequence[Item]) -> float:
    return sum(item.seconds for item in group) / len(group)


def _lot(group: Sequence[Item]) -> str:
    return min(hashlib.sha256(f"split {item.content}".encode()).hexdigest() for item in group)
