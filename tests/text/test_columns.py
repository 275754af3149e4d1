import pytest

from tests.text.test_tables import pairs, read
from voiceprep.errors import TableError
from voiceprep.text.rows import Row


def test_ljspeech_metadata_of_two_columns(tmp_path):
    table = read(tmp_path, "LJ-1|Printing, in the only sense.\nLJ-2|In being modern.\n")
    assert pairs(table) == [("LJ-1", "Printing, in the only sense."), ("LJ-2", "In being modern.")]
    assert [row.line for row in table.rows] == [1, 2]


def test_ljspeech_metadata_of_three_columns_gives_the_normalised_text(tmp_path):
    table = read(tmp_path, "a|It cost $5.|It cost five dollars.\nb|Yes.|\n")
    assert pairs(table) == [("a", "It cost five dollars."), ("b", "Yes.")]


def test_nvidia_filelists_with_and_without_speakers(tmp_path):
    table = read(tmp_path, "wavs/a.wav|Hello there.|0\nwavs/b.wav|Good day.|1\n", "train.txt")
    assert table.rows[0] == Row("wavs/a.wav", "Hello there.", "0", 1)
    assert pairs(read(tmp_path, "wavs/a.wav|Hello there.\n"))[0] == ("wavs/a.wav", "Hello there.")


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
    assert table.rows[0] == Row("wavs/a.wav", "It was five.", None, 1)


@pytest.mark.parametrize(
    "header", ["file_name,transcription", "path,sentence", "ID,Text", "audio_file,text"]
)
def test_a_csv_with_a_header(tmp_path, header):
    table = read(tmp_path, f'{header}\na.wav,"Hello, you."\nb.wav,He said ""no""\n')
    assert pairs(table)[0] == ("a.wav", "Hello, you.")


def test_a_csv_may_have_more_columns_in_any_order(tmp_path):
    text = 'seconds,text,speaker,file\n1.5,"She said ""yes"".",anna,a.wav\n'
    assert read(tmp_path, text).rows == (Row("a.wav", 'She said "yes".', "anna", 2),)


def test_a_csv_without_a_header_has_two_columns(tmp_path):
    table = read(tmp_path, 'a,"Hello, you."\nb,Yes.\n')
    assert pairs(table) == [("a", "Hello, you."), ("b", "Yes.")]


def test_a_column_of_files_goes_before_one_that_numbers_the_rows(tmp_path):
    assert pairs(read(tmp_path, "id,path,text\n0,a.wav,One.\n")) == [("a.wav", "One.")]
    line = '{"id": 3, "audio_filepath": "a.wav", "text": "One."}'
    assert pairs(read(tmp_path, line)) == [("a.wav", "One.")]


def test_a_quoted_csv_field_may_hold_a_line_break(tmp_path):
    table = read(tmp_path, 'id,text\na,"one\ntwo"\nb,three\n')
    assert pairs(table) == [("a", "one\ntwo"), ("b", "three")]
    assert table.rows[1].line == 4


def test_a_tsv_with_a_header(tmp_path):
    table = read(tmp_path, 'client_id\tpath\tsentence\nx9\ta.mp3\t"Quoted ""so"" here."\n', "m.tsv")
    assert table.rows == (Row("a.mp3", 'Quoted "so" here.', "x9", 2),)


def test_json_lines(tmp_path):
    text = '{"audio_filepath": "wavs/a.wav", "text": "One.", "duration": 1.5}\n\n'
    text += '{"audio_filepath": "wavs/b.wav", "text": "Two.", "speaker": 3}\n'
    rows = read(tmp_path, text, "manifest.json").rows
    assert rows == (Row("wavs/a.wav", "One.", None, 1), Row("wavs/b.wav", "Two.", "3", 3))


def test_a_lone_quote_swallows_nothing(tmp_path):
    table = read(tmp_path, 'a|"Stop, he said.\nb|Two.\nc|6" nails.\n')
    assert pairs(table) == [("a", '"Stop, he said.'), ("b", "Two."), ("c", '6" nails.')]


def test_an_open_quote_in_a_csv_is_named_with_its_line(tmp_path):
    with pytest.raises(TableError, match="line 3: a quote is opened and not closed"):
        read(tmp_path, 'id,text\na,One.\nb,"Two.\nc,Three.\n')


def test_the_lists_of_nvidia_with_a_speaker_behind_the_text(tmp_path):
    text = "DUMMY/LJ050-0234.wav|It has used other bureaus.|3\nDUMMY/p225_001.wav|Please.|22\n"
    assert read(tmp_path, text, "filelist.txt").rows == (
        Row("DUMMY/LJ050-0234.wav", "It has used other bureaus.", "3", 1),
        Row("DUMMY/p225_001.wav", "Please.", "22", 2),
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a.wav|One.|3\nb.wav|Two.\n", "line 2: has 2 columns where the first line has 3"),
        ("a.wav|One.|3\nb.wav|Two.|4|5\n", "line 2: has 4 columns where the first line has 3"),
        ("a.wav|One.|3|x\n", "line 1: has 4 columns: 2 or 3 are wanted"),
    ],
)
def test_a_line_without_its_speaker_is_named(tmp_path, text, why):
    with pytest.raises(TableError, match=why):
        read(tmp_path, text, "train.txt")


def test_several_voices_of_one_sentence_are_speakers(tmp_path):
    rows = read(tmp_path, "a.wav|Yes.|anna\nb.wav|Yes.|bob\n").rows
    assert [row.speaker for row in rows] == ["anna", "bob"]
