import pytest

from voiceprep.errors import TableError
from voiceprep.text.lexicon import look_up, read_lexicon, without_stress

DICTIONARY = """;;; # The dictionary, with its comments
HELLO  HH AH0 L OW1
HELLO(1)  HH EH0 L OW1
READ  R EH1 D # the past
tis T IH1 Z
DON'T  D OW1 N T
"""


@pytest.fixture
def lexicon(tmp_path):
    (tmp_path / "cmu.dict").write_text(DICTIONARY)
    return read_lexicon(tmp_path / "cmu.dict")


def test_the_first_reading_of_a_word_counts(lexicon):
    assert lexicon["hello"] == ("HH", "AH0", "L", "OW1")
    assert lexicon["read"] == ("R", "EH1", "D")
    assert len(lexicon) == 4


def test_apostrophes_belong_to_a_word_where_the_lexicon_has_them(lexicon):
    assert look_up(lexicon, "Don't") == ("D", "OW1", "N", "T")
    assert look_up(lexicon, "'tis") == look_up(lexicon, "’tis’") == ("T", "IH1", "Z")
    assert look_up(lexicon, "'unknown") is None


def test_stress_is_taken_off():
    assert without_stress(("HH", "AH0", "OW1")) == ("HH", "AH", "OW")


def test_an_old_dictionary_in_latin_1_is_read(tmp_path):
    (tmp_path / "old").write_bytes(b"\xef\xbb\xbfCAF\xe9  K AE0 F EY1\r\nNO  N OW1\r\n")
    assert read_lexicon(tmp_path / "old")["no"] == ("N", "OW1")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("HELLO  HH AH0 L OW1\nBAD  B QQ D\n", "line 2: 'QQ' is not an ARPAbet phoneme"),
        ("HELLO\n", "line 1: has no phonemes"),
        ("HELLO # HH AH0 L OW1\n", "line 1: has no phonemes"),
        (" # nothing\n", "line 1: has no phonemes"),
        ("", "contains no word"),
        (";;; comment\n", "contains no word"),
    ],
)
def test_what_is_no_lexicon_is_reported_by_its_line(tmp_path, text, why):
    (tmp_path / "bad").write_text(text)
    with pytest.raises(TableError, match=why):
        read_lexicon(tmp_path / "bad")


def test_a_missing_lexicon_is_reported(tmp_path):
    with pytest.raises(TableError) as caught:
        read_lexicon(tmp_path / "none.dict")
    assert (caught.value.path, caught.value.line) == (tmp_path / "none.dict", 0)
