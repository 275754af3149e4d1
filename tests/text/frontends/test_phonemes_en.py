from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.errors import SettingError, TableError
from voiceprep.text.encode import TextConfig
from voiceprep.text.frontends import FrontendState, load_frontend, make_frontend
from voiceprep.text.frontends.english.letter_rules import RULES_PATH
from voiceprep.text.frontends.english.pronounce import BY_LETTERS, BY_PARTS, BY_RULES
from voiceprep.text.frontends.phonemes_en import EnglishPhonemesFrontend
from voiceprep.text.symbols import SYMBOLS

# The letter rules are a part of the front end: where they change, its version must.
RULES = (1, "4ac98f7bd8479117c8b134d84a0b96901d9ff40184edb03916cf34a16596f4b6")


def phonemes_en(**settings):
    return make_frontend(TextConfig(frontend="phonemes-en", **settings))


FRONTEND = phonemes_en()


def read(text, frontend=FRONTEND):
    return dict(frontend.encode(text).stages)["phonemes"]


@pytest.mark.parametrize(
    ("text", "phonemes"),
    [
        ("A green boat.", "{AH0} {G R IY1 N} {B OW1 T}."),
        ("Dr. Hale owes $3!", "{D AA1 K T ER0} {HH EY1 L} {OW1 Z} {TH R IY1} {D AA1 L ER0 Z}!"),
        ("Don’t wait—run…", "{D OW1 N T} {W EY1 T}-{R AH1 N}..."),
        (
            "“Tea”, 'milk' or the boys' jam",
            "{T IY1}, {M IH1 L K} {AO1 R} {DH AH0} {B OY1 Z} {JH AE1 M}",
        ),
        (
            "'Tis the naïve café's e-mail",
            "{T IH1 Z} {DH AH0} {N AY2 IY1 V} {K AH0 F EY1 Z} {IY1 M EY2 L}",
        ),
        ("a sun-warm stone", "{AH0} {S AH1 N}-{W AO1 R M} {S T OW1 N}"),
        ("He read {R IY1 D}.", "{HH IY1} {R EH1 D} {R IY1 D}."),
        ("for us in the US", "{F AO1 R} {AH1 S} {IH0 N} {DH AH0} {Y UW2 EH1 S}"),
        (
            "in the U.S., or the U.S.",
            "{IH0 N} {DH AH0} {Y UW2 EH1 S}, {AO1 R} {DH AH0} {Y UW2 EH1 S}.",
        ),
        ("GIVE US TEA", "{G IH1 V} {AH1 S} {T IY1}"),
    ],
)
def test_a_sentence_is_read_as_marks_and_phonemes(text, phonemes):
    encoding = FRONTEND.encode(text)
    assert read(text) == phonemes
    assert (encoding.unknown, encoding.notes) == ((), ())


def test_cleaned_is_the_text_in_words():
    assert FRONTEND.encode("The FBI paid 21 men {T IY1}.").cleaned == (
        "the fbi paid twenty-one men {T IY1}."
    )


def test_a_word_that_no_dictionary_has_is_told_once_with_its_phonemes():
    encoding = FRONTEND.encode("A blaft, a blaft and an XQR unfluted.")
    assert encoding.notes == (
        f"blaft: B L AE1 F T {BY_RULES}",
        f"XQR: EH1 K S K Y UW1 AA1 R {BY_LETTERS}",
        f"unfluted: AH0 N F L UW1 T IH0 D {BY_PARTS}",
    )


def test_without_stress_vowels_lose_their_digits_in_braces_and_notes_too():
    encoding = phonemes_en(stress=False).encode("A blaft {OW1}")
    assert encoding.symbols[:3] == ("@AH", " ", "@B")
    assert not any(symbol[-1].isdigit() for symbol in encoding.symbols)
    assert encoding.notes == (f"blaft: B L AE F T {BY_RULES}",)


def test_what_is_lost_is_listed():
    assert FRONTEND.encode("50% {OW1 QQ} of _it").unknown == ("%", "{QQ}", "_")


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "own.dict"
    path.write_text("TEA  T EH1\nDON'T  D UH1 N\nCAFÉ  K EY1 F\nUS  Y UW1\nO'  AO1\n")
    return phonemes_en(pronunciations=str(path))


def test_the_users_pronunciations_come_first(own):
    assert read("Tea, don’t café US", own) == "{T EH1}, {D UH1 N} {K EY1 F} {Y UW1}"
    assert read("teas and tea's, 'o'", own) == "{T IY1 Z} {AH0 N D} {T EH1 Z}, {OW1}"
    assert read("o' tea", own) == "{AO1} {T EH1}"


def test_they_travel_with_the_state(own):
    state = FrontendState.from_plain(own.state.to_plain())
    assert dict(state.pronunciations)["don't"] == "D UH1 N"
    assert read("Don't", load_frontend(state)) == "{D UH1 N}"


def test_a_file_that_is_no_lexicon_is_refused(tmp_path):
    with pytest.raises(TableError):
        phonemes_en(pronunciations=str(tmp_path / "none"))


@pytest.mark.parametrize(
    "change",
    [
        {"dictionary": "another"},
        {"pronunciations": (("a", "QQ"),)},
        {"pronunciations": (("a", " "),)},
    ],
)
def test_a_state_that_would_be_read_otherwise_is_refused(change):
    with pytest.raises(SettingError):
        load_frontend(replace(FRONTEND.state, **change))


def test_the_rules_are_those_of_the_version():
    found = sha256(RULES_PATH.read_bytes()).hexdigest()
    assert (EnglishPhonemesFrontend.version, found) == RULES


WORDS = st.text("abcdefghijklmnopqrstuvwxyzAEIOUST'’-. {}$1é", max_size=40)


@given(st.text() | WORDS)
def test_every_symbol_is_in_the_table_and_both_tables_are_one(text):
    encoding = FRONTEND.encode(text)
    assert {*encoding.symbols} <= {*SYMBOLS[1:]}
    stage = dict(encoding.stages)["phonemes"]
    assert make_frontend(TextConfig()).encode(stage).ids == encoding.ids
    assert FRONTEND.encode(stage).ids == encoding.ids


def test_a_long_word_or_chain_of_words_is_read():
    for text in ("ab" * 5000, "a's" * 5000, "a-" * 5000, "a." * 5000, "aB" * 5000):
        assert FRONTEND.encode(text).symbols
