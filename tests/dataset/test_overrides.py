"""Verdicts and plans from the list of clips to the lists that train."""

import json

import numpy as np
import pytest

from tests.signals import RATE, placed, said, sweep, write
from voiceprep.audio.checks import CHECKS
from voiceprep.audio.faults import hum
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound, read_sound
from voiceprep.audio.trim import TrimConfig
from voiceprep.batch.run import BatchConfig
from voiceprep.clip import read_clips
from voiceprep.commands.convert import convert
from voiceprep.commands.filelist import filelist
from voiceprep.commands.mels import mels
from voiceprep.commands.prepare import PrepareConfig, prepare
from voiceprep.dataset.clips import dataset_clips
from voiceprep.dataset.provenance import Provenance
from voiceprep.errors import TableError
from voiceprep.files import content_hash
from voiceprep.quality.check import judge
from voiceprep.quality.fix_plan import FixPlan, PlanRow, draw_plan
from voiceprep.quality.fix_plan_file import PlanConfig, write_plan
from voiceprep.quality.verdicts import Dismissal, Verdict, VerdictConfig, write_verdicts
from voiceprep.text.filelist import FilelistConfig

ALL = FilelistConfig(split="all-train")


@pytest.fixture
def converted(dataset):
    convert(dataset / "mp3dir", dataset=dataset)
    return dataset


def decide(dataset, *rows, name="verdicts.jsonl"):
    """Write verdicts on clips: an id, what is decided, a corrected text and a reason."""
    origins = Provenance(dataset)
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
    note = "verdicts.jsonl applied: 1 clip left out, the texts of 1 clip corrected"
    assert note in result.batch.notes
    assert result.exit_code == 3


def test_a_dismissed_check_changes_no_list_and_no_clip(converted):
    write_verdicts(converted / "verdicts.jsonl", [Dismissal("hum_db", "this is her voice")])
    result = filelist(dataset=converted, config=ALL)
    assert len(listed(converted)) == 3 and result.exit_code == 0
    assert not [note for note in result.batch.notes if "verdict" in note]
    made = prepare(converted / "mp3dir", dataset=converted)
    assert not [note for note in made.notes if "verdict" in note]


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
    assert not any("applied" in note for note in result.batch.notes)


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


def test_verdicts_of_another_dataset_are_reported_and_change_nothing(converted):
    write_verdicts(converted / "verdicts.jsonl", [Verdict("77", "x/y", "reject")])
    result = filelist(dataset=converted, config=ALL)
    assert len(listed(converted)) == 3
    (found,) = (note for note in result.batch.notes if "verdict" in note)
    assert found.startswith("verdicts.jsonl: ") and found.endswith(": x/y")


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


BARE = PrepareConfig(trim=False, loudness=False)
BY_NAME = {check.name: check for check in CHECKS if check.reads == "sound"}


