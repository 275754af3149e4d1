"""What a look writes down: a row for every clip, the newest one, and a warning where it is due."""

import csv
import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from tests.train.made import TINY, made_items
from tests.train.run.test_loop import VOICE, began, recipe_of
from voiceprep.train.data.items import Items
from voiceprep.train.run.evaluation_files import update_clips
from voiceprep.train.run.log import TrainingLog
from voiceprep.train.settings import InferConfig
from voiceprep.train.tacotron2 import evaluator as room
from voiceprep.train.tacotron2.config import LossConfig
from voiceprep.train.tacotron2.evaluator import COLUMNS, Tacotron2Evaluator
from voiceprep.train.tacotron2.task import Tacotron2Task


@pytest.fixture
def items(tmp_path):
    return made_items(tmp_path, [5, 9, 3, 7, 6], [13, 21, 6, 9, 15])


def look_of(items, folder, held_out=None, loss=None):
    recipe = recipe_of(TINY, loss=loss, infer=InferConfig(max_frames=30))
    beginning, task = began(recipe, items)
    other = Tacotron2Task(
        held_out or Items(), VOICE, TINY, recipe.section(LossConfig), recipe.train
    )
    folder.mkdir()
    return Tacotron2Evaluator(task, other, recipe, folder, TrainingLog(folder)), beginning.run


def rows_of(folder):
    with open(folder / "clips.csv", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_a_look_tells_of_both_ways_and_of_every_clip(items, tmp_path):
    look, run = look_of(items, tmp_path / "run", items[:2])
    found = look(run)
    assert {"val_loss", "val_forced_focus", "train_forced_loss", "free_spoken"} <= set(found.values)
    assert found.message.startswith("step 0: val clips, teacher-forced: loss")
    assert "; of 2 sentences " in found.message
    assert found.values["free_fine"] == 0
    rows = rows_of(tmp_path / "run")
    assert set(rows) == {items[place].id for place in range(5)}
    assert all(np.isfinite(float(row["mel_loss"])) for row in rows.values())
    assert len(list((tmp_path / "run" / "speech").glob("*.png"))) == 2


def test_two_looks_at_one_model_find_the_same_but_for_the_clock(items, tmp_path):
    look, run = look_of(items, tmp_path / "run")
    first, second = look(run), look(run)
    clocks = [found.values.pop("val_items_per_sec") for found in (first, second)]
    assert first == second
    assert min(clocks) > 0


def test_the_rate_of_an_evaluation_counts_its_frames(items, tmp_path, monkeypatch):
    clock = itertools.count(0, 2.0)
    monkeypatch.setattr(room.time, "perf_counter", lambda: next(clock))
    look, run = look_of(items[2:], tmp_path / "run", items[:2])
    assert look(run).values["val_items_per_sec"] == items.frames.sum() / 2


def test_of_many_clips_some_are_looked_at_in_turn(items, tmp_path, monkeypatch):
    monkeypatch.setattr(room, "TRAINING_CLIPS", 2)
    look, run = look_of(items, tmp_path / "run")
    look(run)
    assert len(rows_of(tmp_path / "run")) == 2
    run.step = look.recipe.train.evaluate_every
    look(run)
    rows = rows_of(tmp_path / "run")
    assert len(rows) == 4
    assert {row["step"] for row in rows.values()} == {"0", str(run.step)}


def test_no_diagonal_is_told_when_it_is_due(items, tmp_path):
    look, run = look_of(items, tmp_path / "run", loss=LossConfig(guided_attention=1.0))
    assert not look(run).warnings
    run.step = room.GUIDED_STEPS
    (warning,) = look(run).warnings
    assert "no diagonal alignment at step 3000" in warning


def test_rows_are_replaced_and_the_others_stay(tmp_path):
    row, path = dict.fromkeys(COLUMNS, 1), tmp_path / "clips.csv"
    update_clips(path, [row | {"id": "b"}, row | {"id": "ä, with a comma"}], COLUMNS)
    update_clips(path, [row | {"id": "b", "step": 2}], COLUMNS)
    rows = rows_of(tmp_path)
    assert rows["b"]["step"] == "2"
    assert rows["ä, with a comma"]["step"] == "1"


def test_a_model_that_came_apart_is_looked_at_too(items, tmp_path):
    look, run = look_of(items, tmp_path / "run")
    for parameter in run.model.parameters():
        parameter.data.fill_(np.nan)
    found = look(run)
    assert found.values["free_spoken"] == 0
    assert SimpleNamespace(**found.values).train_forced_loss != 0


def test_a_picture_that_cannot_be_written_is_a_warning(items, tmp_path):
    look, run = look_of(items, tmp_path / "run", items[:2])
    good = look(run)
    for path in (tmp_path / "run" / "speech").iterdir():
        path.unlink()
    (tmp_path / "run" / "speech").rmdir()
    (tmp_path / "run" / "speech").write_text("a file is in the way")
    found = look(run)
    rate = {"val_items_per_sec": good.values["val_items_per_sec"]}
    assert found.values | rate == good.values
    assert found.score == good.score
    assert len(found.warnings) == 2
    assert all(f"{tmp_path / 'run' / 'speech'}" in warning for warning in found.warnings)


def test_a_disk_that_fills_while_pictures_are_drawn_is_a_warning(items, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(room, "draw_alignment", full)
    look, run = look_of(items, tmp_path / "run", items[:2])
    assert len(look(run).warnings) == 2
