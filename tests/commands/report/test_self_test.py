import json
import tomllib
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from voiceprep.audio.checks import CHECKS as AUDIO_CHECKS
from voiceprep.batch.run import JobsConfig
from voiceprep.clip import Clip
from voiceprep.commands.report.self_test import SelfTestConfig, self_test
from voiceprep.errors import SettingError
from voiceprep.text.checks import CHECKS as TEXT_CHECKS

from ...signals import RATE, placed, said
from ...text.made import made_texts

NAMES = ("clipping", "dc_offset", "tail_seconds", "copies", "letters", "duplicate_text")
CHECKS = [check for check in (*AUDIO_CHECKS, *TEXT_CHECKS) if check.name in NAMES]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Twelve clips of made speech with room around it, the last one clipped."""
    folder = tmp_path_factory.mktemp("voice")
    (folder / "wavs").mkdir()
    for number in range(12):
        random = np.random.default_rng(number)
        lengths, highs = random.uniform(0.5, 1.0, 2), random.uniform(90, 220, 2)
        parts = [said(length, pitch_hz=hz) for length, hz in zip(lengths, highs, strict=True)]
        samples = placed([(0.1, parts[0]), (1.15, parts[1])], 2.2, seed=number)
        samples *= 12 if number == 11 else 1
        soundfile.write(folder / "wavs" / f"{number:02}.wav", samples, RATE)
    return folder


@pytest.fixture(scope="module")
def clips():
    texts = list(made_texts(12).values())
    return [Clip(f"{n:02}", f"wavs/{n:02}.wav", text) for n, text in enumerate(texts)]


@pytest.fixture(scope="module")
def tested(dataset, clips):
    return self_test(dataset, clips, dataset / "report", SelfTestConfig(false_alarms=0.2), CHECKS)


def table(result):
    return {
        (row["check"], row["fault"], row["size"]): row for row in result.rows() if "fault" in row
    }


def test_obvious_faults_are_found_and_false_alarms_are_listed(tested):
    rows = table(tested)
    assert rows["clipping", "clipping", 9.0]["recall"] == 1
    assert rows["clipping", "clipping", 9.0]["recall_of"] == 11
    assert rows["clipping", "clipping", 9.0]["precision"] == pytest.approx(1 / (1 + 1 / 12))
    assert rows["dc_offset", "dc_offset", 0.1]["recall"] == 1
    assert rows["dc_offset", "dc_offset", 0.1]["recall_of"] == 12
    assert rows["tail_seconds", "tail_silence", 2.0]["recall"] == 1
    assert rows["copies", "copied", 0.0]["recall"] > 0.8
    assert rows["duplicate_text", "copied_text", 0.0]["recall"] == 1
    flagged = {row["check"]: row["accused"] for row in tested.rows() if "accused" in row}
    assert flagged["clipping"] == ["11"]
    assert not flagged["dc_offset"]
    assert tested.exit_code == 0


def test_a_row_for_each_check_and_fault_reads_well(tested):
    lines = tested.lines()
    assert max(len(line) for line in lines if not line.startswith("→")) <= 100
    assert (tested.sounds, tested.texts, tested.clips) == (12, 12, 12)
    assert tested.seconds == pytest.approx(26.4)
    assert sum(line.startswith("  tail_seconds ") for line in lines) >= 2
    assert any(line.split()[:4] == ["clipping", "1", "of", "12"] and "11" in line for line in lines)
    json.dumps(list(tested.rows()))


def test_the_table_is_the_same_however_many_work_on_it(dataset, clips, tested):
    one = self_test(
        dataset,
        clips[::-1],
        dataset / "report",
        SelfTestConfig(false_alarms=0.2),
        CHECKS,
        jobs=JobsConfig(1),
    )
    assert one.lines() == tested.lines()
    assert list(one.rows()) == list(tested.rows())


def test_limits_of_a_stated_rate_of_false_alarms_are_written_as_a_preset(dataset, tested):
    written = tomllib.loads((dataset / "report" / "limits.toml").read_text(encoding="utf-8"))
    limits = dict(pair.split("=") for pair in written["report"]["limits"].split(","))
    rows = {row["check"]: row for row in tested.rows() if "limit" in row}
    assert {name: float(value) for name, value in limits.items()} == {
        name: row["limit"] for name, row in rows.items()
    }
    # Of 12 clips a fifth is two of thirteen: the limit is at the second worst.
    assert 0 < rows["dc_offset"]["limit"] < rows["dc_offset"]["was"] == 0.01
    assert any("dc_offset" in line and "0.01" in line for line in tested.lines())


def test_too_few_clips_for_a_rate_move_no_limit(dataset, clips, tmp_path):
    (tmp_path / "wavs").symlink_to(dataset / "wavs")
    result = self_test(
        tmp_path, clips, tmp_path / "report", SelfTestConfig(false_alarms=0.02), CHECKS
    )
    assert result.limits == ()
    assert not (tmp_path / "report").exists()
    assert any("49 clips" in line for line in result.lines())


def test_an_unreadable_clip_is_reported_and_the_others_are_tested(dataset, clips, tmp_path):
    (tmp_path / "wavs").mkdir()
    for clip in clips[:3]:
        (tmp_path / clip.path).symlink_to(dataset / clip.path)
    (tmp_path / clips[3].path).write_bytes(b"RIFF, and no more")
    result = self_test(tmp_path, clips[:4], tmp_path / "report", SelfTestConfig(), CHECKS)
    assert result.exit_code == 3
    assert "03" in result.lines()[-1]
    assert table(result)["clipping", "clipping", 9.0]["recall_of"] == 3


def test_sounds_without_texts_and_no_clips_at_all(dataset, clips):
    mute = [replace(clip, text=None) for clip in clips[:2]]
    result = self_test(dataset, mute, dataset / "report", SelfTestConfig(clips=1), CHECKS)
    assert {check for check, _, _ in table(result)} == {
        "clipping",
        "dc_offset",
        "tail_seconds",
        "copies",
    }
    assert table(result)["clipping", "clipping", 9.0]["recall_of"] == 1
    nothing = self_test(dataset, [], dataset / "report", SelfTestConfig(), CHECKS)
    assert table(nothing) == {}
    assert nothing.exit_code == 0


@pytest.mark.parametrize(
    "wrong", [{"clips": 0}, {"false_alarms": 0.0}, {"false_alarms": 1.0}, {"seed": -1}]
)
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(SettingError, match=next(iter(wrong))):
        SelfTestConfig(**wrong)
