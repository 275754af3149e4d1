"""Who trains, who validates, who tests: seeded by content, and alike in length."""

import hashlib
import unicodedata
from collections import Counter, defaultdict
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
    become shares. Of three clips or more, every side that is wanted at all gets one; fewer train.
    """
    if count < 3 and split.parts[0]:
        return count, 0, 0
    whole = sum(split.parts)
    held = []
    for part in split.parts[1:]:
        exact = not split.shared and whole <= count
        size = int(part) if exact else round(count * part / whole)
        held.append(max(size, 1) if part and count >= 3 else size)
    val, test = held
    needed = 1 if split.parts[0] and count >= 3 else 0
    while val + test > count - needed:
        val, test = (val - 1, test) if val > test else (val, test - 1)
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
    text = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in text if letter.isalnum() or _is_mark(letter))


def _is_mark(letter: str) -> bool:
    """Whether it is part of the letter before, as the vowel signs of Hindi are."""
    return not letter.isascii() and unicodedata.category(letter).startswith("M")


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
        drawn |= dict.fromkeys(_alike(groups, free, size), side)
        free = [number for number in free if number not in drawn]
    return drawn


def _alike(groups: Sequence[Sequence[Item]], free: Sequence[int], size: int) -> set[int]:
    """Groups of `size` clips in all, or of as many below as groups can make.

    One of each stratum of length, the one that hashes lowest; after a group of several clips as
    many strata go without.
    """
    if not size:
        return set()
    lots = {number: _lot(groups[number]) for number in free}
    ordered = sorted(free, key=lambda number: (_seconds(groups[number]), lots[number]))
    left = Counter(len(groups[number]) for number in ordered)
    most = rest = _sums(left, size).bit_length() - 1
    fitting = _fitting(left, rest)
    drawn: set[int] = set()
    # The last round takes from all what no stratum had that fitted.
    for stratum, numbers in enumerate([*_strata(groups, ordered, size), ordered]):
        for number in sorted(numbers, key=lots.__getitem__):
            if most - rest > stratum:
                break
            length = len(groups[number])
            if length in fitting and number not in drawn:
                drawn.add(number)
                left[length] -= 1
                rest -= length
                fitting = _fitting(left, rest)
    return drawn


def _strata(
    groups: Sequence[Sequence[Item]], ordered: Sequence[int], count: int
) -> list[list[int]]:
    """The groups in `count` stretches of about as many clips, some of which may be empty."""
    whole = sum(len(groups[number]) for number in ordered)
    strata: list[list[int]] = [[] for _ in range(count)]
    place = 0
    for number in ordered:
        strata[place * count // whole].append(number)
        place += len(groups[number])
    return strata


def _fitting(left: Mapping[int, int], rest: int) -> set[int]:
    """The lengths of groups after which `rest` clips can still be had to the last one."""
    return {
        length
        for length, count in left.items()
        if count
        and length <= rest
        and _sums({**left, length: count - 1}, rest) >> rest - length & 1
    }


def _sums(left: Mapping[int, int], most: int) -> int:
    """Bit n is set where `left`, counts of groups by length, can make n clips, `most` at most."""
    sums = 1
    for length, count in left.items():
        step = 1
        while count > 0:
            taken = min(step, count)
            sums |= sums << taken * length
            sums &= (1 << most + 1) - 1
            count -= taken
            step *= 2
    return sums


def _seconds(group: Sequence[Item]) -> float:
    return sum(item.seconds for item in group) / len(group)


def _lot(group: Sequence[Item]) -> str:
    return min(hashlib.sha256(f"split {item.content}".encode()).hexdigest() for item in group)
