from voiceprep.commands.text import text
from voiceprep.text.encode import TextConfig
from voiceprep.text.rewrites import JOINED


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
        "frontend": "nvidia",
        "stages": (),
        "notes": (),
        "cleaner": "basic_cleaners",
        "text": "Hi.",
        "cleaned": "hi.",
        "symbols": ("h", "i", "."),
        "ids": (45, 46, 7),
        "unknown": (),
        "rewrites": (),
    }


def test_words_that_are_joined_and_other_scripts_are_shown():
    preview = text("Wait—now, 水を飲む!")
    assert preview.lines()[4:] == [
        "unknown  '—'",
        f"rewrite  '—' {JOINED}: Wait—now, -> waitnow,",
        "rewrite  CJK letters transliterated: 水を飲む! -> shui woyin mu!",
    ]
    (row,) = preview.rows()
    assert row["rewrites"][0] == {
        "what": "—",
        "effect": JOINED,
        "typed": "Wait—now,",
        "read": "waitnow,",
    }


def test_a_character_that_cannot_be_seen_is_named():
    preview = text("a\u202c b")
    assert preview.lines()[4] == "unknown  U+202C pop directional formatting"
    (row,) = preview.rows()
    assert row["unknown"] == ("U+202C pop directional formatting",)
    assert row["rewrites"][0]["what"] == row["unknown"][0]
    assert row["rewrites"][0]["typed"] == "a<U+202C>"


def test_the_table_of_a_sentence_alone_is_told(tmp_path):
    config = TextConfig(frontend="characters")
    assert text("Ça va", tmp_path, config).notes
    (tmp_path / "clips.jsonl").write_text('{"id": "a", "path": "a.wav", "text": "Va"}\n')
    preview = text("Ça va", tmp_path, config)
    assert not preview.notes
    assert preview.encoding.unknown == ("Ç", " ", "v")
    assert not text("Ça va", tmp_path, TextConfig(frontend="characters", symbols="abc")).notes
