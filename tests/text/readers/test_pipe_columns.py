import pytest

from tests.text.lists import pairs, read
from voiceprep.errors import TableError
from voiceprep.text.text_table import TextRow


def test_ljspeech_metadata_of_two_columns(tmp_path):
    table = read(tmp_path, "LJ-1|Printing, in the only sense.\nLJ-2|In being modern.\n")
    assert pairs(table) == [("LJ-1", "Printing, in the only sense."), ("LJ-2", "In being modern.")]
    assert [row.line for row in table.rows] == [1, 2]


def test_ljspeech_metadata_of_three_columns_gives_the_normalised_text(tmp_path):
    table = read(tmp_path, "a|It cost $5.|It cost five dollars.\nb|Yes.|\n")
    assert pairs(table) == [("a", "It cost five dollars."), ("b", "Yes.")]


def test_nvidia_filelists_with_and_without_speakers(tmp_path):
    table = read(tmp_path, "wavs/a.wav|Hello there.|0\nwavs/b.wav|Good day.|1\n", "train.txt")
    assert table.rows[0] == TextRow("wavs/a.wav", "Hello there.", "0", 1)
    assert pairs(read(tmp_path, "wavs/a.wav|Hello there.\n"))[0] == ("wavs/a.wav", "Hello there.")


def test_the_lists_of_nvidia_with_a_speaker_behind_the_text(tmp_path):
    text = "DUMMY/LJ050-0234.wav|It has used other bureaus.|3\nDUMMY/p225_001.wav|Please.|22\n"
    assert read(tmp_path, text, "filelist.txt").rows == (
        TextRow("DUMMY/LJ050-0234.wav", "It has used other bureaus.", "3", 1),
        TextRow("DUMMY/p225_001.wav", "Please.", "22", 2),
    )


@pytest.mark.parametrize(
    ("text", "line", "columns"),
    [
        ("a.wav|One.|3\nb.wav|Two.\n", 2, 2),
        ("a.wav|One.|3\nb.wav|Two.|4|5\n", 2, 4),
    ],
)
def test_a_line_without_its_speaker_is_named(tmp_path, text, line, columns):
    with pytest.raises(TableError, match=f"{columns} columns") as caught:
        read(tmp_path, text, "train.txt")
    assert caught.value.line == line


def test_a_lone_quote_swallows_nothing(tmp_path):
    table = read(tmp_path, 'a|"Stop, he said.\nb|Two.\nc|6" nails.\n')
    assert pairs(table) == [("a", '"Stop, he said.'), ("b", "Two."), ("c", '6" nails.')]


def test_a_bar_within_a_text_makes_no_columns_of_a_list_between_tabs_or_commas(tmp_path):
    table = read(tmp_path, "c1\tYes | no.\nc2\tSo.\n")
    assert pairs(table) == [("c1", "Yes | no."), ("c2", "So.")]
    table = read(tmp_path, 'c1,"Yes | no."\nc2,So.\nc3,Ah.\n')
    assert pairs(table) == [("c1", "Yes | no."), ("c2", "So."), ("c3", "Ah.")]


def test_quotes_around_all_fields_are_no_part_of_them(tmp_path):
    table = read(tmp_path, '"a"|"Yes, ""so""."\n"b"|"Two."\n')
    assert pairs(table) == [("a", 'Yes, "so".'), ("b", "Two.")]
    assert pairs(read(tmp_path, 'a|"One."\nb|"Two."\n'))[0] == ("a", '"One."')


@pytest.mark.parametrize("second", ["c2|No | or so.\n", ""])
def test_bars_in_every_text_are_in_doubt(tmp_path, second):
    with pytest.raises(TableError) as caught:
        read(tmp_path, "c1|Yes, it is | or not.\n" + second)
    for shown in ("--columns id,text reads 'Yes, it is | or not.'", "id,text,other"):
        assert shown in caught.value.why
    assert pairs(read(tmp_path, "c1|It is 5 | It is five.\n")) == [("c1", "It is five.")]
