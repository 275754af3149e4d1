"""Five clips learnt by heart, and a verdict on each."""

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.train.made import TINY
from tests.train.run.test_loop import recipe_of
from voiceprep.records import to_json
from voiceprep.train.data.items import Item, Items
from voiceprep.train.device import Machine
from voiceprep.train.run import overfit_check as room
from voiceprep.train.run.overfit_check import check_overfit, pick_clips

FRAMES_PER_SYMBOL = 4


class Nobody:
    def __init__(self):
        self.lines = []

    def print(self, line):
        self.lines.append(line)

    def advance(self, *_): ...


@pytest.fixture
def spelled(tmp_path):
    """Clips in which every symbol has a sound of its own, four frames long."""
    random = np.random.default_rng(0)
    sounds = random.normal(-4, 2, (148, 10))
    items = []
    for number, count in enumerate((10, 11, 12, 13, 14)):
        ids = random.integers(1, 148, count).astype(np.int16)
        mel = np.repeat(sounds[ids].T, FRAMES_PER_SYMBOL, axis=1)
        path = tmp_path / f"{number}.npy"
        np.save(path, mel.astype(np.float32))
        items.append(Item(f"clip-{number}", ids, mel.shape[1], path))
    return Items(items)


def verdict_on(items, precision="fp32", console=None):
    sizes = {"symbol_dim": 32, "prenet_dim": 32, "attention_rnn_dim": 64, "attention_dim": 32}
    config = replace(TINY, **sizes, decoder_rnn_dim=64, frames_per_step=2)
    return check_overfit(
        recipe_of(config), items, Machine(precision=precision), console or Nobody()
    )


def test_clips_that_can_be_learnt_are_spoken_from_begin_to_end(spelled):
    verdict = verdict_on(spelled)
    assert verdict.ok, verdict
    assert verdict.exit_code == 0
    assert [clip.id for clip in verdict.clips] == [f"clip-{number}" for number in range(5)]
    assert all(abs(clip.spoken_frames - clip.frames) <= 20 for clip in verdict.clips)
    assert verdict.lines(False)[-1].startswith("all clips were overfitted")


def test_what_fp16_comes_to_on_a_cpu_is_told(spelled, monkeypatch):
    monkeypatch.setattr(room, "MOST_STEPS", 1)
    told = {}
    for precision in ("fp16", "fp32"):
        told[precision] = Nobody()
        verdict_on(spelled, precision, told[precision])
    assert len(told["fp16"].lines) == 1
    assert not told["fp32"].lines


def test_clips_that_were_not_learnt_are_named_with_what_to_do(spelled, monkeypatch):
    monkeypatch.setattr(room, "MOST_STEPS", 4)
    verdict = verdict_on(spelled)
    assert verdict.exit_code == 1
    assert any("no alignment formed in any clip" in line for line in verdict.lines(False))
    rows = [json.loads(to_json(row)) for row in verdict.rows()]
    assert rows[-1]["summary"]["ok"] is False


def test_one_clip_without_an_end_is_named():
    clip = room.OverfitClip("slow", 90, 180, "limit", 0.8, 0.9, 1.0, aligned=True, ended=False)
    verdict = room.OverfitResult((clip, replace(clip, id="well", ended=True)), 10, 1.0)
    (advice,) = verdict.advice()
    assert "slow" in advice
    assert "well" not in advice


def test_clips_are_picked_from_the_shorter_half(tmp_path):
    items = Items(
        Item(f"{frames}", np.ones(12, np.int16), frames, tmp_path) for frames in range(100, 50, -1)
    )
    picked = [item.frames for item in pick_clips(items)]
    assert len(picked) == 5
    assert picked == sorted(picked)
    assert picked[0] == 51
    assert picked[-1] <= 76
    assert len(pick_clips(items[:2])) == 2
