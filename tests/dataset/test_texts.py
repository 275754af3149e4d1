import zipfile

import pytest

from tests.signals import sweep, tone, write
from voiceprep.clip import Clip
from voiceprep.commands.convert import convert
from voiceprep.dataset.clips import dataset_clips
from voiceprep.dataset.provenance import Provenance
from voiceprep.dataset.texts import join_texts, unmatched_notes
from voiceprep.errors import TableError
from voiceprep.text.joining import Joined, Unclear
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
    unclear = (
        Unclear((TextRow("y", "Text."),), ("p/y", "q/y")),
        Unclear((TextRow("p/z", "One.", line=8), TextRow("q/z", "Two.", line=9)), ("z",)),
    )
    left_out = {"failed": alone[:1], "quarantined": alone[1:3]}
    assert unmatched_notes(Joined({}, (), alone, unclear, left_out)) == [
        "7 texts without a sound: x1 (line 1), x2 (line 2), x3 (line 3), x4 (line 4), "
        "x5 (line 5), …",
        "1 text for a failed clip: x1 (line 1)",
        "2 texts for quarantined clips: x2 (line 2), x3 (line 3)",
        "3 texts of unclear sounds, write their paths in full: y may be p/y or q/y; "
        "p/z (line 8) or q/z (line 9) may be z",
    ]
    assert unmatched_notes(Joined({}, ("a",), (), ())) == []


def test_a_text_that_is_joined_by_its_file_name_alone_is_noted():
    rows = {"bert/a": TextRow("anna/a.wav", "One.", line=1), "bert/b": TextRow("b", "Two.")}
    assert unmatched_notes(Joined(rows, (), (), ())) == [
        "1 text joined by the file name alone: anna/a.wav (line 1) to bert/a"
    ]


def test_texts_of_sounds_that_were_quarantined_or_failed_are_told_apart(tmp_path):
    for name in ("a", "b"):
        write(tmp_path / "mp3dir" / f"{name}.wav", sweep(1.5, 22050), 22050)
    write(tmp_path / "mp3dir" / "silent.wav", 0 * tone(), 22050)
    write(tmp_path / "mp3dir" / "twice.wav", tone(), 22050)
    write(tmp_path / "mp3dir" / "twice.flac", tone(), 22050)
    (tmp_path / "mp3dir" / "broken.mp3").write_text("no sound")
    convert(tmp_path / "mp3dir", dataset=tmp_path)
    lines = [f"{name}|Text of {name}." for name in ("a", "silent", "twice", "broken", "gone")]
    (tmp_path / "metadata.csv").write_text("\n".join(lines))
    origins = Provenance(tmp_path)
    joined, _ = join_texts(tmp_path, dataset_clips(tmp_path), "", origins)
    assert [row.key for row in joined.without_sound] == ["gone"]
    assert joined.without_text == ("b",)
    found = {status: [row.key for row in rows] for status, rows in joined.left_out.items()}
    assert found == {"failed": ["broken"], "quarantined": ["silent", "twice"]}


def test_a_name_in_a_note_shows_what_cannot_be_seen():
    (note,) = unmatched_notes(Joined({}, (), (TextRow("\u200bc1", "One.", None, 3),), ()))
    assert "<U+200B>c1 (line 3)" in note
