import codecs

import pytest

from voiceprep.text.alphabets import FOREIGN, LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda row: row.name)
def test_the_encodings_of_a_language_exist_and_the_first_one_has_its_letters(language):
    for name in language.encodings:
        codecs.lookup(name)
    text = "".join(letter for letter in language.letters if letter not in "șț")
    assert text.encode(language.encodings[0]).decode(language.encodings[0]) == text
    assert len(set(language.letters)) == len(language.letters)
    assert language.words.isascii()


def test_a_frequent_letter_costs_less_than_a_rare_one_and_than_a_foreign_one():
    german = next(row for row in LANGUAGES if row.name == "German")
    assert german.letter_cost("ü") == german.letter_cost("Ü") < german.letter_cost("ß") < FOREIGN
    assert german.letter_cost("ø") == FOREIGN


@pytest.mark.parametrize(
    ("name", "ordered"),
    [
        ("Japanese", "の日猫鑫"),
        ("Chinese, simplified", "的猫の"),
        ("Chinese, traditional", "的貓の"),
        ("Korean", "이묵の"),
    ],
)
def test_characters_of_east_asia_cost_more_the_rarer_they_are(name, ordered):
    language = next(row for row in LANGUAGES if row.name == name)
    costs = [language.letter_cost(letter) for letter in ordered]
    assert costs == sorted(set(costs))
