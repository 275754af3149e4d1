import pytest

from voiceprep.text.encode import TextConfig
from voiceprep.text.frontends import make_frontend

DCTTS = make_frontend(TextConfig(frontend="dctts"))


def test_the_table_is_theirs_with_our_names_of_the_pad_and_the_end():
    theirs = "PE abcdefghijklmnopqrstuvwxyz'.?"
    assert DCTTS.symbols == ("_", "<end>", *theirs[2:])


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Ab.", (3, 4, 30, 1)),
        ("Is it Zoë's?", (11, 21, 2, 11, 22, 2, 28, 17, 7, 29, 21, 31, 1)),
        # What is no symbol of theirs parts words.
        ("a—b,  c", (3, 2, 4, 2, 5, 1)),
        ("İ", (11, 1)),
        ("“a”", (3, 1)),
        ("1,5", ()),
    ],
)
def test_ids_are_theirs(text, ids):
    assert DCTTS.encode(text).ids == ids


def test_letters_and_digits_are_lost_and_marks_are_read_as_spaces():
    encoding = DCTTS.encode("Straße 12, ça!")
    assert encoding.cleaned == "stra e ca"
    assert encoding.unknown == ("ß", "1", "2")
    assert [one.what for one in encoding.rewrites] == ["ß", "1", "2", ",", "!"]
