import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.quality.check import judge
from voiceprep.text.checks.expanded_words import CHECK, find_expanded
from voiceprep.text.encode import Encoding, encode


@pytest.mark.parametrize(
    ("text", "count", "evidence"),
    [
        ("In 1850 it was.", 1, "'1850' is read as 'eighteen fifty'"),
        ("Dr. Hale sat.", 1, "'dr' is read as 'doctor'"),
        ("A café.", 1, "'café' is read as 'cafe'"),
        ("It cost $2.50 there", 1, "'$2.50' is read as 'two dollars fifty cents'"),
    ],
)
def test_what_is_read_otherwise_is_measured_and_is_no_fault(text, count, evidence):
    measurement = find_expanded(encode(text))
    assert (measurement.value, measurement.evidence) == (count, evidence)
    assert judge(CHECK, "a", encode(text)).ok


def test_upper_case_marks_and_braces_are_nothing_to_tell():
    text = "“Plain  WORDS,” he said - {HH AH0} - well..."
    assert find_expanded(encode(text)).value == 0


def test_a_cleaner_that_leaves_digits_expands_none():
    assert find_expanded(encode("In 1850", "basic_cleaners")).value == 0


def test_of_many_some_are_shown():
    assert find_expanded(encode("1 a 2 b 3 c 4")).evidence.endswith("; …")


@given(st.text(max_size=60))
def test_any_text_is_read(text):
    assert find_expanded(encode(text)).value >= 0


def test_words_that_a_front_end_separates_are_not_spelled_differently():
    same = Encoding("今日は3時に会います", "今日 は 3 時 に 会い ます", (), (), ())
    assert find_expanded(same).value == 0
    read = Encoding("今日は3時に会います", "今日 は 三 時 に 会い ます", (), (), ())
    assert find_expanded(read).value == 1
    assert "'3'" in find_expanded(read).evidence
    assert find_expanded(Encoding("cafe\u0301", "caf\u00e9", (), (), ())).value == 0
