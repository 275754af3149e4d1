import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.text.arpabet import ARPABET, join_braces, split_braces


def test_there_are_84_sounds_each_once():
    assert len(set(ARPABET)) == len(ARPABET) == 84


def test_vowels_carry_a_stress_and_consonants_none():
    assert {"AA", "AA0", "AA1", "AA2", "ZH"} <= set(ARPABET)
    assert "ZH1" not in ARPABET
    assert "AA3" not in ARPABET


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", [("", ())]),
        ("no braces", [("no braces", ())]),
        ("on {HH AW1} Street", [("on ", ("HH", "AW1")), (" Street", ())]),
        ("{HH}{AW1}", [("", ("HH",)), ("", ("AW1",)), ("", ())]),
        ("{ HH  AW1\tS }", [("", ("HH", "AW1", "S")), ("", ())]),
        ("{hh ?}", [("", ("hh", "?")), ("", ())]),
        ("{ }", [("", ()), ("", ())]),
        ("{HH", [("{HH", ())]),
        ("HH}{", [("HH}{", ())]),
        ("{}", [("{}", ())]),
        ("a{} b}c", [("a", ("}", "b")), ("c", ())]),
        ("{{HH}}", [("", ("{HH",)), ("}", ())]),
    ],
)
def test_braces_part_sounds_from_text(text, pieces):
    assert list(split_braces(text)) == pieces


def test_braces_are_found_on_every_line_and_nothing_after_them_is_lost():
    pieces = list(split_braces("one\ntwo {B\nK} three\nfour"))
    assert pieces == [("one\ntwo ", ("B", "K")), (" three\nfour", ())]


def test_sounds_are_joined_as_they_are_typed():
    assert join_braces(("HH", "AW1")) == "{HH AW1}"
    assert join_braces(()) == ""


@given(st.text(alphabet=st.sampled_from("{} \nHa1")))
def test_split_and_joined_again_the_text_is_split_the_same(text):
    joined = "".join(plain + join_braces(sounds) for plain, sounds in split_braces(text))
    again = "".join(plain + join_braces(sounds) for plain, sounds in split_braces(joined))
    assert joined == again
    assert [c for c in joined if c not in "{} \n"] == [c for c in text if c not in "{} \n"]
