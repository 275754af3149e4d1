from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceprep.errors import SettingError
from voiceprep.text.split import Item, assign_sides, parse_split, split_sizes, text_key

LJSPEECH = parse_split("ljspeech")
SMALL = parse_split("119/5/10")


def items_of(count, seed=0):
    lengths = np.random.default_rng(seed).lognormal(1.7, 0.4, count)
    return [
        Item(f"clip{number:05d}", f"hash{number}", f"Sentence number {number}.", float(seconds))
        for number, seconds in enumerate(lengths)
    ]


def sizes(sides):
    counts = Counter(sides.values())
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
        ("119/5/10", 2, (2, 0, 0)),
        ("119/5/10", 0, (0, 0, 0)),
    ],
)
def test_how_many_clips_are_on_each_side(text, count, expected):
    assert split_sizes(parse_split(text), count) == expected
    assert sizes(assign_sides(items_of(count), parse_split(text), {})) == expected


@pytest.mark.parametrize(
    "text", ["", "ljspeach", "1/2", "1/2/3/4", "a/b/c", "-1/2/3", "0/0/0", "nan/0/1", "0.5/0.1/0.1"]
)
def test_a_split_that_makes_no_sense_is_told(text):
    with pytest.raises(SettingError):
        parse_split(text)


def test_a_thousand_clips_more_do_not_move_one():
    items = items_of(1000)
    first = assign_sides(items, SMALL, {})
    then = assign_sides(items + items_of(2000)[1000:], SMALL, first)
    assert {name: then[name] for name in first} == first
    assert {side for name, side in then.items() if name not in first} == {"train"}


def test_clips_with_the_same_text_are_on_one_side():
    items = items_of(300)
    twins = [
        Item(f"twin{item.id}", f"other {item.content}", item.text.upper() + "!", item.seconds)
        for item in items
    ]
    sides = assign_sides(items + twins, parse_split("0.8/0.1/0.1"), {})
    assert all(sides[item.id] == sides[f"twin{item.id}"] for item in items)
    assert sizes(sides) == (480, 60, 60)


def test_the_same_recording_under_two_names_is_on_one_side():
    items = items_of(60)
    again = [Item(f"again{item.id}", item.content, "", item.seconds) for item in items]
    sides = assign_sides(items + again, parse_split("0.5/0.25/0.25"), {})
    assert all(sides[item.id] == sides[f"again{item.id}"] for item in items)


def test_a_later_clip_with_the_text_of_a_held_out_one_is_held_out_too():
    items = items_of(134)
    first = assign_sides(items, SMALL, {})
    held = next(item for item in items if first[item.id] == "val")
    late = Item("late", "late", held.text, 1.0)
    assert assign_sides([*items, late], SMALL, first)["late"] == "val"


def test_validation_is_as_long_and_as_short_as_the_whole():
    items = items_of(13100)
    sides = assign_sides(items, LJSPEECH, {})
    whole = np.array([item.seconds for item in items])
    for side, worst in (("val", 0.03), ("test", 0.01)):
        own = np.sort([item.seconds for item in items if sides[item.id] == side])
        shares = np.searchsorted(np.sort(whole), own) / len(whole)
        # The largest gap between both distributions; 0.12 and 0.05 are usual by chance.
        assert np.abs(shares - (np.arange(len(own)) + 0.5) / len(own)).max() < worst


@pytest.mark.parametrize(
    ("one", "other"), [("Hello, you!", "hello you"), ("It's 5.", "Its 5"), ("Ünï", "ÜNÏ")]
)
def test_readings_of_one_sentence_have_one_key(one, other):
    assert text_key(one) == text_key(other)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_order_and_names_make_no_difference(data):
    items = items_of(data.draw(st.integers(1, 60)))
    shuffled = data.draw(st.permutations(items))
    first = assign_sides(items, SMALL, {})
    assert assign_sides(shuffled, SMALL, {}) == first
    renamed = [Item(f"x{item.id}", item.content, item.text, item.seconds) for item in items]
    assert sizes(assign_sides(renamed, SMALL, {})) == sizes(first)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40))
def test_every_clip_has_one_side_and_no_text_has_two(marks):
    items = [
        Item(f"clip{at}", f"hash{content}", f"text {text}", 1.0 + at)
        for at, (content, text) in enumerate(marks)
    ]
    sides = assign_sides(items, parse_split("0.6/0.2/0.2"), {})
    assert sides.keys() == {item.id for item in items}
    for kind in ("text", "content"):
        found = {}
        for item in items:
            assert found.setdefault(getattr(item, kind), sides[item.id]) == sides[item.id]
