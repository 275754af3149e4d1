from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.text.made import made_texts, plain
from voiceprep.text.cover import ENOUGH, choose_additions, find_only, measure_cover
from voiceprep.text.encode import encode
from voiceprep.text.frontends.nvidia import NvidiaFrontend
from voiceprep.text.reference import Reference, english
from voiceprep.text.spoken import SpokenText
from voiceprep.text.units import UNITS

SHARES = {"ab": 0.5, "cd": 0.3, "ef": 0.2}
REFERENCE = Reference("made", {"letter_pairs": SHARES, "diphones": {"AH-K": 1.0}})


def texts(*sentences):
    return [SpokenText(encode(sentence)) for sentence in sentences]


def test_what_is_missing_and_what_is_rare_is_reported():
    cover = measure_cover(texts(*["ab"] * ENOUGH, "cd"), REFERENCE)["letter_pairs"]
    assert (cover.missing, cover.rare) == (("ef",), ("cd",))
    assert cover.covered == pytest.approx(0.8)
    assert cover.secured == pytest.approx(0.5 + 0.3 / ENOUGH)
    assert cover.counts["ab"] == ENOUGH


def test_texts_that_the_lexicon_cannot_tell_are_counted():
    lexicon = {"a": ("AH0",), "k": ("K",)}
    spoken = plain("a k", "a word", lexicon=lexicon).values()
    cover = measure_cover(list(spoken), REFERENCE)["diphones"]
    assert (cover.covered, cover.unread) == (1, 1)
    assert "diphones" not in measure_cover(texts("a k"), REFERENCE)


def test_no_texts_cover_nothing():
    assert measure_cover([], english(NvidiaFrontend())) == {}


def test_what_only_one_clip_has_is_its_own():
    only = find_only(plain("at ease?", "eat", "tea"))
    assert only["a"]["symbols"] == ("s", "?")
    assert only["a"]["letter_pairs"] == ("as", "se")
    assert only["c"] == {"letter_pairs": ("te",)}


def test_a_clip_that_has_nothing_of_its_own_can_be_spared():
    assert find_only(plain("a cat", "a cat")) == {}


def test_additions_secure_the_most_first():
    pool = texts("ef", "ab cd", "ab ab", "zz")
    chosen = choose_additions({"ef": 9}, pool, SHARES, "letter_pairs", 9)
    assert [row.text for row in chosen] == ["ab ab", "ab cd"]
    assert [row.gain for row in chosen] == pytest.approx([1.0 / ENOUGH, 0.8 / ENOUGH])
    assert [row.new for row in chosen] == [("ab",), ("cd",)]


def plain_greedy(have, pool, shares, count):
    """The same choice without a heap: all gains are reckoned anew each time."""
    have, places, chosen = dict(have), set(range(len(pool))), []
    units = [UNITS["letter_pairs"](spoken) for spoken in pool]

    def secured(place):
        after = dict(have)
        for unit in units[place]:
            after[unit] = after.get(unit, 0) + 1
        return sum(
            share * (min(after.get(unit, 0), ENOUGH) - min(have.get(unit, 0), ENOUGH)) / ENOUGH
            for unit, share in shares.items()
        )

    while places and len(chosen) < count:
        best = max(places, key=lambda place: (round(secured(place), 12), -place))
        if secured(best) <= 1e-12:
            break
        chosen.append(round(secured(best), 9))
        for unit in units[best]:
            have[unit] = have.get(unit, 0) + 1
        places.remove(best)
    return chosen


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("abcdef ", min_size=1, max_size=12), max_size=8), st.integers(0, 6))
def test_the_heap_chooses_as_plain_greed_does(sentences, count):
    pool = texts(*sentences)
    have = {"ab": 3}
    chosen = choose_additions(have, pool, SHARES, "letter_pairs", count)
    assert [round(row.gain, 9) for row in chosen] == plain_greedy(have, pool, SHARES, count)


def test_a_pool_of_thousands_takes_no_time():
    pool = texts(*made_texts(3000).values())
    begun = process_time()
    choose_additions(
        {}, pool, english(NvidiaFrontend()).shares["letter_pairs"], "letter_pairs", 100
    )
    assert process_time() - begun < 2


def test_without_a_reference_texts_have_symbols_and_cover_nothing():
    cover = measure_cover(list(plain(*["ab"] * ENOUGH, "cd").values()), None)
    assert cover["symbols"].covered is None
    assert cover["symbols"].missing == ()
    assert cover["symbols"].rare == ("c", "d")
    assert "phonemes" not in cover
