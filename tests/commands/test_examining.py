"""What is measured once is not measured again."""

import json
import os
from dataclasses import replace

import numpy as np
import pytest

from tests.signals import said, write
from voiceprep.audio.checks import CHECKS
from voiceprep.batch import JobsConfig, no_progress
from voiceprep.clip import Clip
from voiceprep.commands.examining import MEASURES, examine
from voiceprep.report.corpus import picture_path

SOUNDS = tuple(check for check in CHECKS if not check.off)


class Examiner:
    """A dataset, and how often its clips were measured."""

    def __init__(self, folder):
        self.folder, self.read = folder, []
        counted = replace(SOUNDS[0], measure=lambda hearing: self.read.append(hearing))
        self.checks = (replace(counted, name="counted"), *SOUNDS)

    def __call__(self, *ids, checks=(), paths=None):
        self.read.clear()
        clips = [Clip(id, (paths or {}).get(id, f"wavs/{id}.wav")) for id in ids]
        measured = examine(
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
def examiner(tmp_path):
    for number, id in enumerate(("a", "b", "ü c")):
        write(tmp_path / "wavs" / f"{id}.wav", said(0.8 + number / 10))
    return Examiner(tmp_path)


def same(one, other):
    assert one.readings == other.readings and one.stamp == other.stamp
    for name, record in one.kept.items():
        np.testing.assert_array_equal(record, other.kept[name])


def test_a_second_look_tells_the_same_and_measures_nothing(examiner):
    first, count = examiner("a", "b", "ü c")
    assert count == 3 and list(first.values) == ["a", "b", "ü c"]
    before = (examiner.folder / MEASURES).stat().st_mtime_ns
    second, count = examiner("a", "b", "ü c")
    assert count == 0
    assert (examiner.folder / MEASURES).stat().st_mtime_ns == before
    for id in first.values:
        same(first.values[id], second.values[id])


def test_only_what_changed_is_measured(examiner):
    examiner("a", "b", "ü c")
    write(examiner.folder / "wavs" / "b.wav", said(0.5))
    os.utime(examiner.folder / "wavs" / "a.wav")
    measured, count = examiner("a", "b", "ü c")
    assert count == 1
    assert measured.values["b"].seconds == pytest.approx(0.5)


def test_measures_that_are_none_are_made_again(examiner):
    first, _ = examiner("a", "b")
    path = examiner.folder / MEASURES
    whole, other = path.read_text().splitlines()
    row = json.loads(whole) | {"kept": 5}
    path.write_text(f"{json.dumps(row)}\n{other[:300]}\n[]\n")
    second, count = examiner("a", "b")
    assert count == 2
    same(first.values["a"], second.values["a"])


def test_a_picture_that_was_lost_is_drawn_again(examiner):
    first, _ = examiner("a", "b")
    picture_path(examiner.folder, first.values["a"].stamp.hash).unlink()
    assert examiner("a", "b")[1] == 1


def test_other_checks_measure_anew(examiner):
    examiner("a")
    assert examiner("a", checks=examiner.checks[:2])[1] == 1


def test_what_a_kill_cut_short_is_measured_again(examiner):
    examiner("a", "b", "ü c")
    path = examiner.folder / MEASURES
    path.write_bytes(path.read_bytes()[:-40])
    measured, count = examiner("a", "b", "ü c")
    assert count == 1 and len(measured.values) == 3
    assert len(path.read_bytes().splitlines()) == 3
    path.write_bytes(b"\xff\x00 nothing of ours\n[1, 2]\n" + path.read_bytes())
    assert examiner("a", "b", "ü c")[1] == 0


def test_what_cannot_be_read_is_told(examiner):
    write(examiner.folder / "wavs" / "a.wav", np.zeros(8000, np.float32))
    (examiner.folder / "wavs" / "b.wav").write_bytes(b"no sound")
    write(examiner.folder / "wavs" / "short.wav", said(0.01))
    measured, _ = examiner("a", "b", "ü c", "short")
    assert list(measured.values) == ["ü c"]
    troubles = {trouble.id: trouble for trouble in measured.troubles}
    assert troubles["a"].status == "quarantined" and "silent" in troubles["a"].why
    assert troubles["b"].status == "failed"
    assert "too short" in troubles["short"].why


def test_a_sound_that_two_clips_share_is_told_of_both(examiner):
    shared = {"a": "wavs/a.wav", "again": "wavs/a.wav"}
    measured, _ = examiner("a", "again", "b", paths=shared | {"b": "wavs/b.wav"})
    assert list(measured.values) == ["a", "again", "b"]
    assert examiner("a", "again", "b", paths=shared | {"b": "wavs/b.wav"})[1] == 0
