import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceprep.errors import SettingError
from voiceprep.text.arpabet import split_braces
from voiceprep.text.cleaners import CLEANERS
from voiceprep.text.encode import Encoding, encode
from voiceprep.text.rewrites import DROPPED, JOINED, Rewrite
from voiceprep.text.symbols import SYMBOLS

# The first example may have to load a library.
untimed = settings(deadline=None)

REFERENCE = Path(__file__).parents[1] / "reference" / "text_ids_a.json"
ROWS = json.loads(REFERENCE.read_text(encoding="utf-8"))["rows"]

texts = st.one_of(
    st.text(),
    st.text(alphabet=st.sampled_from("{} \n_~@-.,$19tshHA0é—😀\u0301ıŞ"), max_size=40),
)
names = st.sampled_from(sorted(CLEANERS))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"][:20])
def test_ids_are_those_of_the_original(row):
    english = encode(row["text"])
    assert list(english.ids) == row["english_cleaners"]["ids"]
    assert list(encode(row["text"], "basic_cleaners").ids) == row["basic_cleaners"]
    assert (
        list(encode(row["text"], "transliteration_cleaners").ids)
        == (row["transliteration_cleaners"])
    )
    if row["english_cleaners"]["cleaned"] is not None:
        assert english.cleaned == row["english_cleaners"]["cleaned"]


def test_an_encoding_tells_how_it_came_about():
    assert encode("Hi, {B} 1!") == Encoding(
        text="Hi, {B} 1!",
        cleaned="hi, {B} one!",
        symbols=("h", "i", ",", " ", "@B", " ", "o", "n", "e", "!"),
        ids=(45, 46, 6, 11, 88, 11, 52, 51, 42, 2),
        unknown=(),
    )


@pytest.mark.parametrize("cleaner", CLEANERS)
def test_an_empty_text_is_an_empty_encoding(cleaner):
    assert encode("", cleaner) == Encoding("", "", (), (), ())


def test_a_symbol_that_is_not_known_is_left_out_and_listed_each_time():
    encoding = encode("a %b% %")
    assert encoding.symbols == ("a", " ", "b", " ")
    assert encoding.unknown == ("%", "%", "%")


def test_a_quotation_mark_is_left_out_without_a_warning():
    encoding = encode('a "b"')
    assert encoding.symbols == ("a", " ", "b")
    assert encoding.unknown == encoding.rewrites == ()


def test_pad_and_tilde_in_a_text_are_not_read():
    assert encode("_a~").symbols == ("a",)
    assert encode("_a~").unknown == ("_", "~")


def test_unknown_sounds_are_listed_in_their_braces():
    encoding = encode("{HH XX hh AA3 _}")
    assert encoding.symbols == ("@HH",)
    assert encoding.unknown == ("{XX}", "{hh}", "{AA3}", "{_}")


def test_a_sound_written_without_braces_is_letters():
    assert encode("@B").symbols == ("b",)
    assert encode("@B").unknown == ("@",)


def test_text_in_braces_is_not_cleaned():
    assert encode("Dr. {AH0} 2{B}nd").cleaned == "doctor {AH0} two{B}nd"


def test_a_character_that_has_no_spelling_is_reported():
    assert encode("£5 — “yes”… 😀").unknown == ("£", "—", "…", "😀")


def test_unknown_is_listed_in_order():
    assert encode("% — {XX} # …").unknown == ("%", "—", "{XX}", "#", "…")


def test_a_rewrite_is_listed_with_the_word_as_it_is_read():
    assert encode("wait—now {HH XX}").rewrites == (
        Rewrite("—", JOINED, "wait—now", "waitnow"),
        Rewrite("{XX}", DROPPED, "{HH XX}", "{HH}"),
    )
    assert encode("wait—now", "basic_cleaners").rewrites == encode("wait—now").rewrites


def test_an_accent_apart_from_its_letter_is_dropped_with_it():
    apart, together = encode("cafe\u0301"), encode("caf\u00e9")
    assert apart.ids == together.ids
    assert apart.unknown == together.unknown == ()


def test_basic_cleaning_tells_the_letters_it_keeps_and_cannot_read():
    assert encode("Bär 5", "basic_cleaners").unknown == ("ä", "5")


def test_a_cleaner_that_is_not_there_names_the_nearest():
    with pytest.raises(SettingError, match="'english_cleaners'"):
        encode("a", "english_cleaner")


@untimed
@given(texts, names)
def test_ids_and_symbols_go_together(text, cleaner):
    encoding = encode(text, cleaner)
    assert len(encoding.symbols) == len(encoding.ids)
    assert all(0 < number < len(SYMBOLS) for number in encoding.ids)
    assert tuple(SYMBOLS[number] for number in encoding.ids) == encoding.symbols


@untimed
@given(texts, names)
def test_nothing_of_the_cleaned_text_is_lost(text, cleaner):
    encoding = encode(text, cleaner)
    read = Counter(s if len(s) == 1 else "{" + s[1:] + "}" for s in encoding.symbols)
    cleaned = Counter()
    for plain, sounds in split_braces(encoding.cleaned):
        cleaned.update(plain)
        cleaned.update("{" + sound + "}" for sound in sounds)
    assert read <= cleaned
    lost = {symbol for symbol in cleaned - read if symbol in text and symbol.isascii()}
    assert lost - set('"`') <= set(encoding.unknown)


@untimed
@given(texts)
def test_basic_cleaning_of_what_was_cleaned_gives_the_same(text):
    once = encode(text, "basic_cleaners")
    again = encode(once.cleaned, "basic_cleaners")
    assert (again.cleaned, again.symbols, again.ids) == (once.cleaned, once.symbols, once.ids)


def loaded_by(call: str) -> set[str]:
    """The slow libraries that a fresh process has loaded after encoding."""
    code = f"import sys; from voiceprep.text.encode import encode; {call}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return {"inflect", "text_unidecode"} & set(done.stdout.split())


def test_slow_libraries_are_loaded_for_the_texts_that_need_them_only():
    assert loaded_by("encode('5 é', 'basic_cleaners'); encode('plain')") == set()
    assert loaded_by("encode('five é')") == {"text_unidecode"}
    assert loaded_by("encode('5')") == {"inflect"}
