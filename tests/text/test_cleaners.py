import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceprep.text.cleaners import (
    CLEANERS,
    clean_basic,
    clean_english,
    clean_transliterated,
    expand_abbreviations,
    to_ascii,
)

# The first example may have to load a library.
untimed = settings(deadline=None)


def test_the_cleaners_have_the_names_that_checkpoints_give_them():
    assert set(CLEANERS) == {"english_cleaners", "transliteration_cleaners", "basic_cleaners"}


def test_basic_cleaning_keeps_accents_and_numbers():
    assert clean_basic("Der  Ärger\tum 5\n€ ") == "der ärger um 5 € "


def test_transliteration_keeps_numbers():
    assert clean_transliterated("Der  Ärger um 5") == "der aerger um 5"


def test_english_is_read_out_in_full():
    said = clean_english("Dr. Müller paid $5 on the 2nd;  Mr. Jones didn’t.")
    assert said == "doctor mueller paid five dollars on the second; mister jones didn't."


def test_mrs_is_spelled_as_checkpoints_were_trained():
    assert clean_english("Mrs. Jones") == "misess jones"


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        (
            "lt. gen. drs. st. capt. co. ltd.",
            "lieutenant general doctors saint captain company limited",
        ),
        (
            "maj. rev. hon. sgt. esq. col. ft. jr.",
            "major reverend honorable sergeant esquire colonel fort junior",
        ),
        ("mr smith", "mr smith"),
        ("amr. costco.", "amr. costco."),
        ("mr.dr.", "misterdr."),
        ("dr.mr.", "doctormister"),
    ],
)
def test_an_abbreviation_is_a_whole_word_with_its_point(text, spoken):
    assert expand_abbreviations(text) == spoken


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("café naïve", "cafe naive"),
        ("“quoted” ‘so’ – it’s", "\"quoted\" 'so' - it's"),
        ("Straße Æsop", "Strasse AEsop"),
        ("Привет", "Privet"),
        ("25°C", "25degC"),
        ("№5™", "No. 5(tm)"),
        ("a\u00a0b", "a b"),
        ("Ångström façade über ÄÖÜ", "Angstroem facade ueber AeOeUe"),
        ("ﬁ ﬃ 𝐀𝛢 Ｂ", "fi ffi AA B"),
        ("水を飲む", "Shui woYin mu"),
    ],
)
def test_other_letters_are_spelled_in_ascii(text, spelled):
    assert to_ascii(text) == spelled


def test_a_fraction_does_not_run_into_the_number_before_it():
    assert clean_english("2½ cups") == "two one/two cups"


@pytest.mark.parametrize("sign", ["£", "—", "…"])
def test_signs_that_the_reference_leaves_out_are_left_out(sign):
    assert clean_english(f"a {sign} b") == "a b"


@pytest.mark.parametrize("sign", ["\u2066", "\u0378", "\ue000", "😀", "\udc80"])
def test_a_sign_without_a_spelling_does_not_become_a_question(sign):
    assert to_ascii(sign) == ""


@untimed
@given(st.text())
def test_spelled_text_is_ascii_and_ascii_is_kept(text):
    spelled = to_ascii(text)
    assert spelled.isascii()
    assert to_ascii(spelled) == spelled
    assert to_ascii("é" + spelled) == "e" + spelled


@untimed
@given(st.text(alphabet=st.characters(min_codepoint=0xC0, max_codepoint=0x17F)))
def test_an_accent_may_stand_apart_from_its_letter(text):
    apart = unicodedata.normalize("NFD", text)
    assert to_ascii(apart) == "".join(to_ascii(unicodedata.normalize("NFD", c)) for c in text)


@untimed
@given(st.text())
def test_basic_cleaning_of_cleaned_text_changes_nothing(text):
    once = clean_basic(text)
    assert clean_basic(once) == once


@pytest.mark.parametrize("clean", CLEANERS.values())
@untimed
@given(text=st.text(alphabet=st.sampled_from("aB .\t\n\u2028\u00a01$é—😀")))
def test_cleaned_text_has_single_spaces_only(clean, text):
    cleaned = clean(text)
    assert cleaned == cleaned.lower()
    assert "  " not in cleaned
    assert all(character == " " or not character.isspace() for character in cleaned)
