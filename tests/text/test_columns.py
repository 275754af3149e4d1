from pathlib import Path

import pytest

from tests.text.lists import pairs, read
from voiceprep.errors import TableError
from voiceprep.text.columns import Row, table_rows
from voiceprep.text.list_reader import ListFile, ListFormat
from voiceprep.text.text_table import TextRow, clean_rows


@pytest.mark.parametrize(
    ("rows", "line", "why"),
    [
        (["a|b", "c|d|e|f"], 2, "has 4 columns where 2 are expected; quote it"),
        (["a|b.|c.", "d"], 2, "has 1 column where 3 are expected; quote it"),
        (["id|text|text", "a|b|c"], 1, "two columns are called text"),
    ],
)
def test_rows_of_another_number_of_columns_are_named(rows, line, why):
    fields = [Row(number, tuple(row.split("|"))) for number, row in enumerate(rows, 1)]
    file = ListFile(Path("list"), "")
    with pytest.raises(TableError) as caught:
        clean_rows(Path("list"), table_rows(file, fields, hint="; quote it"))
    assert (caught.value.path, caught.value.line, caught.value.why) == (Path("list"), line, why)


def test_a_numbered_third_column_is_a_speaker(tmp_path):
    assert read(tmp_path, "a|Hello there.|12\nb|Good day.|7\n").rows[1].speaker == "7"


@pytest.mark.parametrize("mark", ["|", "\t"])
def test_a_named_third_column_is_a_speaker_and_not_the_text(tmp_path, mark):
    lines = [("a", "Hello there.", "anna"), ("b", "Good day.", "bob"), ("c", "Yes.", "")]
    rows = read(tmp_path, "\n".join(map(mark.join, lines))).rows
    assert [(row.text, row.speaker) for row in rows] == [
        ("Hello there.", "anna"),
        ("Good day.", "bob"),
        ("Yes.", None),
    ]


def test_speakers_are_known_in_a_language_without_spaces(tmp_path):
    rows = read(tmp_path, "a.wav|你好|anna\nb.wav|今天天气好|anna\n").rows
    assert [(row.text, row.speaker) for row in rows] == [("你好", "anna"), ("今天天气好", "anna")]


def test_single_words_spelled_out_are_no_speakers(tmp_path):
    table = read(tmp_path, "wavs/a.wav|5|five\nwavs/b.wav|Hello there.|\n")
    assert pairs(table) == [("wavs/a.wav", "five"), ("wavs/b.wav", "Hello there.")]


def test_ljspeech_of_paths_keeps_its_normalised_text(tmp_path):
    table = read(tmp_path, "wavs/a.wav|It was 5.|It was five.\n")
    assert table.rows[0] == TextRow("wavs/a.wav", "It was five.", None, 1)


def test_a_csv_may_have_more_columns_in_any_order(tmp_path):
    text = 'seconds,text,speaker,file\n1.5,"She said ""yes"".",anna,a.wav\n'
    assert read(tmp_path, text).rows == (TextRow("a.wav", 'She said "yes".', "anna", 2),)


def test_a_column_of_files_goes_before_one_that_numbers_the_rows(tmp_path):
    assert pairs(read(tmp_path, "id,path,text\n0,a.wav,One.\n")) == [("a.wav", "One.")]
    line = '{"id": 3, "audio_filepath": "a.wav", "text": "One."}'
    assert pairs(read(tmp_path, line)) == [("a.wav", "One.")]


def test_several_voices_of_one_sentence_are_speakers(tmp_path):
    rows = read(tmp_path, "a.wav|Yes.|anna\nb.wav|Yes.|bob\n").rows
    assert [row.speaker for row in rows] == ["anna", "bob"]


def test_a_header_may_write_its_names_with_blanks_and_capitals(tmp_path):
    table = read(tmp_path, "ID|Transcription|Normalized Transcription\nc1|It is 5.|It is five.\n")
    assert pairs(table) == [("c1", "It is five.")]


@pytest.mark.parametrize("mark", [",", ";", "|", "\t"])
def test_a_separator_at_the_end_of_every_line_makes_no_column(tmp_path, mark):
    table = read(tmp_path, f"c1{mark}One.{mark}\nc2{mark}Two.{mark}{mark}\nc3{mark}Yes.\n")
    assert pairs(table) == [("c1", "One."), ("c2", "Two."), ("c3", "Yes.")]
    assert not table.notes


def test_a_row_of_another_width_than_the_named_columns_says_so():
    file = ListFile(Path("list"), "", (), ListFormat(columns=("id", "text")))
    (error,) = table_rows(file, [Row(1, ("c1", "anna", "One."))])
    assert error.why == "has 3 columns where 2 are expected, as --columns names"
