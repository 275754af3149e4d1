from voiceprep.commands.text import text
from voiceprep.text.encode import TextConfig


def test_a_sentence_is_shown_as_it_will_be_read():
    lines = text("Dr. Hale paid $2!").lines()
    assert lines[1] == "cleaned  doctor hale paid two dollars!"
    assert lines[3].startswith("ids      41 52 40 57 52 55 11")
    assert lines[4] == "unknown  none"


def test_what_would_not_be_spoken_is_named():
    assert text("50 %").lines()[4] == "unknown  '%'"


def test_the_record_holds_everything():
    (row,) = text("Hi.", config=TextConfig(cleaner="basic_cleaners")).rows()
    assert row == {
        "cleaner": "basic_cleaners",
        "text": "Hi.",
        "cleaned": "hi.",
        "symbols": ("h", "i", "."),
        "ids": (45, 46, 7),
        "unknown": (),
    }
