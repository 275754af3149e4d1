import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.text.test_tables import pairs, read
from voiceprep.errors import TableError
from voiceprep.text.corpora import parse_speakers
from voiceprep.text.rows import Row
from voiceprep.text.tables import read_table


def test_kaldis_text(tmp_path):
    table = read(tmp_path, "anna-1 the first, it is\nanna-2  the second\n", "text")
    assert table.rows == (
        Row("anna-1", "the first, it is", None, 1),
        Row("anna-2", "the second", None, 2),
    )


def test_kaldis_speakers_are_in_a_file_beside_it(tmp_path):
    (tmp_path / "utt2spk").write_text("a anna\nb bob\nnobody carl\n")
    table = read(tmp_path, "a one\nb two\nc three\n", "text")
    assert [row.speaker for row in table.rows] == ["anna", "bob", None]


@pytest.mark.parametrize("line", ["b\n", "b bob carl\n"])
def test_a_bad_line_of_kaldis_speakers_is_named(tmp_path, line):
    (tmp_path / "utt2spk").write_text("a anna\n" + line)
    with pytest.raises(TableError, match=r"utt2spk, line 2: has \d words; a line is ID SPEAKER"):
        read(tmp_path, "a one\n", "text")


def test_speakers_elsewhere_have_nothing_to_say(tmp_path):
    (tmp_path / "utt2spk").write_text("a anna\n")
    assert read(tmp_path, "a|One.\n", "metadata.csv").rows[0].speaker is None


def test_bars_in_a_file_called_text_are_columns(tmp_path):
    assert pairs(read(tmp_path, "a|One of them.\n", "text")) == [("a", "One of them.")]


def test_an_id_and_a_text_are_known_under_any_name_by_the_ids_of_the_clips(tmp_path):
    path = tmp_path / "metadata.txt"
    path.write_text("a One, of them.\nb Two.\n")
    assert pairs(read_table(path, ["part/a", "part/b"])) == [("a", "One, of them."), ("b", "Two.")]
    with pytest.raises(TableError, match="line 2: has 1 columns"):
        read_table(path, ["x", "y"])


@pytest.mark.parametrize("name", ["transcript_utf8.txt", "transcripts_utf8.txt", "metadata.txt"])
def test_jsuts_transcripts(tmp_path, name):
    text = "BASIC5000_0001:水をマレーシアから買わなくてはならないのです。\nBASIC5000_0002:A: B\n"
    assert pairs(read(tmp_path, text, name)) == [
        ("BASIC5000_0001", "水をマレーシアから買わなくてはならないのです。"),
        ("BASIC5000_0002", "A: B"),
    ]


def test_a_comma_behind_the_colon_belongs_to_the_text(tmp_path):
    table = read(tmp_path, "a: Hello, you.\nb: Yes, sir.\n", "metadata.txt")
    assert pairs(table) == [("a", "Hello, you."), ("b", "Yes, sir.")]


@pytest.mark.parametrize("line", ["without one", ":no ID", "two words:text", "C:\\x.wav"])
def test_a_line_without_an_id_before_a_colon_is_named(tmp_path, line):
    with pytest.raises(TableError, match="line 2: has no ID before a colon; a line is ID:text"):
        read(tmp_path, f"a:One.\n{line}\n", "transcript_utf8.txt")


@pytest.mark.parametrize("name", ["txt.done.data", "metadata.txt"])
def test_the_lists_of_arctic(tmp_path, name):
    text = '( arctic_a0001 "Author of the danger trail, Philip Steels, etc." )\n'
    text += '(arctic_a0002 "He said \\"no\\" | so.")\n'
    assert pairs(read(tmp_path, text, name)) == [
        ("arctic_a0001", "Author of the danger trail, Philip Steels, etc."),
        ("arctic_a0002", 'He said "no" | so.'),
    ]


@pytest.mark.parametrize("line", ["a|One.", '( a "open )', "( a no quotes )", '( "no id" )'])
def test_a_line_that_festival_would_not_read_is_named(tmp_path, line):
    with pytest.raises(TableError, match="line 2: not of the form"):
        read(tmp_path, f'( a "One." )\n{line}\n', "txt.done.data")


def test_a_chapter_of_librispeech_tells_its_speaker(tmp_path):
    text = "84-121123-0000 GO DO YOU HEAR\n84-121123-0001 BUT IN LESS\n"
    rows = read(tmp_path, text, "84-121123.trans.txt").rows
    assert rows[0] == Row("84-121123-0000", "GO DO YOU HEAR", "84", 1)
    assert read(tmp_path, "x-1 ELSE\n", "84-121123.trans.txt").rows[0].speaker is None


def test_an_id_without_a_text_is_told(tmp_path):
    table = read(tmp_path, "a one\nb\n", "text")
    assert pairs(table) == [("a", "one")]
    assert table.notes[0].endswith("no text in line 2")


def test_two_texts_for_one_id_are_told(tmp_path):
    with pytest.raises(TableError, match="line 2: another text for a, which line 1 has already"):
        read(tmp_path, "a one\na two\n", "text")


IDS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,12}", fullmatch=True)
TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1).filter(
    lambda text: text.strip() == text and text[0] not in "/\\"
)
SHAPES = {
    "text": "{} {}",
    "transcript_utf8.txt": "{}:{}",
    "txt.done.data": '( {} "{}" )',
}


@pytest.mark.parametrize("name", SHAPES)
@settings(max_examples=60, deadline=None)
@given(st.dictionaries(IDS, TEXTS, min_size=1))
def test_any_text_comes_back(tmp_path_factory, name, texts):
    quoted = name == "txt.done.data"
    lines = [
        SHAPES[name].format(key, text.replace("\\", "\\\\").replace('"', '\\"') if quoted else text)
        for key, text in texts.items()
    ]
    table = read(tmp_path_factory.mktemp("list"), "\n".join(lines), name)
    assert dict(pairs(table)) == texts


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(IDS, IDS))
def test_any_speakers_come_back(tmp_path_factory, speakers):
    path = tmp_path_factory.mktemp("list") / "utt2spk"
    data = "".join(f"{key} {who}\n" for key, who in speakers.items()).encode()
    assert parse_speakers(path, data) == speakers
