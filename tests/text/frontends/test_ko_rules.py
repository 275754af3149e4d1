import unicodedata
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.text.frontends.ko_rules import FINALS, INITIALS, SPOKEN_FINALS, speak, speak_pair
from voiceprep.text.frontends.ko_words import PATTERNS, WORDS

PAIRS = Path(__file__).with_name("ko_pairs.txt").read_text(encoding="utf-8").splitlines()
PAIRS = [line.split("\t") for line in PAIRS if not line.startswith("#")]
SYLLABLES = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
WORD = st.text(SYLLABLES, min_size=1, max_size=8)


@pytest.mark.parametrize(("article", "written", "spoken"), PAIRS, ids=[pair[1] for pair in PAIRS])
def test_a_word_is_pronounced_by_the_article(article, written, spoken):
    assert speak(written) == spoken


def test_the_pairs_cover_every_article_on_sounds_that_the_spelling_shows():
    found = {article.partition(".")[0] for article, _, _ in PAIRS}
    # Article 5 is on vowels, 6 and 7 on length, which is not marked.
    assert found == {"5", *map(str, range(8, 31))}
    assert len(PAIRS) == len({written for _, written, _ in PAIRS}) >= 150


def test_every_coda_and_onset_has_a_pronunciation_that_no_rule_changes_again():
    for coda, onset in product(FINALS, (*INITIALS, "이", "히", "-")):
        spoken_coda, spoken_onset = speak_pair(coda, onset)
        assert spoken_coda in (*SPOKEN_FINALS, "-")
        assert spoken_onset in (*INITIALS, "-")
        if spoken_coda != "-":
            assert speak_pair(spoken_coda, spoken_onset) == (spoken_coda, spoken_onset)


@given(WORD)
def test_what_is_pronounced_is_hangul_syllables_with_seven_codas(word):
    spoken = speak(word)
    assert len(spoken) == len(word)
    assert all("가" <= syllable <= "힣" for syllable in spoken)
    finals = {(ord(syllable) - ord("가")) % 28 for syllable in spoken} - {0}
    assert {FINALS[final - 1] for final in finals} <= {*SPOKEN_FINALS}


@given(WORD, WORD)
def test_nothing_changes_across_a_space_but_after_a_verb_in_l(first, second):
    if (ord(first[-1]) - ord("가")) % 28 != 8:
        assert speak(f"{first} {second}") == f"{speak(first)} {speak(second)}"


def test_words_and_punctuation_part_sounds():
    assert speak("옷 안, 옷, 안에") == "옫 안, 옫, 아네"


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        # What looks like a listed word, and is none.
        ("남다르다", "남다르다"),
        ("참다운", "참다운"),
        ("건물가격", "건물가격"),
        ("인기척", "인기척"),
        ("한자리", "한자리"),
        ("길게", "길게"),
        ("살게", "살게"),
    ],
)
def test_other_words_are_left_alone(written, spoken):
    assert speak(written) == spoken


def test_respelling_keeps_the_number_of_syllables_and_changes_them():
    for words in WORDS.values():
        for pair in words.split():
            written, respelt = pair.removeprefix("^").split("=")
            assert len(written) == len(respelt)
            assert unicodedata.is_normalized("NFC", pair)
    assert {pattern.article for pattern in PATTERNS} <= {str(number) for number in range(9, 31)}
