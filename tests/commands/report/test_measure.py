"""Measurements are cached, and made again where anything changed."""

import json
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.signals import RATE, said, speech, write
from voiceprep.audio import checks
from voiceprep.audio.checks import CHECKS
from voiceprep.audio.faults import clipped_encoded
from voiceprep.audio.sound import Sound
from voiceprep.batch.run import JobsConfig, no_progress
from voiceprep.clip import Clip
from voiceprep.commands.report import measure
from voiceprep.commands.report.measure import MEASURES, code_files, measure_sounds
from voiceprep.quality.check import Measurement
from voiceprep.report.corpus import picture_path

SOUNDS = tuple(check for check in CHECKS if not check.off)


class Runner:
    """A dataset, and how often its clips were measured."""

    def __init__(self, folder):
        self.folder, self.read = folder, []
        counted = replace(SOUNDS[0], measure=lambda features: self.read.append(features))
        self.checks = (replace(counted, name="counted"), *SOUNDS)

    def __call__(self, *ids, checks=(), paths=None):
        self.read.clear()
        clips = [Clip(id, (paths or {}).get(id, f"wavs/{id}.wav")) for id in ids]
        measured = measure_sounds(
            self.folder,
            clips,
            checks or self.checks,
            np.inf,
            self.folder,
            JobsConfig(jobs=2),
            no_progress,
        )
        return measured, len(self.read)


@pytest.fixture
def runner(tmp_path):
    for number, id in enumerate(("a", "b", "ü c")):
        write(tmp_path / "wavs" / f"{id}.wav", said(0.8 + number / 10))
    return Runner(tmp_path)


def same(one, other):
    assert one.by_check == other.by_check and one.stamp == other.stamp
    for name, record in one.kept.items():
        np.testing.assert_array_equal(record, other.kept[name])


@pytest.mark.parametrize(("decibels", "told"), [(-1, False), (2, False), (6, True)])
def test_a_file_that_is_far_over_full_scale_is_told(tmp_path, decibels, told):
    level = 10 ** (decibels / 20) / np.abs(speech()).max()
    write(tmp_path / "wavs" / "a.wav", np.float32(level) * speech(), subtype="FLOAT")
    measured, _ = Runner(tmp_path)("a")
    assert ("turned down" in measured.values["a"].warning) is told


def test_a_clipped_file_over_full_scale_is_told_once(tmp_path):
    clipped = clipped_encoded.inject(Sound(speech(), RATE), 15.0, np.random.default_rng(0))
    write(tmp_path / "wavs" / "a.wav", 2 * clipped.samples, subtype="FLOAT")
    measured, _ = Runner(tmp_path)("a")
    (sound,) = measured.values.values()
    flagged = [
        check.name
        for check in SOUNDS
        if isinstance(read := sound.by_check.get(check.name), Measurement)
        and check.name in ("true_peak_dbtp", "peak_to_loudness_db")
        and not check.is_well(read.value)
    ]
    assert flagged == ["peak_to_loudness_db"] and not sound.warning


def test_a_second_run_reads_the_cache_and_measures_nothing(runner):
    first, count = runner("a", "b", "ü c")
    assert count == 3 and list(first.values) == ["a", "b", "ü c"]
    before = (runner.folder / MEASURES).stat().st_mtime_ns
    second, count = runner("a", "b", "ü c")
    assert count == 0
    assert (runner.folder / MEASURES).stat().st_mtime_ns == before
    for id in first.values:
        same(first.values[id], second.values[id])


def test_only_what_changed_is_measured(runner):
    runner("a", "b", "ü c")
    write(runner.folder / "wavs" / "b.wav", said(0.5))
    os.utime(runner.folder / "wavs" / "a.wav")
    measured, count = runner("a", "b", "ü c")
    assert count == 1
    assert measured.values["b"].seconds == pytest.approx(0.5)


@pytest.mark.parametrize(
    "change",
    [{"kept": 5}, {"seconds": []}, {"rate": None}, {"warning": 1}, {"stamp": ["1", 2, 3]}]
    + [{"readings": {"snr_db": measured}} for measured in ([1, 2, []], [1, "", [[[1], 2]]], [1])],
)
def test_damaged_measurements_are_made_again(runner, change):
    first, _ = runner("a", "b")
    path = runner.folder / MEASURES
    first_line, other = path.read_text().splitlines()
    row = json.loads(first_line) | change
    path.write_text(f"{json.dumps(row)}\n{other[:300]}\n[]\n")
    second, count = runner("a", "b")
    assert count == 2
    same(first.values["a"], second.values["a"])


def test_a_picture_that_was_lost_is_drawn_again(runner):
    first, _ = runner("a", "b")
    picture_path(runner.folder, first.values["a"].stamp.hash).unlink()
    assert runner("a", "b")[1] == 1


def test_other_checks_measure_anew(runner):
    runner("a")
    assert runner("a", checks=runner.checks[:2])[1] == 1


def test_code_of_another_version_measures_anew(runner, monkeypatch, tmp_path):
    assert {Path(checks.__file__), Path(checks.__file__).with_name("copies.py")} <= {*code_files()}
    runner("a")
    assert runner("a")[1] == 0
    (changed := tmp_path / "changed.py").write_text("LIMIT = 1")
    monkeypatch.setattr(measure, "code_files", lambda: [changed])
    assert runner("a")[1] == 1


def test_a_line_cut_short_by_a_kill_is_measured_again(runner):
    runner("a", "b", "ü c")
    path = runner.folder / MEASURES
    path.write_bytes(path.read_bytes()[:-40])
    measured, count = runner("a", "b", "ü c")
    assert count == 1 and len(measured.values) == 3
    assert len(path.read_bytes().splitlines()) == 3
    path.write_bytes(b"\xff\x00 nothing of ours\n[1, 2]\n" + path.read_bytes())
    assert runner("a", "b", "ü c")[1] == 0


def test_unreadable_files_are_reported(runner):
    write(runner.folder / "wavs" / "a.wav", np.zeros(8000, np.float32))
    (runner.folder / "wavs" / "b.wav").write_bytes(b"no sound")
    write(runner.folder / "wavs" / "short.wav", said(0.01))
    measured, _ = runner("a", "b", "ü c", "short")
    assert list(measured.values) == ["ü c"]
    troubles = {trouble.id: trouble for trouble in measured.troubles}
    assert troubles["a"].status == "quarantined" and "silent" in troubles["a"].why
    assert troubles["b"].status == "failed"
    assert "too short" in troubles["short"].why


def test_a_sound_shared_by_two_clips_is_measured_for_both(runner):
    shared = {"a": "wavs/a.wav", "again": "wavs/a.wav"}
    measured, _ = runner("a", "again", "b", paths=shared | {"b": "wavs/b.wav"})
    assert list(measured.values) == ["a", "again", "b"]
    assert runner("a", "again", "b", paths=shared | {"b": "wavs/b.wav"})[1] == 0


def test_clips_of_the_same_sound_are_measured_at_the_same_time(runner, monkeypatch):
    """They share a picture: no writer may take the temporary file of another."""
    replace_file = os.replace

    def replace_late(*paths):
        time.sleep(0.05)
        replace_file(*paths)

    monkeypatch.setattr(os, "replace", replace_late)
    for id in ("b", "ü c"):
        shutil.copy(runner.folder / "wavs/a.wav", runner.folder / f"wavs/{id}.wav")
    measured, _ = runner("a", "b", "ü c")
    assert (list(measured.values), measured.troubles) == (["a", "b", "ü c"], ())
