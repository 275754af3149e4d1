from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceprep.errors import SettingError
from voiceprep.text.split import SplitItem, assign_splits, parse_split, split_sizes, text_key

LJSPEECH = parse_split("ljspeech")
SMALL = parse_split("119/5/10")


def items_of(count, seed=0):
    lengths = np.random.default_rng(seed).lognormal(1.7, 0.4, count)
    return [
        SplitItem(
            f"clip{number:05d}", f"hash{number}", f"Sentence number {number}.", float(seconds)
        )
        for number, seconds in enumerate(lengths)
    ]


def sizes(splits):
    counts = Counter(splits.values())
    return counts["train"], counts["val"], counts["test"]


@pytest.mark.parametrize(
    ("text", "count", "expected"),
    [
        ("all-train", 134, (134, 0, 0)),
        ("ljspeech", 13100, (12500, 100, 500)),
        ("ljspeech", 13200, (12600, 100, 500)),
        ("119/5/10", 134, (119, 5, 10)),
        ("119/5/10", 140, (125, 5, 10)),
        ("0.95/0.01/0.04", 1000, (950, 10, 40)),
        ("0.95/0.01/0.04", 30, (28, 1, 1)),
        ("ljspeech", 134, (128, 1, 5)),
        ("0.9/0.0/0.1", 10, (9, 0, 1)),
        ("5/5/5", 4, (2, 1, 1)),
        ("0.01/0.5/0.49", 3, (1, 1, 1)),
        ("0.0/0.5/0.5", 3, (0, 2, 1)),
        ("119/5/10", 2, (2, 0, 0)),
        ("119/5/10", 0, (0, 0, 0)),
    ],
)
def test_how_many_clips_are_on_each_split(text, count, expected):
    assert split_sizes(parse_split(text), count) == expected
    assert sizes(assign_splits(items_of(count), parse_split(text), {})) == expected


@pytest.mark.parametrize(
    "text", ["", "ljspeach", "1/2", "1/2/3/4", "a/b/c", "-1/2/3", "0/0/0", "nan/0/1", "0.5/0.1/0.1"]
)
def test_a_split_that_makes_no_sense_is_reported(text):
    with pytest.raises(SettingError):
        parse_split(text)


def test_a_thousand_clips_more_do_not_move_one():
    items = items_of(1000)
    first = assign_splits(items, SMALL, {})
    then = assign_splits(items + items_of(2000)[1000:], SMALL, first)
    assert {name: then[name] for name in first} == first
    assert {side for name, side in then.items() if name not in first} == {"train"}


def test_clips_with_the_same_text_are_on_one_side():
    items = items_of(300)
    twins = [
        SplitItem(f"twin{item.id}", f"other {item.content}", item.text.upper() + "!", item.seconds)
        for item in items
    ]
    splits = assign_splits(items + twins, parse_split("0.8/0.1/0.1"), {})
    assert all(splits[item.id] == splits[f"twin{item.id}"] for item in items)
    assert sizes(splits) == (480, 60, 60)


@pytest.mark.parametrize(
    ("readings", "parts", "expected"),
    [
        # What is wanted of each side, and what whole groups of readings can make.
        ((2, 2, 3, 5, 8), (16, 4, 0), (16, 4, 0)),
        ((2, 2, 2, 1, 6), (10, 3, 0), (10, 3, 0)),
        ((2, 2, 2, 2, 2), (5, 5, 0), (6, 4, 0)),
        ((6,), (4, 1, 1), (6, 0, 0)),
    ],
)
def test_the_counts_hold_as_far_as_texts_that_are_read_often_allow(readings, parts, expected):
    items = [
        SplitItem(f"{text}-{reading}", f"hash {text}-{reading}", f"text {text}", 1.0 + text)
        for text, often in enumerate(readings)
        for reading in range(often)
    ]
    assert sizes(assign_splits(items, parse_split("/".join(map(str, parts))), {})) == expected


def test_the_same_recording_under_two_names_is_on_one_side():
    items = items_of(60)
    again = [SplitItem(f"again{item.id}", item.content, "", item.seconds) for item in items]
    splits = assign_splits(items + again, parse_split("0.5/0.25/0.25"), {})
    assert all(splits[item.id] == splits[f"again{item.id}"] for item in items)


