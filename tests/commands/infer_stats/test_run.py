"""Statistics from the command: from a voice to a verdict and its records."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile

from tests.commands.infer_stats.made import QUICK, TWO, read_runs
from tests.train.made import TINY
from tests.train.made_checkpoints import made_checkpoint
from tests.train.vocoding import FITTING, waveglow_checkpoint
from voiceprep.audio.mel import MelConfig
from voiceprep.commands.infer_stats.command import InferStatsConfig, infer_stats
from voiceprep.errors import CheckpointError, SettingError, TableError, TargetError, UserError
from voiceprep.train.checkpoints.checkpoint import save_step
from voiceprep.train.diagnosis.verdict import describe_trend
from voiceprep.train.frontend import FrontendConfig


def test_every_sentence_is_spoken_with_every_seed_and_told(voiced):
    found = infer_stats(asked=TWO, infer=QUICK)
    rows = read_runs(voiced / "stats")
    assert [(row["id"], row["seed"]) for row in rows] == [
        (name, seed) for name in ("01-one-of-two", "03-and-another") for seed in (1234, 1235)
    ]
    assert {row["ending"] for row in rows} == {".", ""}
    with open(voiced / "stats" / "runs.csv", newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    assert [row["cause"] for row in table] == [row["cause"] for row in rows]
    assert "4 of 4 runs (100.0 %" in found.lines(False)[0]
    assert found.exit_code == 0
    told = [json.loads(json.dumps(row)) for row in found.rows()]
    assert told[-1]["summary"]["latency_cl95"] > 0
    assert told[0]["failed"]["count"] == 4


def test_the_runs_are_the_same_bytes_each_time_and_the_clock_has_its_own_file(voiced):
    infer_stats(asked=TWO, infer=QUICK)
    first = (voiced / "stats" / "runs.jsonl").read_bytes()
    infer_stats(asked=TWO, infer=QUICK)
    assert (voiced / "stats" / "runs.jsonl").read_bytes() == first
    lines = (voiced / "stats" / "latencies.jsonl").read_text().splitlines()
    clocked = [json.loads(line) for line in lines]
    assert [(row["id"], row["seed"]) for row in clocked] == [
        (row["id"], row["seed"]) for row in read_runs(voiced / "stats")
    ]
    with open(voiced / "stats" / "runs.csv", newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    assert [float(row["latency"]) for row in table] == [row["latency"] for row in clocked]
    assert all(row["latency"] > 0 for row in clocked)


def test_fp16_on_a_cpu_is_noted(voiced):
    found = infer_stats(asked=replace(TWO, seeds=1, precision="fp16", device="cpu"), infer=QUICK)
    assert len([note for note in found.notes if "fp16" in note]) == 1


def test_a_second_run_says_the_same(voiced):
    infer_stats(asked=TWO, infer=QUICK)
    first = read_runs(voiced / "stats")
    infer_stats(asked=TWO, infer=replace(QUICK, batch_size=1))
    for one, other in zip(first, read_runs(voiced / "stats"), strict=True):
        assert (one["stop"], one["frames"], one["cause"]) == (
            other["stop"],
            other["frames"],
            other["cause"],
        )


def test_every_end_of_a_sentence_is_tried_and_compared(voiced):
    found = infer_stats(asked=replace(TWO, eos=True), infer=QUICK)
    rows = read_runs(voiced / "stats")
    assert len(rows) == 2 * 2 * 5
    assert {row["ending"] for row in rows} == {"", ".", ";", "!", "?"}
    (overview,) = found.overviews
    assert {pair.second for pair in overview.endings} == {"", ";", "!", "?"}
    assert any("instead of ending '.'" in line for line in found.lines(False))


def test_checkpoints_are_compared_with_the_first(voiced):
    made_checkpoint(seed=4).save(voiced / "other.pt")
    asked = replace(TWO, checkpoint="output/tacotron2/best.pt, other.pt")
    found = infer_stats(asked=asked, infer=QUICK)
    assert [pair.second for pair in found.pairs] == ["other.pt"]
    assert found.verdict[0].startswith("'other.pt' instead of 'output/tacotron2/best.pt': ")
    assert len(read_runs(voiced / "stats")) == 8


def test_a_limit_that_is_exceeded_ends_with_1(voiced):
    found = infer_stats(asked=replace(TWO, fail_if="no_stop>0.02,repeated>0.9"), infer=QUICK)
    assert found.exit_code == 1
    (line,) = found.over_limit
    assert line.startswith("no_stop ")


def test_failed_runs_can_be_heard(voiced):
    infer_stats(asked=replace(TWO, vocode_worst=1), infer=QUICK)
    (path,) = (voiced / "stats").glob("*.wav")
    assert soundfile.info(path).frames == 30 * 256


def test_sounds_of_a_former_call_do_not_stay(voiced):
    infer_stats(asked=replace(TWO, vocode_worst=4), infer=QUICK)
    assert len(list((voiced / "stats").glob("worst-*.wav"))) == 4
    infer_stats(asked=replace(TWO, vocode_worst=0), infer=QUICK)
    assert not list((voiced / "stats").glob("worst-*.wav"))


def test_the_datasets_waveglow_sounds_them_unless_it_is_told_not_to(voiced):
    waveglow_checkpoint().save(voiced / "output" / "waveglow" / "best.pt")
    asked = replace(TWO, vocode_worst=1)
    with pytest.raises(UserError, match="--vocoder no"):
        infer_stats(asked=asked, infer=QUICK)
    infer_stats(asked=replace(asked, vocoder="no"), infer=QUICK)
    assert (voiced / "stats" / "worst-1.wav").exists()


def test_a_waveglow_that_fits_sounds_otherwise_than_griffin_lim(voiced):
    held = made_checkpoint(replace(TINY, mel_channels=80), FrontendConfig())
    held.save(voiced / "output" / "tacotron2" / "best.pt")
    waveglow_checkpoint(FITTING, MelConfig()).save(voiced / "w.pt")
    asked, sounds = replace(TWO, vocode_worst=1), []
    for named in ("w.pt", "no"):
        infer_stats(asked=replace(asked, vocoder=named), infer=QUICK)
        sounds.append((voiced / "stats" / "worst-1.wav").read_bytes())
    assert sounds[0] != sounds[1]


def test_the_limit_of_steps_is_the_calls_own(voiced):
    infer_stats(asked=replace(TWO, max_steps=12))
    assert {row["frames"] for row in read_runs(voiced / "stats")} == {12}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seeds", 0),
        ("thresholds", "0.3,1.5"),
        ("thresholds", "many"),
        ("fail_if", "no_stpo>0.1"),
        ("vocode_worst", -1),
        ("max_steps", -1),
    ],
)
def test_what_cannot_be_meant_is_told(name, value):
    with pytest.raises(SettingError, match=f"^{name} = {value}: ") as caught:
        InferStatsConfig(**{name: value})
    assert caught.value.key == name


def test_what_is_not_there_is_told(voiced):
    with pytest.raises(UserError, match="holds no trained voice"):
        infer_stats(dataset=voiced / "empty")
    with pytest.raises(CheckpointError, match=r"none\.pt"):
        infer_stats(asked=replace(TWO, checkpoint="none.pt"))
    with pytest.raises(UserError, match=r"nothing\.txt"):
        infer_stats(asked=replace(TWO, input="nothing.txt"))
    (voiced / "lines.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(TableError) as caught:
        infer_stats(asked=TWO)
    assert caught.value.line == 1
    (voiced / "lines.txt").write_text("☃\n", encoding="utf-8")
    with pytest.raises(UserError, match="no symbol for any"):
        infer_stats(asked=TWO, infer=QUICK)
    (voiced / "lines.txt").write_text("\n")
    with pytest.raises(UserError, match=r"lines\.txt"):
        infer_stats(asked=TWO)
    (voiced / "file").write_text("")
    (voiced / "lines.txt").write_text("a\n")
    with pytest.raises(TargetError) as caught:
        infer_stats(asked=replace(TWO, output="file"), infer=QUICK)
    assert caught.value.path == Path("file")


def test_a_runs_folder_shows_how_failures_went(voiced):
    run = voiced / "run"
    for step in (20, 5, 100):
        save_step(replace(made_checkpoint(seed=step), step=step), run)
    found = infer_stats(asked=replace(TWO, checkpoint="run", vocode_worst=0), infer=QUICK)
    assert list(found.trend.failed) == [5, 20, 100]
    assert Path(found.overviews[0].voice).stem == "step-00000100"
    assert found.verdict[0] == describe_trend(found.trend)
    page = (voiced / "stats" / "index.html").read_text(encoding="utf-8")
    assert "by checkpoint" in page
    assert page.count('class="sorts"') == 1
    assert list(json.loads(json.dumps(list(found.rows())))[-1]["summary"]["trend"]["failed"]) == [
        "5",
        "20",
        "100",
    ]


def test_a_folder_without_steps_to_compare_stands_for_its_best(voiced):
    asked = replace(TWO, checkpoint="output/tacotron2")
    for steps in ((), (7,)):
        for step in steps:
            save_step(replace(made_checkpoint(), step=step), voiced / "output" / "tacotron2")
        found = infer_stats(asked=asked, infer=QUICK)
        assert found.trend is None
        assert found.overviews[0].voice.endswith("best.pt")


def test_a_model_without_an_end_says_so(voiced):
    waveglow_checkpoint().save(voiced / "w.pt")
    with pytest.raises(CheckpointError) as caught:
        infer_stats(asked=replace(TWO, checkpoint="w.pt"), infer=QUICK)
    assert caught.value.path == Path("w.pt")
    assert "waveglow" in caught.value.why
