import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.errors import SettingError
from voiceprep.text.encode import TextConfig
from voiceprep.text.frontends import make_frontend


def characters(symbols="auto", texts=()):
    return make_frontend(TextConfig(frontend="characters", symbols=symbols), texts)


def test_the_table_is_what_the_texts_hold_by_code_point_after_the_pad():
    assert characters(texts=["Été", "e\u0301 b"]).symbols == ("_", " ", "b", "t", "É", "é")


def test_or_what_is_typed_or_in_a_file(tmp_path):
    (tmp_path / "table.txt").write_text("bca\n é\n", encoding="utf-8")
    assert characters("bca é").symbols == ("_", " ", "a", "b", "c", "é")
    assert characters(str(tmp_path / "table.txt")).symbols == characters("bca é").symbols


def test_what_is_not_in_the_table_is_left_out_and_listed():
    encoding = characters("abc").encode("a1b_")
    assert (encoding.symbols, encoding.unknown) == (("a", "b"), ("1", "_"))


def test_a_table_without_a_character_is_refused():
    with pytest.raises(SettingError):
        characters(texts=[])
    with pytest.raises(SettingError):
        characters("_")


@given(st.text())
def test_with_its_own_table_a_text_loses_nothing_but_the_pad(text):
    if text.replace("_", "").strip():
        encoding = characters(texts=[text]).encode(text)
        assert {*encoding.unknown} <= {"_"}