def test_a_later_clip_with_the_text_of_a_held_out_one_is_held_out_too():
    items = items_of(134)
    first = assign_splits(items, SMALL, {})
    held = next(item for item in items if first[item.id] == "val")
    late = SplitItem("late", "late", held.text, 1.0)
    assert assign_splits([*items, late], SMALL, first)["late"] == "val"


def gap(items, own):
    """The largest gap between the distributions of the lengths of some and of all items."""
    whole = np.sort([item.seconds for item in items])
    shares = np.searchsorted(whole, np.sort(own)) / len(whole)
    return np.abs(shares - (np.arange(len(own)) + 0.5) / len(own)).max()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_validation_is_as_long_and_as_short_as_the_whole(seed):
    items = items_of(13100, seed)
    splits = assign_splits(items, LJSPEECH, {})
    lengths = np.array([item.seconds for item in items])
    random = np.random.default_rng(seed)
    for side, worst in (("val", 0.03), ("test", 0.01)):
        own = [item.seconds for item in items if splits[item.id] == side]
        chance = [gap(items, random.choice(lengths, len(own), replace=False)) for _ in range(20)]
        assert gap(items, own) < min(worst, *chance)
        quantiles = np.quantile(own, (0.1, 0.5, 0.9)) / np.quantile(lengths, (0.1, 0.5, 0.9))
        assert np.abs(quantiles - 1).max() < 0.03


def test_validation_is_as_long_as_the_whole_where_every_text_is_read_twice():
    items = [replace(item, text=f"Sentence {at // 2}.") for at, item in enumerate(items_of(13100))]
    splits = assign_splits(items, LJSPEECH, {})
    assert sizes(splits) == (12500, 100, 500)
    for side, worst in (("val", 0.15), ("test", 0.06)):
        own = [item.seconds for item in items if splits[item.id] == side]
        assert gap(items, own) < worst


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello, you!", "hello you"),
        ("It's 5.", "Its 5"),
        ("Ünï", "ÜNÏ"),
        ("caf\u00e9", "cafe\u0301"),
    ],
)
def test_readings_of_one_sentence_have_one_key(one, other):
    assert text_key(one) == text_key(other)


def test_vowel_signs_tell_words_apart():
    assert text_key("\u0915\u0940") != text_key("\u0915\u093e")


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_order_and_names_make_no_difference(data):
    items = items_of(data.draw(st.integers(1, 60)))
    shuffled = data.draw(st.permutations(items))
    first = assign_splits(items, SMALL, {})
    assert assign_splits(shuffled, SMALL, {}) == first
    renamed = [SplitItem(f"x{item.id}", item.content, item.text, item.seconds) for item in items]
    assert sizes(assign_splits(renamed, SMALL, {})) == sizes(first)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40))
def test_every_clip_has_one_split_and_no_text_has_two(marks):
    items = [
        SplitItem(f"clip{at}", f"hash{content}", f"text {text}", 1.0 + at)
        for at, (content, text) in enumerate(marks)
    ]
    splits = assign_splits(items, parse_split("0.6/0.2/0.2"), {})
    assert splits.keys() == {item.id for item in items}
    for kind in ("text", "content"):
        found = {}
        for item in items:
            assert found.setdefault(getattr(item, kind), splits[item.id]) == splits[item.id]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=40), st.integers(1, 40))
def test_what_comes_later_moves_nothing_and_no_text_to_two_splits(texts, early):
    items = [
        SplitItem(f"clip{at}", f"hash{at}", f"text {text}", 1.0 + at)
        for at, text in enumerate(texts)
    ]
    split = parse_split("0.6/0.2/0.2")
    first = assign_splits(items[:early], split, {})
    then = assign_splits(items, split, first)
    assert {name: then[name] for name in first} == first
    held = {item.text: first[item.id] for item in items[:early]}
    for item in items[early:]:
        assert then[item.id] == held.get(item.text, "train")


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 60), st.tuples(*[st.integers(0, 30)] * 3).filter(any))
def test_clips_of_different_texts_are_divided_exactly(count, parts):
    split = parse_split("/".join(map(str, parts)))
    wanted = split_sizes(split, count)
    assert sum(wanted) == count
    assert min(wanted) >= 0
    if sum(parts) <= count:
        assert wanted[1:] == parts[1:]
    if count >= 3:
        assert all(size or not part for size, part in zip(wanted, parts, strict=True))
    assert sizes(assign_splits(items_of(count), split, {})) == wanted
