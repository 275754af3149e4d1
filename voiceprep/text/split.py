"""Splits into training, validation and test, seeded by content and stratified by length."""

import hashlib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..errors import SettingError

ALL_TRAIN = "all-train"
NAMED = {ALL_TRAIN: (1.0, 0.0, 0.0), "ljspeech": (12500, 100, 500)}
# Shares whose sum is this close to 1 were rounded by hand.
ROUNDING = 0.011


@dataclass(frozen=True)
class SplitSpec:
    """The sizes of the splits: training, validation and test, as counts or (`shared`) as shares."""

    name: str
    parts: tuple[float, float, float]
    shared: bool


@dataclass(frozen=True)
class SplitItem:
    """What splitting needs of a clip; `content` is a hash of its recording."""

    id: str
    content: str
    text: str
    seconds: float


def parse_split(text: str) -> SplitSpec:
    """A split by name (all-train, ljspeech), in counts (119/5/10) or in shares (0.95/0.01/0.04).

    The order is train/val/test. Raises SettingError for anything else.
    """
    if text in NAMED:
        return SplitSpec(text, NAMED[text], shared=text == ALL_TRAIN)
    pieces = text.split("/")
    try:
        train, val, test = parts = [float(piece) for piece in pieces]
    except ValueError:
        parts = []
    if not any(parts) or not all(0 <= part < float("inf") for part in parts):
        raise SettingError(
            f"split = {text!r}: must be all-train, ljspeech, or train/val/test "
            "as counts (119/5/10) or as shares (0.95/0.01/0.04)",
            "split",
        )
    shared = any("." in piece for piece in pieces)
    if shared and abs(sum(parts) - 1) > ROUNDING:
        raise SettingError(
            f"split = {text!r}: the shares add up to {sum(parts):g}, must be 1", "split"
        )
    return SplitSpec(text, (train, val, test), shared)


def split_sizes(split: SplitSpec, count: int) -> tuple[int, int, int]:
    """How many of `count` clips are for training, validation and test.

    With enough clips the counts are kept and the rest is for training; with fewer the counts
    become shares. Of three clips or more, every split above 0 gets one; fewer are for training.
    """
    if count < 3 and split.parts[0]:
        return count, 0, 0
    total = sum(split.parts)
    held = []
    for part in split.parts[1:]:
        exact = not split.shared and total <= count
        size = int(part) if exact else round(count * part / total)
        held.append(max(size, 1) if part and count >= 3 else size)
    val, test = held
    needed = 1 if split.parts[0] and count >= 3 else 0
    while val + test > count - needed:
        val, test = (val - 1, test) if val > test else (val, test - 1)
    return count - val - test, val, test


def assign_splits(
    items: Sequence[SplitItem], split: SplitSpec, known: Mapping[str, str]
) -> dict[str, str]:
    """The split of every item, by id: train, val or test.

    Clips with the same text or the same recording are in one split. With nothing `known`, the
    held-out splits are drawn with the same distribution of lengths as all clips. Otherwise the
    known assignments stay, and new clips are for training.
    """
    groups = _groups(items)
    splits = {item.id: known[item.id] for item in items if item.id in known}
    if not splits:
        drawn = _draw(groups, split_sizes(split, len(items)))
        return {
            item.id: drawn.get(number, "train")
            for number, group in enumerate(groups)
            for item in group
        }
    for group in groups:
        held = {splits[item.id] for item in group if item.id in splits} & {"val", "test"}
        for item in group:
            splits.setdefault(item.id, max(held, default="train"))
    return splits


def text_key(text: str) -> str:
    """The letters and digits of a text; equal for two spellings of one sentence."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in text if letter.isalnum() or is_mark(letter))


def is_mark(letter: str) -> bool:
    """Whether it belongs to the letter before, as the vowel signs of Hindi do."""
    return not letter.isascii() and unicodedata.category(letter).startswith("M")


def _groups(items: Iterable[SplitItem]) -> list[list[SplitItem]]:
    """The items that must stay together, in an order that depends on their content only."""
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


def _draw(groups: Sequence[Sequence[SplitItem]], sizes: tuple[int, int, int]) -> dict[int, str]:
    """The numbers of the groups that are held out, and their split."""
    single = [number for number, group in enumerate(groups) if len(group) == 1]
    enough = len(single) >= sizes[1] + sizes[2]
    free = single if enough else list(range(len(groups)))
    drawn: dict[int, str] = {}
    for split, size in (("val", sizes[1]), ("test", sizes[2])):
        drawn |= dict.fromkeys(_stratified(groups, free, size), split)
        free = [number for number in free if number not in drawn]
    return drawn


def _stratified(groups: Sequence[Sequence[SplitItem]], free: Sequence[int], size: int) -> set[int]:
    """Groups of `size` clips in all, or of as many below as groups can make.

    Each stratum of length gives the group with the lowest hash; after a group of several clips
    that many strata are skipped.
    """
    if not size:
        return set()
    hashes = {number: _lowest_hash(groups[number]) for number in free}
    ordered = sorted(free, key=lambda number: (_seconds(groups[number]), hashes[number]))
    left = Counter(len(groups[number]) for number in ordered)
    most = rest = _sums(left, size).bit_length() - 1
    fitting = _fitting(left, rest)
    drawn: set[int] = set()
    # The last round takes what still fits from all groups.
    for stratum, numbers in enumerate([*_strata(groups, ordered, size), ordered]):
        for number in sorted(numbers, key=hashes.__getitem__):
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
    groups: Sequence[Sequence[SplitItem]], ordered: Sequence[int], count: int
) -> list[list[int]]:
    """The groups in `count` strata of about the same number of clips; some may be empty."""
    total = sum(len(groups[number]) for number in ordered)
    strata: list[list[int]] = [[] for _ in range(count)]
    place = 0
    for number in ordered:
        strata[place * count // total].append(number)
        place += len(groups[number])
    return strata


def _fitting(left: Mapping[int, int], rest: int) -> set[int]:
    """The lengths of groups after which the others can still make up `rest` clips exactly."""
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


def _seconds(group: Sequence[SplitItem]) -> float:
    return sum(item.seconds for item in group) / len(group)


def _lowest_hash(group: Sequence[SplitItem]) -> str:
    return min(hashlib.sha256(f"split {item.content}".encode()).hexdigest() for item in group)
