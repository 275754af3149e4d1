import zipfile

import pytest

from voiceprep.clip import Clip
from voiceprep.dataset.provenance import Provenance
from voiceprep.dataset.texts import join_texts, unmatched_notes
from voiceprep.errors import TableError
from voiceprep.text.joining import Joined
from voiceprep.text.text_table import TextRow

CLIPS = [Clip(name, f"wavs/{name}.wav") for name in "ab"]


def put(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def pack(path, *names):
    with zipfile.ZipFile(path, "w") as zipped:
        for name in names:
            zipped.writestr(name, f"Text of {name}." if name.endswith(".txt") else "RIFF")


def join(folder, metadata="", clips=CLIPS):
    joined, notes = join_texts(folder, clips, metadata, Provenance(folder))
    return {id: row.text for id, row in joined.rows.items()}, notes


def test_a_list_of_texts_is_joined_and_others_are_noted(tmp_path):
    put(tmp_path, {"metadata.csv": "a|One.\nb|Two.\n", "metadata.txt": "a|Other.\n"})
    texts, (note,) = join(tmp_path)
    assert texts == {"a": "One.", "b": "Two."}
    assert note == "read metadata.csv and ignored metadata.txt; --metadata chooses another list"


def test_a_named_list_is_read_alone_here_or_in_the_dataset(tmp_path):
    put(tmp_path, {"metadata.csv": "a|One.\n", "mine.csv": "a|Mine.\n"})
    assert join(tmp_path, "mine.csv") == ({"a": "Mine."}, [])
    assert join(tmp_path, str(tmp_path / "mine.csv")) == ({"a": "Mine."}, [])


def test_a_place_without_texts_is_noted_and_the_next_one_is_read(tmp_path):
    put(tmp_path, {"wavs/a.wav": "", "wavs/a.lab": "\n"})
    texts, (note,) = join(tmp_path, clips=[Clip("a", "wavs/a.wav", "Listed.")])
    assert texts == {"a": "Listed."}
    assert "a.lab" in note


def test_each_place_of_texts_comes_before_those_behind_it(tmp_path):
    clips = [Clip("a", "wavs/a.wav", "Listed."), CLIPS[1]]
    assert join(tmp_path, clips=clips)[0] == {"a": "Listed."}
    put(tmp_path, {"deep/part/transcript_utf8.txt": "a:Nested.\n"})
    assert join(tmp_path, clips=clips)[0] == {"a": "Nested."}
    pack(tmp_path / "corpus.zip", "a.wav", "a.txt")
    assert join(tmp_path, clips=clips)[0] == {"a": "Text of a.txt."}
    put(tmp_path, {"wavs/a.wav": "", "wavs/a.txt": "Beside."})
    assert join(tmp_path, clips=clips)[0] == {"a": "Beside."}
    put(tmp_path, {"metadata.csv": "a|First.\n"})
    assert join(tmp_path, clips=clips)[0] == {"a": "First."}


def test_an_archive_of_other_sounds_names_the_next_step(tmp_path):
    pack(tmp_path / "x.zip", "c.wav", "c.txt")
    texts, (note,) = join(tmp_path)
    assert texts == {}
    assert note == f"its sounds are not in the dataset yet: voiceprep prepare {tmp_path / 'x.zip'}"


def test_a_list_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(TableError) as missing:
        join(tmp_path, "gone.csv")
    assert missing.value.path == tmp_path / "gone.csv"
    put(tmp_path, {"metadata.csv": "a|One.\nb|Two.|More.|And more.\n"})
    with pytest.raises(TableError) as wrong:
        join(tmp_path)
    assert (wrong.value.path, wrong.value.line) == (tmp_path / "metadata.csv", 2)


def test_texts_that_were_not_joined_are_counted_and_named():
    alone = tuple(TextRow(f"x{number}", "Text.", line=number) for number in range(1, 8))
    joined = Joined({}, (), alone, (TextRow("y", "Text."),))
    assert unmatched_notes(joined) == [
        "7 texts without a sound: x1 (line 1), x2 (line 2), x3 (line 3), x4 (line 4), "
        "x5 (line 5), …",
        "1 text that fit several sounds, write their paths in full: y",
    ]
    assert unmatched_notes(Joined({}, ("a",), (), ())) == []
