"""A run in numbers, where the numbers are known."""

import json

import numpy as np
import pytest

from tests.train.diagnosis.test_alignment import PACE, spread, text_path
from voiceprep.train.diagnosis.run import measure_run

FRAME_SECONDS = 0.01


def measured(path, opens, per_step=1, quiet_from=None, threshold=0.5, stop="limit"):
    path = np.asarray(path)
    gate = np.where(np.arange(len(path)) < opens, 0.1, 0.9)
    mel = np.full((20, len(path) * per_step), -4.0, np.float32)
    if quiet_from is not None:
        mel[:, quiet_from:] = -10
    return measure_run(spread(path), gate, mel, stop, FRAME_SECONDS, threshold)


def test_a_run_is_measured_up_to_its_stop_and_its_end_sought_beyond():
    whole = measured(text_path() + [39] * 100, opens=210, quiet_from=200)
    assert (whole.stop, whole.steps, whole.frames) == ("gate", 211, 211)
    assert whole.seconds == pytest.approx(2.11)
    assert whole.seconds_a_symbol == pytest.approx(2.11 / 40)
    assert whole.full_path.end == 37 * PACE
    assert whole.gate_lag == pytest.approx(0.25)
    assert whole.sound.trailing_silence == 11
    assert whole.sound.tail_db == pytest.approx(-52.1, abs=0.1)
    assert whole.loud_after == 0
    early = measured(text_path() + [39] * 100, opens=100)
    assert (early.steps, early.full_path.end, early.path.unread) == (101, 37 * PACE, 19)
    assert early.gate_lag == pytest.approx(-0.85)


def test_another_threshold_is_another_stop_of_the_same_run():
    run = measured(text_path() + [39] * 100, opens=210, threshold=0.95)
    assert (run.stop, run.steps, run.gate_lag) == ("limit", 300, None)
    assert (run.gate.maximum, run.gate.at_30) == (0.9, 210)


def test_sound_after_the_end_is_measured():
    run = measured(text_path() + [39] * 100, opens=299, quiet_from=280)
    assert run.allowance == pytest.approx(0.5 + 3 * PACE * FRAME_SECONDS)
    assert run.loud_after == pytest.approx(2.80 - 1.85 - run.allowance)


def test_steps_of_several_frames_last_as_long_as_these():
    run = measured(text_path() + [39] * 100, opens=210, per_step=3, quiet_from=600)
    assert (run.steps, run.frames) == (211, 633)
    assert run.gate_lag == pytest.approx(0.75)
    assert run.sound.trailing_silence == 33


def test_a_row_is_flat_and_can_be_written_as_json():
    row = measured(text_path(0, 20) + [19] * 60 + text_path(20), opens=255).row()
    assert row["longest_stall"] == pytest.approx(0.65)
    assert row["gate_maximum"] == 0.9
    assert {"focus", "coverage", "skips", "tail_db", "read", "end_step"} <= set(row)
    assert json.loads(json.dumps(row)) == row
