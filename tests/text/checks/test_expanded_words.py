import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.check import judge
from voiceprep.text.checks.expanded_words import CHECK, find_expanded
from voiceprep.text.encode import encode


@pytest.mark.parametrize(
    ("text", "count", "told"),
    [
        ("In 1850 it was.", 1, "'1850' is read 'eighteen fifty'"),
        ("Dr. Hale sat.", 1, "'dr' is read 'doctor'"),
        ("A café.", 1, "'café' is read 'cafe'"),
        ("It cost $2.50 there", 1, "'$2.50' is read 'two dollars fifty cents'"),
    ],
)
def test_what_is_read_otherwise_is_told_and_is_no_fault(text, count, told):
    reading = find_expanded(encode(text))
    assert (reading.value, reading.evidence) == (count, told)
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
