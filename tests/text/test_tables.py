import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceprep.errors import TableError
from voiceprep.text.tables import Row, Table, find_tables, join_rows, read_sidecars, read_table


def read(tmp_path, text, name="metadata.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return read_table(path)


def pairs(table):
    return [(row.key, row.text) for row in table.rows]


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


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path):
    assert pairs(read(tmp_path, "a|One.\n", encoding="utf-8-sig")) == [("a", "One.")]
    assert pairs(read(tmp_path, "a|Ünï.\n", encoding="utf-16")) == [("a", "Ünï.")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end(tmp_path, end):
    assert pairs(read(tmp_path, f"a|One.{end}b|Two.{end}{end}")) == [("a", "One."), ("b", "Two.")]


def test_a_lone_quote_swallows_nothing(tmp_path):
    table = read(tmp_path, 'a|"Stop, he said.\nb|Two.\nc|6" nails.\n')
    assert pairs(table) == [("a", '"Stop, he said.'), ("b", "Two."), ("c", '6" nails.')]


def test_an_open_quote_in_a_csv_is_named_with_its_line(tmp_path):
    with pytest.raises(TableError, match="line 3: a quote is opened and not closed"):
        read(tmp_path, 'id,text\na,One.\nb,"Two.\nc,Three.\n')


def test_windows_1252_is_read_and_told(tmp_path):
    table = read(tmp_path, "a|Plain.\nb|Café “so”.\n", encoding="cp1252")
    assert pairs(table)[1] == ("b", "Café “so”.")
    assert "line 2" in table.notes[0]
    assert "Windows-1252" in table.notes[0]


def test_lines_are_counted_by_every_kind_of_end(tmp_path):
    table = read(tmp_path, "a|One.\rb|Two.\rc|Café.\r", encoding="cp1252")
    assert "line 3" in table.notes[0]


def test_breaks_that_only_some_programs_know_stay_within_a_line(tmp_path):
    table = read(tmp_path, "a|One\u2028two\x0bthree\x85four.\nb|Two.\n")
    assert len(table.rows) == 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a|One.\nb|Two.|Two|Two.\n", "line 2: has 4 columns where the first line has 2"),
        ("a|One.|One.\nb\n", "line 2: has 1 columns where the first line has 3"),
        ("a|One.\n|Two.\n", "line 2: has no name of a sound"),
        ("a|b|c|d\n", "line 1: has 4 columns: 2 or 3 are wanted"),
        ("just a sentence\n", "line 1: has one column"),
        ("a|One.\nb|Two.\na|Three.\n", "line 3: another text for a, which line 1 has already"),
        ("", "holds no text"),
        ("id,text\n", "holds no text"),
        ('{"id": "a"}\n', "line 1: has no text"),
        ('{"id": "a", "text": 5}\n', "line 1: a name and a text are wanted"),
        ('{"id": "a", "text": "x"}\n[1]\n', "line 2: not a JSON object"),
        ('{"id": "a", "text": "x"}\n{"id"\n', "line 2: not JSON"),
        ('[{"id": "a", "text": "x"}]', "line 1: not a JSON object in braces"),
        ('{\n"id": "a", "text": "x"}', "line 1: not JSON"),
        ('{"a":' * 100_000, "line 1: not JSON"),
        ('{"id": "a", "text": "x\\ud800"}', "line 1: its text holds a zero or half a character"),
        ('{"id": "a", "text": "x\\u0000"}', "line 1: its text holds a zero or half a character"),
        ("a,Hello, you.\nb,Yes, sir.\n", "line 1: has 3 columns: 2 are wanted.*quote a text"),
        ("id,text\na,Hello, you.\n", "line 2: has 3 columns .* quote a text that has commas"),
        ("id,text,text\na,x,y\n", "line 1: two columns are called text"),
        ("a|One.\nb|T\0o.\n", "line 2: holds a zero byte"),
        ("a|One.\rb|T\0o.\r", "line 2: holds a zero byte"),
        ("\ufeffa|One.\nb|T\0o.\n", "line 2: holds a zero byte"),
        ("a|One.\nb|T\0o.\n".encode("utf-16"), "line 2: holds a zero byte"),
        ("a|One.\n".encode("utf-16-le"), "line 1: holds a zero byte"),
        ("a|One.\n".encode("utf-32"), "holds a zero byte"),
        ("a|One.\n".encode("utf-16")[:-1], "not utf-16"),
        (b"a|One.\rb|T\x81o.\r", "line 2: neither UTF-8 nor Windows-1252"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path, text, why):
    with pytest.raises(TableError, match=why) as caught:
        read(tmp_path, text)
    assert str(tmp_path / "metadata.csv") in str(caught.value)


def test_a_row_without_text_is_left_out_and_told(tmp_path):
    table = read(tmp_path, "a|One.\nb| \nc|\n")
    assert pairs(table) == [("a", "One.")]
    assert table.notes[0].endswith("no text in line 2, 3")


def test_the_same_row_twice_counts_once_and_is_told(tmp_path):
    table = read(tmp_path, "a|One.\na|One.\n")
    assert len(table.rows) == 1
    assert "1 rows are there twice" in table.notes[0]


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(TableError, match=r"gone\.csv: cannot be read"):
        read_table(tmp_path / "gone.csv")


def test_lists_are_found_by_their_usual_names(tmp_path):
    assert find_tables(tmp_path) == []
    for name in ("metadata.txt", "metadata.csv", "notes.csv"):
        (tmp_path / name).touch()
    assert [path.name for path in find_tables(tmp_path)] == ["metadata.csv", "metadata.txt"]


def test_texts_beside_the_sounds(tmp_path):
    (tmp_path / "a.txt").write_text("One\n two.\n")
    (tmp_path / "b.txt").write_text("2.")
    (tmp_path / "b.normalized.txt").write_text("Two.")
    (tmp_path / "c.lab").write_text("\n")
    sounds = {name: [tmp_path / f"{name}.wav"] for name in "abcd"}
    table = read_sidecars(sounds, tmp_path)
    assert pairs(table) == [("a", "One two."), ("b", "Two.")]
    assert table.notes == (f"{tmp_path / 'c.lab'} is empty",)


def join(keys, ids):
    rows = tuple(Row(key, f"text of {key}", line=at) for at, key in enumerate(keys, start=1))
    return join_rows(Table(Path("list"), rows), ids)


@pytest.mark.parametrize(
    "key",
    [
        "a/b",
        "a/b.wav",
        "./a/b.mp3",
        "wavs/a/b.wav",
        "/home/me/wavs/a/b.flac",
        "C:\\x\\a\\b.wav",
        "b",
    ],
)
def test_a_name_is_joined_to_its_clip_however_it_is_written(key):
    joined = join([key], ["a/b", "c"])
    assert joined.rows["a/b"].key == key
    assert joined.without_text == ("c",)


def test_a_name_with_dots_is_joined_whole():
    assert list(join(["v1.2"], ["v1.2", "v1"]).rows) == ["v1.2"]


def test_what_is_no_suffix_of_a_sound_belongs_to_the_name():
    joined = join(["ch1", "ch1.3"], ["ch1", "ch1.2"])
    assert joined.rows["ch1"].key == "ch1"
    assert [row.key for row in joined.without_sound] == ["ch1.3"]


def test_what_found_no_partner_is_told_both_ways():
    joined = join(["a", "x"], ["a", "b"])
    assert joined.without_text == ("b",)
    assert [row.key for row in joined.without_sound] == ["x"]


def test_a_name_that_fits_two_clips_is_not_guessed():
    joined = join(["s1", "p/s2"], ["p/s1", "q/s1", "p/s2"])
    assert [row.key for row in joined.unclear] == ["s1"]
    assert list(joined.rows) == ["p/s2"]


def test_a_whole_name_goes_before_a_guess():
    joined = join(["other/a", "a"], ["a"])
    assert joined.rows["a"].key == "a"
    assert [row.key for row in joined.without_sound] == ["other/a"]


def test_two_guesses_at_one_clip_are_unclear():
    joined = join(["x/a", "y/a"], ["a"])
    assert len(joined.unclear) == 2
    assert joined.without_text == ("a",)


def test_names_are_the_same_however_their_accents_are_written(tmp_path):
    table = read(tmp_path, "cafe\u0301|One.\n")
    assert list(join_rows(table, ["caf\u00e9"]).rows) == ["caf\u00e9"]
    assert list(join_rows(table, ["cafe\u0301"]).rows) == ["cafe\u0301"]


def test_a_path_that_leads_out_is_only_compared():
    assert join(["../../etc/passwd"], ["a"]).without_sound


WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS.filter(lambda text: text.strip() and "|" not in text), min_size=1))
def test_any_text_without_a_pipe_comes_back(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("list")
    lines = [f"clip{number}|{text}" for number, text in enumerate(texts)]
    table = read(folder, "\n".join(lines))
    assert [row.text for row in table.rows] == [text.strip() for text in texts]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory, data):
    with suppress(TableError):
        assert read(tmp_path_factory.mktemp("list"), data).rows


def test_the_sample_metadata(tmp_path):
    data = Path(os.environ.get("VOICEPREP_DATA") or "missing")
    path = data / "ljspeech-mini" / "metadata.csv"
    if not path.exists():
        pytest.skip("the sample recordings are not here")
    table = read_table(path)
    assert len(table.rows) == 23
    assert not table.notes
