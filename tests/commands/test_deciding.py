"""Verdicts and plans from the list of clips to the lists that train."""

import pytest

from tests.signals import sweep, write
from voiceprep.clip import read_clips
from voiceprep.commands.convert import convert
from voiceprep.commands.filelist import filelist
from voiceprep.errors import TableError
from voiceprep.origins import Origins
from voiceprep.text.filelist import FilelistConfig
from voiceprep.verdicts import Verdict, VerdictConfig, write_verdicts

ALL = FilelistConfig(split="all-train")


@pytest.fixture
def converted(dataset):
    convert(dataset / "mp3dir", dataset=dataset)
    return dataset


def decide(dataset, *rows, name="verdicts.jsonl"):
    """Write verdicts on clips: an id, what is decided, a corrected text and a reason."""
    origins = Origins(dataset)
    verdicts = [Verdict(origins.content(f"wavs/{id}.wav"), id, *rest) for id, *rest in rows]
    write_verdicts(dataset / name, verdicts)


def listed(dataset):
    lines = (dataset / "filelists" / "train.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("|") for line in lines)


def test_a_rejected_clip_is_quarantined_and_a_corrected_text_is_listed(converted):
    decide(converted, ("a", "reject", "", "a truck"), ("b", "text", "Über den Fluß."))
    result = filelist(dataset=converted, config=ALL)
    assert listed(converted) == {"wavs/b.wav": "Über den Fluß.", "wavs/c.wav": "And a third."}
    outcomes = {outcome.id: (outcome.status, outcome.why) for outcome in result.batch.outcomes}
    assert outcomes["a"] == ("quarantined", "rejected by verdicts.jsonl: a truck")
    told = "verdicts.jsonl was obeyed: 1 clip left out, the texts of 1 clip corrected"
    assert told in result.batch.notes
    assert result.exit_code == 3


def test_a_verdict_that_is_undone_leaves_the_lists_as_they_were(converted):
    filelist(dataset=converted, config=ALL)
    before, clips = listed(converted), read_clips(converted / "clips.jsonl")
    decide(converted, ("a", "reject"), ("b", "text", "Other words."))
    filelist(dataset=converted, config=ALL)
    assert listed(converted) != before
    decide(converted, ("a", "reject"), ("a", "keep"), ("b", "text", "No."), ("b", "keep"))
    result = filelist(dataset=converted, config=ALL)
    assert listed(converted) == before
    assert read_clips(converted / "clips.jsonl") == clips
    assert not any("obeyed" in note for note in result.batch.notes)


def test_a_rejected_clip_keeps_the_text_that_only_the_list_of_clips_has(converted):
    filelist(dataset=converted, config=ALL)
    (converted / "metadata.csv").unlink()
    decide(converted, ("a", "reject"))
    filelist(dataset=converted, config=ALL)
    decide(converted, ("a", "keep"))
    filelist(dataset=converted, config=ALL)
    assert listed(converted)["wavs/a.wav"] == "First of all."


def test_a_verdict_holds_when_its_recording_is_renamed_and_made_anew(converted):
    decide(converted, ("a", "reject"))
    (converted / "mp3dir" / "a.wav").rename(converted / "mp3dir" / "ä b.wav")
    (converted / "wavs" / "a.wav").unlink()
    (converted / "metadata.csv").write_text("ä b|One.\nb|Two.\nc|Three.\n", encoding="utf-8")
    convert(converted / "mp3dir", dataset=converted)
    filelist(dataset=converted, config=ALL)
    assert set(listed(converted)) == {"wavs/b.wav", "wavs/c.wav"}


def test_a_text_can_be_given_to_a_sound_that_no_list_names(converted):
    (converted / "metadata.csv").write_text("a|One.\nb|Two.\n")
    decide(converted, ("c", "text", "Three."))
    assert filelist(dataset=converted, config=ALL).exit_code == 0
    assert listed(converted)["wavs/c.wav"] == "Three."


def test_verdicts_of_another_dataset_are_told_and_change_nothing(converted):
    write_verdicts(converted / "verdicts.jsonl", [Verdict("77", "x/y", "reject")])
    result = filelist(dataset=converted, config=ALL)
    assert len(listed(converted)) == 3
    (told,) = (note for note in result.batch.notes if "verdict" in note)
    assert told == "verdicts.jsonl: 1 verdict is on a recording that is not here: x/y"


def test_other_verdicts_can_be_named(converted):
    decide(converted, ("a", "reject"))
    decide(converted, ("b", "reject"), name="mine.jsonl")
    mine = VerdictConfig(str(converted / "mine.jsonl"))
    result = filelist(dataset=converted, config=ALL, verdicts=mine)
    assert set(listed(converted)) == {"wavs/a.wav", "wavs/c.wav"}
    assert any(outcome.why == "rejected by mine.jsonl" for outcome in result.batch.outcomes)


def test_a_verdict_that_cannot_be_read_ends_the_command_before_it_writes(converted):
    (converted / "verdicts.jsonl").write_text('{"content": "1f", "verdict": "maybe"}\n')
    with pytest.raises(TableError, match=r"verdicts\.jsonl, line 1: verdict = 'maybe'"):
        filelist(dataset=converted, config=ALL)
    assert not (converted / "filelists").exists()


def test_a_wav_without_a_recording_is_its_own(tmp_path):
    write(tmp_path / "wavs" / "a.wav", sweep(1.0))
    write(tmp_path / "wavs" / "b.wav", sweep(1.3))
    (tmp_path / "metadata.csv").write_text("a|One.\nb|Two.\n")
    decide(tmp_path, ("a", "reject"))
    filelist(dataset=tmp_path, config=ALL)
    assert set(listed(tmp_path)) == {"wavs/b.wav"}