@pytest.fixture
def faulty(tmp_path):
    """A dataset of one recording that is well, and of three with a fault each."""

    def voice(seconds=3.2, seed=0):
        words = [(0.3, said(1.2, pitch_hz=110.0)), (1.9, said(1.0, pitch_hz=130.0))]
        return placed(words, seconds, RATE, 3e-4, seed)

    humming = hum.inject(Sound(voice(seed=1), RATE), 25, np.random.default_rng(0)).samples
    for name, samples in {
        "well": voice(),
        "größe ß/hums": humming,
        "tail": voice(6.0, seed=2),
        "cut": voice(seed=3)[: 2 * RATE],
    }.items():
        write(tmp_path / "mp3dir" / f"{name}.wav", samples)
    rows = ("well|One.", "größe ß/hums|Two.", "tail|Three.", "cut|Four.")
    (tmp_path / "metadata.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


def planned(dataset):
    """The plan for the clips of a dataset, written and named."""
    clips = {clip.id: clip for clip in dataset_clips(dataset)}
    findings = {}
    for id, clip in clips.items():
        features = AudioFeatures(read_sound(dataset / clip.path))
        judged = (
            judge(BY_NAME[name], id, features) for name in ("hum_db", "tail_seconds", "cut_end")
        )
        findings[id] = [finding for finding in judged if finding]
    origins = Provenance(dataset)
    contents = {id: origins.content(clip.path) for id, clip in clips.items()}
    seconds = {id: clip.seconds for id, clip in clips.items()}
    plan = draw_plan(findings, BY_NAME, seconds, contents)
    write_plan(dataset / "plan.toml", plan)
    return plan


def carry_out(dataset, **more):
    plan = PlanConfig(str(dataset / "plan.toml"))
    return prepare(dataset / "mp3dir", dataset=dataset, config=BARE, plan=plan, **more)


def wavs(dataset):
    folder = dataset / "wavs"
    found = sorted(folder.rglob("*.wav"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def status(result):
    return {outcome.id: outcome.status for outcome in result.outcomes}


def test_a_plan_that_was_carried_out_leaves_nothing_to_mend(faulty):
    prepare(faulty / "mp3dir", dataset=faulty, config=BARE)
    before = wavs(faulty)
    plan = planned(faulty)
    assert {(row.id, row.step) for row in plan.mends} == {
        ("größe ß/hums", "dehum"),
        ("tail", "trim"),
    }
    assert [row.id for row in plan.rejects] == ["cut"]
    result = carry_out(faulty)
    assert status(result) == {
        "cut": "quarantined", "größe ß/hums": "done", "tail": "done", "well": "skipped",
    }  # fmt: skip
    (out,) = (row.why for row in result.outcomes if row.status == "quarantined")
    assert out.startswith("left out by plan.toml: cut_end")
    assert wavs(faulty)["cut.wav"] == before["cut.wav"]
    after = planned(faulty)
    assert (after.mends, after.rejects) == ((), ())


def test_in_is_the_sum_of_the_four_in_clips_and_in_seconds(faulty):
    prepare(faulty / "mp3dir", dataset=faulty, config=BARE)
    planned(faulty)
    result = carry_out(faulty)
    seconds = result.seconds
    assert sum(result.counts.values()) == 4
    assert seconds["in"] == pytest.approx(3.2 + 3.2 + 6.0 + 2.0, abs=1e-3)
    assert seconds["quarantined"] == pytest.approx(2.0, abs=1e-3)
    assert seconds["in"] + seconds["padded"] == pytest.approx(
        sum(seconds[name] for name in ("kept", "trimmed", "quarantined", "failed")), abs=1e-5
    )


def test_twice_is_nothing_to_do_and_a_dry_run_tells(faulty):
    prepare(faulty / "mp3dir", dataset=faulty, config=BARE)
    planned(faulty)
    before = wavs(faulty)
    dry = {row.id: row for row in carry_out(faulty, batch=BatchConfig(dry_run=True)).outcomes}
    assert dry["tail"].facts == {"would_be": "done"}
    assert dry["cut"].facts == {"would_be": "quarantined"}
    assert "left out by plan.toml" in dry["cut"].why
    assert "would_be" not in dry["well"].facts
    assert wavs(faulty) == before
    carry_out(faulty)
    again = carry_out(faulty)
    assert again.counts == {"done": 0, "skipped": 3, "quarantined": 1, "failed": 0}


def test_a_row_that_is_undone_brings_its_clip_back_and_touches_no_other(faulty):
    prepare(faulty / "mp3dir", dataset=faulty, config=BARE)
    before = wavs(faulty)
    planned(faulty)
    carry_out(faulty)
    path = faulty / "plan.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('step = "dehum"', 'step = "dehum"\nundone = true'), "utf-8")
    result = carry_out(faulty)
    assert [id for id, word in status(result).items() if word == "done"] == ["größe ß/hums"]
    assert wavs(faulty)["größe ß/hums.wav"] == before["größe ß/hums.wav"]
    path.write_text(path.read_text("utf-8").replace("[[reject]]", "[[listen]]"), "utf-8")
    assert status(carry_out(faulty))["cut"] == "done"
    prepare(faulty / "mp3dir", dataset=faulty, config=BARE)
    assert wavs(faulty) == before


def test_what_is_left_out_is_in_no_list_and_has_no_mel(faulty):
    prepare(faulty / "mp3dir", dataset=faulty, config=BARE)
    filelist(dataset=faulty, config=ALL)
    planned(faulty)
    carry_out(faulty)
    decide(faulty, ("tail", "reject", "", "a truck"))
    result = carry_out(faulty)
    why = {row.id: row.why for row in result.outcomes}
    assert why["tail"] == "rejected by verdicts.jsonl: a truck"
    assert [clip.id for clip in dataset_clips(faulty)] == ["größe ß/hums", "well"]
    listed_now = filelist(dataset=faulty, config=ALL)
    assert set(listed(faulty)) == {"wavs/größe ß/hums.wav", "wavs/well.wav"}
    assert not any("not here" in note for note in listed_now.batch.notes)
    assert {row.id for row in mels(dataset=faulty).outcomes} == {"größe ß/hums", "well"}


def test_a_text_that_only_the_list_of_clips_has_comes_back_with_its_clip(faulty):
    prepare(faulty / "mp3dir", dataset=faulty, config=BARE)
    filelist(dataset=faulty, config=ALL)
    (faulty / "metadata.csv").unlink()
    planned(faulty)
    carry_out(faulty)
    filelist(dataset=faulty, config=ALL)
    prepare(faulty / "mp3dir", dataset=faulty, config=BARE)
    filelist(dataset=faulty, config=ALL)
    assert listed(faulty)["wavs/cut.wav"] == "Four."


def test_what_a_person_keeps_no_plan_leaves_out(faulty):
    prepare(faulty / "mp3dir", dataset=faulty, config=BARE)
    planned(faulty)
    decide(faulty, ("cut", "keep"))
    assert status(carry_out(faulty))["cut"] == "skipped"


@pytest.mark.parametrize("step", ["trim", "level", "denoise", "offset", "dehum"])
def test_every_step_of_a_plan_is_taken_for_its_clip_alone(faulty, step):
    content = content_hash(faulty / "mp3dir" / "tail.wav")
    prepare(faulty / "mp3dir", dataset=faulty, config=BARE)
    write_plan(faulty / "plan.toml", FixPlan((PlanRow(content, "tail", step),)))
    result = carry_out(faulty)
    assert [id for id, word in status(result).items() if word == "done"] == ["tail"]
    (facts,) = (row.facts for row in result.outcomes if row.id == "tail")
    assert {"level": "loudness"}.get(step, step) in facts
    assert carry_out(faulty).counts["skipped"] == 4


def test_a_change_of_a_steps_settings_makes_only_those_that_take_it(faulty):
    prepare(faulty / "mp3dir", dataset=faulty, config=BARE)
    planned(faulty)
    carry_out(faulty)
    result = carry_out(faulty, trim=TrimConfig(tail_seconds=0.3))
    assert [id for id, word in status(result).items() if word == "done"] == ["tail"]


def test_rows_that_change_nothing_are_reported(faulty):
    content = content_hash(faulty / "mp3dir" / "tail.wav")
    rows = (
        PlanRow(content, "tail", "trim"),
        PlanRow(content, "tail", "text"),
        PlanRow("77", "x", "trim"),
    )
    write_plan(faulty / "plan.toml", FixPlan(rows))
    plan = PlanConfig(str(faulty / "plan.toml"))
    result = prepare(faulty / "mp3dir", dataset=faulty, plan=plan)
    assert result.counts["done"] == 4
    assert result.notes[-3:] == (
        "plan.toml: check these texts, and correct them with verdicts: tail",
        "plan.toml: every clip gets this step anyway: tail",
        "plan.toml: no such recordings here: x",
    )


def test_clips_without_recordings_are_fixed_into_another_folder(faulty):
    (faulty / "mp3dir").rename(faulty / "wavs")
    for clip in dataset_clips(faulty):
        assert clip.seconds is None
    content = content_hash(faulty / "wavs" / "tail.wav")
    write_plan(faulty / "plan.toml", FixPlan((PlanRow(content, "tail", "trim"),)))
    plan = PlanConfig(str(faulty / "plan.toml"))
    prepare(faulty / "wavs", faulty / "better", faulty, BARE, plan=plan)
    fixed = read_sound(faulty / "better" / "tail.wav")
    assert fixed.seconds < 4
    assert read_sound(faulty / "wavs" / "tail.wav").seconds == pytest.approx(6.0)


def test_prepared_once_more_by_the_same_plan_a_clip_stays_as_it_is(faulty):
    prepare(faulty / "mp3dir", dataset=faulty, config=BARE)
    planned(faulty)
    carry_out(faulty)
    plan = PlanConfig(str(faulty / "plan.toml"))
    prepare(faulty / "wavs", faulty / "again", faulty, BARE, plan=plan)
    for name in ("tail.wav", "größe ß/hums.wav"):
        assert (faulty / "again" / name).read_bytes() == wavs(faulty)[name]


def test_a_plan_is_carried_out_from_the_command_line(voiceprep, dataset):
    content = content_hash(dataset / "mp3dir" / "a.wav")
    write_plan(dataset / "plan.toml", FixPlan((), (PlanRow(content, "a", "", "a truck"),)))
    result = voiceprep("prepare", "mp3dir", "--no-trim", "--plan", "plan.toml", "--json")
    assert result.returncode == 3
    first = json.loads(result.stdout.splitlines()[0])
    assert first["why"] == "left out by plan.toml: a truck"
    bad = voiceprep("prepare", "mp3dir", "--plan", "none.toml")
    assert (bad.returncode, len(bad.stderr.splitlines())) == (2, 1)
    assert "none.toml" in bad.stderr
