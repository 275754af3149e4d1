"""The report as a user runs it."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from tests.conftest import HERE
from tests.signals import RATE, placed, speech, write
from voiceprep.commands.report.command import report
from voiceprep.commands.report.findings import ReportConfig
from voiceprep.commands.report.result import FINDINGS, STATISTICS, TABLE, ShowConfig
from voiceprep.errors import SourceError, TargetError
from voiceprep.text.encode import TextConfig

# Seconds of three words, to the end of the last.
SPOKEN = 1.6875
TEXTS = {
    "a": "The harbour was quiet when the boats came home.",
    "b": "She counted seventeen lanterns on the wall.",
    "c": "Could you hold this rope?",
}


def clip(number, tail=0.15):
    voice = speech(SPOKEN, RATE + 1500 * number, seed=number)
    return placed([(0.1, voice)], 0.1 + len(voice) / RATE + tail, seed=number)


@pytest.fixture
def dataset(tmp_path):
    for number, id in enumerate(TEXTS):
        write(tmp_path / "wavs" / f"{id}.wav", clip(number))
    lines = [f"{id}|{text}\n" for id, text in TEXTS.items()]
    (tmp_path / "metadata.csv").write_text("".join(lines))
    return tmp_path


def faults(found):
    return {(finding.id, finding.check) for finding in found.faults()}


def test_clean_clips_have_no_findings(dataset):
    found = report(dataset=dataset)
    assert found.exit_code == 0
    assert not faults(found)
    assert found.dataset.texts.clips == 3
    assert found.verdict()[1] == "3 clips are fine"


def test_a_fault_is_named_with_its_clip_its_evidence_and_what_to_do(dataset):
    write(dataset / "wavs" / "b.wav", clip(1, tail=1.2))
    found = report(dataset=dataset)
    assert faults(found) == {("b", "tail_seconds")}
    lines = found.lines(False)
    assert "1 clip needs a hand: b" in lines
    assert any(line.split()[:3] == ["warn", "tail_seconds", "1"] for line in lines)
    (row,) = (json.loads(line) for line in (dataset / "report" / FINDINGS).open())
    assert (row["id"], row["check"], row["weight"]) == ("b", "tail_seconds", "warn")
    assert row["value"] == pytest.approx(1.2, abs=0.1)
    assert "voiceprep trim" in row["advice"] and row["spans"]


def test_the_table_has_every_clip_and_every_measure(dataset):
    found = report(dataset=dataset)
    rows = list(csv.DictReader((dataset / "report" / TABLE).open()))
    assert [row["id"] for row in rows] == list(TEXTS)
    assert {check.name for check in found.checks} <= set(rows[0])
    assert float(rows[0]["tail_seconds"]) == pytest.approx(0.15, abs=0.05)
    assert rows[2]["text"] == TEXTS["c"]


def test_statistics_are_written_as_json(dataset):
    report(dataset=dataset)
    row = json.loads((dataset / "report" / STATISTICS).read_text())
    assert row["clips"] == 3
    assert row["texts"]["questions"] == 1
    assert row["cover"]["letter_pairs"]["missing"]
    assert row["frames"]["stop_share"] == pytest.approx(3 / row["frames"]["frames"])


def test_records_are_the_clips_the_faults_and_a_summary(dataset):
    write(dataset / "wavs" / "b.wav", clip(1, tail=1.2))
    *rows, last = report(dataset=dataset).rows()
    assert [row["id"] for row in rows] == ["a", "b", "c", "b"]
    assert rows[1]["faults"] == ["tail_seconds"]
    assert last["summary"]["faults"] == {"tail_seconds": 1}


@pytest.mark.parametrize(("fail_on", "code"), [("never", 0), ("warn", 1), ("error", 0)])
def test_a_warning_fails_the_command_where_asked(dataset, fail_on, code):
    write(dataset / "wavs" / "b.wav", clip(1, tail=1.2))
    assert report(dataset=dataset, options=ShowConfig(fail_on=fail_on)).exit_code == code


def test_an_error_fails_the_command_where_asked(dataset):
    loud = np.clip(8 * clip(1), -0.6, 0.6)
    write(dataset / "wavs" / "b.wav", loud)
    found = report(dataset=dataset, options=ShowConfig(fail_on="error"))
    assert found.exit_code == 1
    assert ("b", "clipping") in faults(found)
    assert "1 clip should go: b" in found.lines(False)


def test_an_unreadable_file_is_a_finding_and_the_rest_is_reported(dataset):
    (dataset / "wavs" / "b.wav").write_bytes(b"RIFF no sound")
    found = report(dataset=dataset)
    assert found.exit_code == 3
    assert faults(found) == {("b", "file")}
    assert len(found.clips) == 2
    assert "file" in (dataset / "report" / FINDINGS).read_text()


def test_a_dataset_of_unreadable_files_has_no_statistics(dataset):
    for id in TEXTS:
        (dataset / "wavs" / f"{id}.wav").write_bytes(b"")
    found = report(dataset=dataset)
    assert found.exit_code == 3 and found.dataset is None
    assert faults(found) == {(id, "file") for id in TEXTS}
    assert len(found.lines(False)) > 2


def test_sounds_without_texts_are_measured(dataset):
    (dataset / "metadata.csv").unlink()
    found = report(dataset=dataset)
    assert not faults(found)
    assert found.dataset.texts is None
    assert any("no texts" in line for line in found.lines(False))


def test_a_clip_without_a_text_is_a_finding(dataset):
    (dataset / "metadata.csv").write_text(f"a|{TEXTS['a']}\nb|{TEXTS['b']}\nd|Not here.\n")
    found = report(dataset=dataset)
    assert faults(found) == {("c", "letters")}
    assert any("d (line 3)" in note for note in found.notes)


def test_a_limit_that_is_given_holds_for_every_clip_and_makes_no_property(dataset):
    found = report(dataset=dataset, config=ReportConfig(limits="tail_seconds=0.01"))
    assert {id for id, check in faults(found) if check == "tail_seconds"} == set(TEXTS)
    assert not found.properties


def test_a_plan_that_leaves_out_every_clip_says_so(dataset):
    found = report(dataset=dataset, config=ReportConfig(limits="cut_end=-300"))
    assert {row.id for row in found.plan.rejects} == set(TEXTS)
    assert any("every clip" in note for note in found.notes)


def test_splits_are_compared(dataset):
    lists = dataset / "filelists"
    lists.mkdir()
    (lists / "train.txt").write_text(f"wavs/a.wav|{TEXTS['a']}\nwavs/b.wav|{TEXTS['b']}\n")
    (lists / "val.txt").write_text(f"wavs/c.wav|{TEXTS['c']}\n")
    (dataset / "metadata.csv").write_text(
        "".join(f"{id}|{text}\n" for id, text in (TEXTS | {"c": TEXTS["a"]}).items())
    )
    found = report(dataset=dataset)
    assert {split: count for split, (count, _) in found.dataset.sides.shares.items()} == {
        "train": 2, "val": 1, "test": 0,
    }  # fmt: skip
    (leak,) = found.dataset.sides.leaks
    assert (leak.held, leak.train, leak.same) == ("c", "a", True)


def test_a_lexicon_adds_phonemes(dataset):
    words = {word.strip(".?,").upper() for text in TEXTS.values() for word in text.split()}
    lexicon = dataset / "lexicon.txt"
    lexicon.write_text("".join(f"{word}  AH0 N\n" for word in sorted(words)))
    found = report(dataset=dataset, config=ReportConfig(lexicon=str(lexicon)))
    assert "ZH" in found.dataset.cover["phonemes"].missing
    assert "phonemes_per_second" in found.clips[0].findings


FRENCH = {
    "a": "Le port était calme quand les bateaux rentraient.",
    "b": "Elle a compté dix-sept lanternes sur le mur.",
    "c": "Peux-tu tenir cette corde ?",
}


@pytest.fixture
def french(dataset):
    lines = [f"{id}|{text}\n" for id, text in FRENCH.items()]
    (dataset / "metadata.csv").write_text("".join(lines), encoding="utf-8")
    return dataset


@pytest.mark.parametrize("frontend", ["nvidia", "characters"])
def test_a_language_without_a_reference_is_not_compared_with_english(french, frontend):
    found = report(dataset=french, text=TextConfig(frontend=frontend))
    assert not found.dataset.reference
    assert found.dataset.no_reference
    assert not found.dataset.additions
    assert all(cover.covered is None for cover in found.dataset.cover.values())
    lines = "\n".join(found.lines(verbose=False))
    assert "is covered" not in lines
    assert "--reference FILE" in lines
    page = (french / "report" / "index.html").read_text(encoding="utf-8")
    assert "coverage of" not in page
    assert "--reference FILE" in page


def test_a_reference_is_read_by_the_front_end_and_its_sentences_are_the_candidates(french):
    lines = ["Le cœur bat.", FRENCH["a"], "Voilà Zoé !"]
    (french / "own.txt").write_text("\n".join(lines), encoding="utf-8")
    config = ReportConfig(reference=str(french / "own.txt"))
    found = report(dataset=french, config=config, text=TextConfig(frontend="characters"))
    assert found.dataset.reference == "own.txt"
    assert {"œ", "Z"} <= {*found.dataset.cover["symbols"].missing}
    assert {row.text for row in found.dataset.additions} == {lines[0], lines[2]}


def test_a_rejected_clip_is_not_counted(dataset):
    write(dataset / "wavs" / "b.wav", clip(1, tail=1.2))
    page = dataset / "report" / "data" / "clips-001.js"
    report(dataset=dataset)
    content = json.loads(page.read_text()[len("addClips(") : -3])[1][1]
    row = {"content": content, "id": "b", "verdict": "reject"}
    (dataset / "verdicts.jsonl").write_text(json.dumps(row) + "\n")
    found = report(dataset=dataset)
    assert found.exit_code == 0 and not faults(found)
    assert len(found.clips) == 2
    assert "b" in page.read_text()
    row |= {"verdict": "text", "text": "Other words were said here, and many of them."}
    (dataset / "verdicts.jsonl").write_text(json.dumps(row) + "\n")
    assert report(dataset=dataset).clips[1].clip.text == row["text"]


def test_a_dismissed_check_counts_against_no_clip(dataset):
    write(dataset / "wavs" / "b.wav", clip(1, tail=1.2))
    row = {"verdict": "dismiss", "check": "tail_seconds", "why": "trimmed later"}
    (dataset / "verdicts.jsonl").write_text(json.dumps(row) + "\n")
    found = report(dataset=dataset, options=ShowConfig(fail_on="warn"))
    assert found.exit_code == 0 and not found.plan.mends
    assert not (dataset / "report" / FINDINGS).read_text()
    assert sum("tail_seconds (1 clip): trimmed later" in line for line in found.lines(False)) == 1
    values = [row["tail_seconds"] for row in csv.DictReader((dataset / "report" / TABLE).open())]
    assert max(map(float, values)) == pytest.approx(1.2, abs=0.1)
    # The page still has the finding, so that its clips can be heard and the decision undone.
    assert "tail_seconds" in (dataset / "report" / "data" / "clips-001.js").read_text()
    restored = json.dumps(row) + "\n" + json.dumps(row | {"verdict": "restore"}) + "\n"
    (dataset / "verdicts.jsonl").write_text(restored)
    assert faults(report(dataset=dataset)) == {("b", "tail_seconds")}


def test_a_second_report_says_the_same(dataset):
    first = report(dataset=dataset)
    files = (FINDINGS, TABLE, STATISTICS, "index.html", "measures.jsonl")
    before = {name: (dataset / "report" / name).read_bytes() for name in files}
    second = report(dataset=dataset)
    assert second.lines(True) == first.lines(True)
    assert before == {name: (dataset / "report" / name).read_bytes() for name in files}


@pytest.mark.parametrize("name", ["ünïcode", "a b", "q'uote\"s <b>", "100%#?", "-dash"])
def test_strange_names_are_names(tmp_path, name):
    write(tmp_path / "wavs" / f"{name}.wav", clip(0, tail=1.2))
    found = report(dataset=tmp_path)
    assert {finding.id for finding in found.faults()} == {name}
    assert name in (tmp_path / "report" / FINDINGS).read_text() or '"' in name


def command(dataset, *words, **more):
    call = [sys.executable, "-m", "voiceprep", "report", *words]
    return subprocess.run(
        call, cwd=dataset, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(HERE)}, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["gone"], "gone: "),
        (["--lexicon", "gone.txt"], "gone.txt"),
        (["--limits", "tails=3"], "'tails'"),
        (["--metadata", "gone.csv"], "gone.csv"),
        (["--verdicts", "gone.jsonl"], "gone.jsonl"),
    ],
)
def test_a_mistake_is_reported_in_one_line(dataset, words, message):
    ended = command(dataset, *words)
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith("voiceprep: ") and message in line


def test_a_folder_that_cannot_be_written_to_is_an_error(dataset):
    (dataset / "report").write_text("a file")
    with pytest.raises(TargetError) as caught:
        report(dataset=dataset)
    assert caught.value.path == dataset / "report"
    with pytest.raises(SourceError):
        report(dataset=dataset / "wavs" / "nothing")


def test_a_killed_report_is_finished_by_the_next(dataset):
    for number in range(40):
        write(dataset / "wavs" / f"more-{number}.wav", clip(number))
    (dataset / "metadata.csv").unlink()
    call = [sys.executable, "-m", "voiceprep", "report", "-q", "-j", "1"]
    running = subprocess.Popen(call, cwd=dataset, env=os.environ | {"PYTHONPATH": str(HERE)})
    measures = dataset / "report" / "measures.jsonl"
    while not (measures.exists() and measures.stat().st_size > 20_000):
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.wait()
    found = report(dataset=dataset)
    assert len(found.clips) == 43
    kept = measures.read_bytes()
    shutil.rmtree(dataset / "report")
    assert report(dataset=dataset).lines(True) == found.lines(True)
    assert sorted(measures.read_bytes()) == sorted(kept)


def test_sample_rates_are_counted(dataset):
    write(dataset / "wavs" / "b.wav", clip(1)[::2], rate=RATE // 2)
    found = report(dataset=dataset)
    assert found.dataset.rates == {RATE: 2, RATE // 2: 1}


def test_awkward_names_are_written_unchanged(dataset):
    names = {"a#b%20?c", "new\nline", os.fsdecode(b"\xff")}
    write(dataset / "long.wav", clip(4, tail=1.2))
    for name in names:
        shutil.copy(dataset / "long.wav", dataset / "wavs" / f"{name}.wav")
    found = report(dataset=dataset)
    assert {id for id, check in faults(found) if check == "tail_seconds"} == names
    assert b"\n\xff,wavs/\xff.wav," in (dataset / "report" / TABLE).read_bytes()
    assert b"wavs/%FF.wav" in (dataset / "report" / "data" / "clips-001.js").read_bytes()


def test_a_plan_that_a_person_changed_is_set_aside(dataset):
    path = dataset / "plan.toml"
    write(dataset / "wavs" / "b.wav", clip(1, tail=1.2))
    options = ShowConfig(fix_plan=str(path))
    report(dataset=dataset, options=options)
    report(dataset=dataset, options=options)
    assert not (dataset / "plan.toml.bak").exists()
    path.write_text(path.read_text() + "undone = true\n")
    changed = path.read_text()
    found = report(dataset=dataset, options=options)
    assert (dataset / "plan.toml.bak").read_text() == changed != path.read_text()
    assert any("held another plan" in note for note in found.notes)


@pytest.mark.parametrize("place", ["no/such/plan.toml", "wavs"])
def test_a_plan_that_cannot_be_written_stops_the_command_at_once(dataset, place):
    with pytest.raises(TargetError, match=place):
        report(dataset=dataset, options=ShowConfig(fix_plan=str(dataset / place)))
    assert not (dataset / "report").exists()


def test_options_that_cannot_take_effect_are_noted(dataset):
    (dataset / "few.dict").write_text("LANTERN  L AE1 N T ER0 N\n")
    config = ReportConfig(lexicon=str(dataset / "few.dict"))
    few, many = (
        report(dataset=dataset, options=ShowConfig(minutes=minutes), config=config).notes
        for minutes in (0.01, 99)
    )
    assert any("few.dict lacks a word of every text" in note for note in few)
    assert not any("--minutes" in note for note in few)
    assert any(note.startswith("--minutes 99 is more than the dataset has: ") for note in many)


def test_the_plan_on_the_page_gives_its_reasons_in_words(dataset):
    write(dataset / "wavs" / "b.wav", clip(1, tail=1.2))
    found = report(dataset=dataset)
    assert [(row.id, row.step) for row in found.plan.mends] == [("b", "trim")]
    page = (dataset / "report" / "index.html").read_text()
    reason = r"1\.\d\d s of silence after the speech"
    assert re.search(rf">trim</td><td[^>]*>{reason}[^<]*</td>", page)
    why = found.plan.mends[0].why
    assert re.fullmatch(f"tail_seconds: {reason}.*", why)
    assert why not in page
    lines = found.lines(False)
    place = next(n for n, line in enumerate(lines) if "tail_seconds" in line)
    assert re.match(reason, lines[place + 1].strip())


def test_the_plan_fixes_what_the_voice_shares_where_a_step_does_and_no_person_is_needed(dataset):
    for number, id in enumerate(TEXTS):
        write(dataset / "wavs" / f"{id}.wav", clip(number, tail=1.2))
    russian = ("Гавань была тиха.", "Она считала фонари на стене.", "Подержи верёвку?")
    lines = [f"{id}|{text}\n" for id, text in zip(TEXTS, russian, strict=True)]
    (dataset / "metadata.csv").write_text("".join(lines), encoding="utf-8")
    found = report(dataset=dataset, options=ShowConfig(fail_on="warn"))
    assert {one.check for one in found.properties} == {"tail_seconds", "lossy_rewrites"}
    assert not found.faults() and found.exit_code == 0
    assert {(row.id, row.step) for row in found.plan.mends} == {(id, "trim") for id in TEXTS}
    assert not found.plan.listens
