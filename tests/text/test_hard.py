"""Hard sentences of every language, and every sentence with every end."""

import pytest

from voiceprep.text.encode import TextConfig, encode
from voiceprep.text.frontends import make_frontend
from voiceprep.text.hard import (
    end_with,
    ending_of,
    endings_of,
    hard_sentences,
    hard_sentences_of,
)
from voiceprep.text.scripts import plain_letters

LANGUAGES = ("en", "ja", "zh", "ko", "fr", "de", "es", "ru")


def test_every_english_sentence_can_be_read():
    for text in hard_sentences("en").values():
        encoding = encode(text, "english_cleaners")
        assert encoding.ids
        assert not encoding.unknown


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_sentences_of_every_kind(language):
    sentences = hard_sentences(language)
    assert len({*sentences.values()}) == len(sentences)
    kinds = {name.partition("-")[0] for name in sentences}
    assert kinds == {name.partition("-")[0] for name in hard_sentences("en")}
    texts = [*sentences.values()]
    assert {len(plain_letters(text)) for text in texts} >= {1}
    assert max(map(len, texts)) > (80 if language in ("ja", "zh") else 160)
    for mark in endings_of(language):
        assert ending_of(f"x{mark}") == mark[-1:]
    assert all(map(str.isdecimal, (sentences["digits-1"],)))


def test_a_language_without_sentences_has_none_and_any_ending():
    assert hard_sentences("") == hard_sentences("fi") == {}
    assert {"", ".", "?", "。", "؟", "।"} <= {*endings_of("fi")}


@pytest.mark.parametrize("ending", endings_of("en"))
def test_a_sentence_gets_the_requested_ending(ending):
    for text in ("So it is", "So it is.", "So it is?! "):
        assert end_with(text, ending) == "So it is" + ending
    assert ending_of(end_with("So it is", ending)) == ending


def test_a_sentence_that_ends_in_a_letter_ends_in_nothing():
    assert ending_of("so") == ending_of("so,") == ending_of("") == ""


@pytest.mark.parametrize(
    ("text", "ending", "ended"),
    [
        ("今日は晴れです。", "？", "今日は晴れです？"),
        ("Hoy hace sol.", "¿?", "¿Hoy hace sol?"),
        ("¿Hace sol?", ".", "Hace sol."),
        ("Bien. ¿Hace sol?", "¡!", "Bien. ¡Hace sol!"),
        ("Il pleut ?", "", "Il pleut"),
        ("वह गया।", "?", "वह गया?"),
        ("هل ذهب؟", ".", "هل ذهب."),
    ],
)
def test_the_mark_is_that_of_the_language(text, ending, ended):
    assert end_with(text, ending) == ended


def test_hard_sentences_come_from_the_texts_of_another_language():
    texts = [
        "Minä olen täällä.",
        "Missä sinä olet?",
        "Ei!",
        "Se on ollut hyvin pitkä päivä, ja olen",
    ]
    found = hard_sentences_of(texts)
    assert found["shortest"] == "Ei!"
    assert len({*found.values()}) == len(found)
    assert found["longest"] == texts[-1]
    assert found["question"] == texts[1]
    assert found["repeated"] == " ".join(["olen"] * 8)
    assert found["joined"].startswith(texts[-1])
    assert hard_sentences_of(reversed(texts)) == found
    assert hard_sentences_of([" "]) == {}


def test_texts_without_spaces_are_joined_without_any():
    found = hard_sentences_of(["今日は天気がいいので行きます。", "コーヒーを飲みましょう。"])
    assert found["joined"] == "今日は天気がいいので行きます。コーヒーを飲みましょう。"
    assert "repeated" not in found


def test_the_sentences_of_a_language_are_read_character_by_character():
    texts = [*hard_sentences("ru").values()]
    frontend = make_frontend(TextConfig(frontend="characters"), texts)
    assert not any(encoding.unknown for encoding in frontend.encode_all(texts))
