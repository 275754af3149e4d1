import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.errors import SettingError, TableError
from voiceprep.text.encode import TextConfig
from voiceprep.text.frontends import make_frontend


def characters(symbols="auto", texts=()):
    return make_frontend(TextConfig(frontend="characters", symbols=symbols), texts)


def written(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return str(path)


def test_the_table_is_what_the_texts_hold_by_code_point_after_the_pad():
    assert characters(texts=["Été", "e\u0301 b"]).symbols == ("_", " ", "b", "t", "É", "é")


def test_or_what_is_typed_or_in_a_file(tmp_path):
    typed = characters("bca é")
    assert typed.symbols == ("_", " ", "a", "b", "c", "é")
    for number, encoding in enumerate(("utf-8", "utf-8-sig", "utf-16")):
        path = written(tmp_path / f"{number}.txt", "_bca\r\n é\r\nbb\r\n", encoding)
        assert characters(path) == typed


def test_an_accent_in_a_line_of_its_own_is_a_symbol():
    """Many letters have no composed form with their accent."""
    assert characters("q\u0303e\u0301").symbols == ("_", "q", "é", "\u0303")
    assert characters(texts=["q\u0303"]).encode("q\u0303").symbols == ("q", "\u0303")


def test_a_table_in_a_file_keeps_accents_apart(tmp_path):
    path = written(tmp_path / "table", "e\n\u0301\n")
    assert characters(path).symbols == ("_", "e", "\u0301")


def test_a_file_that_is_not_there_is_no_table_of_its_letters():
    with pytest.raises(SettingError):
        characters("tabel.txt")


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "table.txt").write_bytes(bytes(range(128, 256)) * 4)
    with pytest.raises(TableError):
        characters(str(tmp_path / "table.txt"))


def test_a_typed_table_may_be_longer_than_the_name_of_a_file():
    table = "".join(map(chr, range(0x4E00, 0x4E00 + 3000)))
    assert len(characters(table).symbols) == 3001


def test_what_is_not_in_the_table_is_left_out_and_listed():
    encoding = characters("abc").encode("a1b_")
    assert (encoding.symbols, encoding.unknown) == (("a", "b"), ("1", "_"))


def test_case_is_kept():
    assert characters(texts=["Aa"]).encode("aA").symbols == ("a", "A")


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("\ta\u2028b\u2029c\u00a0d\u0085e\x00f\x7f\n", "a b c d e f"),
        ("\ufeffco\u00adop\u200b \u200eא\u200f", "coop א"),
        ("❤\ufe0f e\ufe0f\u0301", "❤ é"),
        # Persian: not the same word without the non-joiner.
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_white_space_is_a_space_and_what_has_no_reading_is_dropped(text, normalised):
    encoding = characters(texts=[text]).encode(text)
    assert (encoding.cleaned, encoding.unknown) == (normalised, ())


@pytest.mark.parametrize("odd", ["\ud83d", "\U000e1000", "\U0003fffe"])
def test_what_is_no_character_is_never_a_symbol(odd):
    """A lone surrogate cannot be written into a checkpoint."""
    for frontend in (characters(texts=[f"a{odd}"]), characters(f"a{odd}")):
        assert frontend.symbols == ("_", "a")
        assert frontend.encode(f"a{odd}").unknown == (odd,)


def test_a_table_without_a_character_is_refused():
    for symbols, texts in (("auto", []), ("auto", ["\ufe0f"]), ("_", []), ("", [])):
        with pytest.raises(SettingError):
            characters(symbols, texts)


@given(st.text())
def test_with_its_own_table_a_text_loses_nothing_but_the_pad_and_what_is_no_character(text):
    text = f"a{text}"
    encoding = characters(texts=[text]).encode(text)
    assert all(one == "_" or unicodedata.category(one) in ("Cs", "Cn") for one in encoding.unknown)
