"""What a look at a vocoder tells, and the distance of two sounds."""

import itertools

import numpy as np
import pytest
import soundfile

from tests.train.waveglow.test_task import RECIPE, made_sounds
from voiceprep.audio.mel import MelConfig
from voiceprep.train.data.items import Items
from voiceprep.train.device import Machine
from voiceprep.train.run.log import TrainingLog
from voiceprep.train.run.setup import build_run
from voiceprep.train.waveglow import evaluator as room
from voiceprep.train.waveglow.evaluator import WaveGlowEvaluator, spectral_distance_db
from voiceprep.train.waveglow.task import make_task

MEL = MelConfig()


def look_of(items, held_out, folder):
    folder.mkdir()
    tasks = make_task(RECIPE, items), make_task(RECIPE, held_out)
    look = WaveGlowEvaluator(*tasks, RECIPE, folder, TrainingLog(folder))
    return look, build_run(RECIPE, 3, Machine()).run


def test_a_look_tells_losses_and_distance_and_makes_it_audible(tmp_path):
    items = made_sounds(tmp_path)
    look, run = look_of(items[:3], items[3:], tmp_path / "run")
    found = look(run)
    assert found.values["val_loss"] == found.values["val_total"] == -found.score
    assert np.isfinite(list(found.values.values())).all()
    assert "log-spectral distance" in found.message
    heard = [*(tmp_path / "run" / "speech").glob("*.wav")]
    assert {path.stem for path in heard} == {"clip-3", "clip-4"}
    assert all(path.with_suffix(".png").exists() for path in heard)
    assert soundfile.info(heard[0]).samplerate == 22050
    again = look(run)
    clocks = [one.values.pop("val_items_per_sec") for one in (again, found)]
    assert again == found
    assert min(clocks) > 0


def test_the_rate_of_an_evaluation_counts_its_samples(tmp_path, monkeypatch):
    items, clock = made_sounds(tmp_path), itertools.count(0, 2.0)
    monkeypatch.setattr(room.time, "perf_counter", lambda: next(clock))
    look, run = look_of(items[:3], items[3:], tmp_path / "run")
    samples = len(items) * look.task.crops.segment_length
    assert look(run).values["val_items_per_sec"] == samples / 2


def test_without_clips_that_are_held_out_the_others_are_looked_at(tmp_path):
    look, run = look_of(made_sounds(tmp_path), Items(), tmp_path / "run")
    found = look(run)
    assert found.score == -found.values["train_total"]
    assert "val_loss" not in found.values


def test_silence_that_is_held_out_tells_nothing(tmp_path):
    silent = made_sounds(tmp_path, 2, silent=(0, 1))
    (tmp_path / "heard").mkdir()
    look, run = look_of(made_sounds(tmp_path / "heard"), silent, tmp_path / "run")
    found = look(run)
    assert not {"val_total", "val_loss"} & set(found.values)
    assert found.score == -found.values["train_total"]


def test_a_model_that_came_apart_is_looked_at_too(tmp_path):
    look, run = look_of(made_sounds(tmp_path), Items(), tmp_path / "run")
    for parameter in run.model.parameters():
        parameter.data.fill_(np.nan)
    found = look(run)
    assert found.score == float("-inf")
    assert np.isnan(found.values["spectral_distance_db"])


@pytest.mark.parametrize("gain_db", [-6.0, 0.0, 3.0])
def test_a_sound_that_is_so_much_louder_is_so_far_away(gain_db):
    noise = (0.1 * np.random.default_rng(0).standard_normal(22050)).astype(np.float32)
    louder = noise * np.float32(10 ** (gain_db / 20))
    assert spectral_distance_db(louder, noise, MEL) == pytest.approx(abs(gain_db), abs=0.01)


def test_a_sound_that_cannot_be_written_is_a_warning(tmp_path):
    items = made_sounds(tmp_path)
    look, run = look_of(items[:3], items[3:], tmp_path / "run")
    (tmp_path / "run" / "speech").write_text("a file is in the way")
    found = look(run)
    assert len(found.warnings) == 2
    assert np.isfinite(found.values["spectral_distance_db"])


def test_a_dataset_of_silence_has_no_loss(tmp_path):
    look, run = look_of(made_sounds(tmp_path, 2, silent=(0, 1)), Items(), tmp_path / "run")
    assert look(run).score == float("-inf")
