import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceprep.text.numbers import spell_numbers

# The first example may have to load a library.
untimed = settings(deadline=None)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("0", "zero"),
        ("007", "seven"),
        ("110", "one hundred ten"),
        ("1,000,000 people", "one million people"),
        ("12345", "twelve thousand, three hundred forty-five"),
        ("10:30am", "ten:thirtyam"),
        ("x2y", "xtwoy"),
        ("-5%", "-five%"),
        ("3.14", "three point fourteen"),
        (".5", ".five"),
        ("1.2.3", "one point two.three"),
    ],
)
def test_numbers_are_read_in_words(text, spoken):
    assert spell_numbers(text) == spoken


@pytest.mark.parametrize(
    ("year", "spoken"),
    [
        ("1000", "one thousand"),
        ("1001", "ten oh one"),
        ("1066", "ten sixty-six"),
        ("1900", "nineteen hundred"),
        ("1905", "nineteen oh five"),
        ("1999", "nineteen ninety-nine"),
        ("2000", "two thousand"),
        ("2009", "two thousand nine"),
        ("2010", "twenty ten"),
        ("2999", "twenty-nine ninety-nine"),
        ("3000", "three thousand"),
        ("1,999", "nineteen ninety-nine"),
    ],
)
def test_numbers_from_1001_to_2999_are_read_as_years(year, spoken):
    assert spell_numbers(year) == spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("1st", "first"),
        ("22nd", "twenty-second"),
        ("103rd", "one hundred and third"),
        ("1,000th", "one thousandth"),
        ("0th", "zeroth"),
        ("1nd", "first"),
        ("1ST", "oneST"),
    ],
)
def test_ordinals_are_read_as_ordinals(text, spoken):
    assert spell_numbers(text) == spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("$1", "one dollar"),
        ("$2", "two dollars"),
        ("$1.01", "one dollar, one cent"),
        ("$0.50", "fifty cents"),
        ("$.05", "five cents"),
        ("$1.5", "one dollar, five cents"),
        ("$5.00", "five dollars"),
        ("$0.00", "zero dollars"),
        ("$5.", "five dollars."),
        ("$5,300.75", "five thousand, three hundred dollars, seventy-five cents"),
        ("$1.2.3", "one point two.three dollars"),
        ("$ 5", "$ five"),
        ("$5 million", "five dollars million"),
    ],
)
def test_dollars_are_read_with_their_cents(text, spoken):
    assert spell_numbers(text) == spoken


@pytest.mark.parametrize(
    ("text", "spoken"), [("$,5", "five dollars"), ("$1.,5", "one dollar, five cents")]
)
def test_a_stray_comma_in_an_amount_is_passed_over(text, spoken):
    assert spell_numbers(text) == spoken


def test_the_longest_number_with_a_name_is_named():
    assert spell_numbers("9" * 36).startswith("nine hundred ninety-nine decillion, ")


def test_a_longer_number_is_read_digit_by_digit():
    assert spell_numbers("1" + "0" * 36) == "one" + " zero" * 36
    assert spell_numbers("1" + "0" * 36 + "th") == "one" + " zero" * 36 + "th"


def test_zeros_in_front_do_not_make_a_number_long():
    assert spell_numbers("0" * 5000 + "1") == "one"
    assert spell_numbers("0" * 40 + "1st") == "first"


def test_a_text_without_digits_stays_as_it_is():
    assert spell_numbers("$, no 一 and ٣") == "$, no 一 and ٣"


@untimed
@given(st.text(alphabet="0123456789$.,- sthndr£", max_size=80))
def test_no_digit_is_left_and_nothing_fails(text):
    assert not set("0123456789") & set(spell_numbers(text))


@untimed
@given(st.integers(min_value=0, max_value=10**36 - 1))
def test_commas_between_thousands_change_nothing(number):
    assert spell_numbers(f"{number:,}") == spell_numbers(str(number))
