import numpy as np
import pytest

from tests.text.made import made_texts, plain, said
from voiceprep.text.encode import encode
from voiceprep.text.likeness import compare_splits, find_leaks
from voiceprep.text.spoken import SpokenText


def random():
    return np.random.default_rng(1)


def test_splits_drawn_by_lot_are_alike():
    texts = list(said(made_texts(200)).values())
    for likeness in compare_splits(texts[:160], texts[160:], random()):
        assert likeness.chance > 0.02
        assert likeness.distance == pytest.approx(likeness.usual, rel=1)


def test_a_split_of_short_texts_or_of_other_letters_is_reported():
    texts = sorted(said(made_texts(200)).values(), key=lambda text: text.length)
    lengths = compare_splits(texts[40:], texts[:40], random())[1]
    assert lengths.what == "lengths"
    assert lengths.distance > 0.95
    assert lengths.chance == pytest.approx(1 / 201)
    strange = [SpokenText(encode("Jazz quiz, vexed!")) for _ in range(20)]
    symbols = compare_splits(texts, strange, random())[0]
    assert symbols.distance > 0.3
    assert symbols.chance < 0.01


def test_an_empty_split_is_like_nothing():
    texts = list(plain("a cat").values())
    assert compare_splits(texts, [], random()) == compare_splits([], texts, random()) == ()
    assert compare_splits(list(plain("").values()), list(plain("?").values()), random())


def test_leaks_are_the_same_text_first_then_what_is_nearly_it():
    train = plain("An old cat sat.", "The dogs of the town ran away", "Something else")
    held = {
        "x": SpokenText(encode("an old, old cat... SAT")),
        "y": SpokenText(encode("An old cat sat!")),
    }
    held["z"] = SpokenText(encode("The dogs of the town ran off"))
    leaks = find_leaks(train, held, 0.7)
    assert [(leak.train, leak.held, leak.same) for leak in leaks] == [
        ("a", "y", True),
        ("a", "x", False),
        ("b", "z", False),
    ]
    assert leaks[2].alike == pytest.approx(5 / 7)


def test_texts_in_which_nothing_is_said_do_not_leak():
    assert find_leaks(plain("", "..."), {"x": SpokenText(encode("..."))}, 0.7) == []
