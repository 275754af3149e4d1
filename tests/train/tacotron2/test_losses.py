"""Losses that count what they should, and nothing twice."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.train.made import TINY, made_batch
from voiceprep.train.tacotron2.config import LossConfig
from voiceprep.train.tacotron2.losses import (
    Counts,
    clip_losses,
    count_clips,
    guide,
    guided_weight,
    tacotron2_loss,
)
from voiceprep.train.tacotron2.network import Tacotron2, without_dropout
from voiceprep.train.tensors import Batch, Prediction


def prediction_of(batch, frames_per_step=1, gate=0.0, off=0.0):
    """A prediction equal to the target but for `off`, with one logit for every gate."""
    size, _, frames = batch.mel.shape
    steps = frames // frames_per_step
    gates = torch.full((size, steps), gate)
    alignments = torch.full((size, steps, batch.text.shape[1]), 1 / batch.text.shape[1])
    return Prediction(batch.mel + off, batch.mel + off, gates, alignments)


@pytest.mark.parametrize("half", [torch.bfloat16, torch.float16])
def test_losses_of_half_precision_are_computed_in_single(half):
    batch, config = made_batch([4, 6], [7, 12]), LossConfig(guided_attention=1.0)
    drawn = [torch.randn_like(part) for part in vars(prediction_of(batch)).values()]
    exact = clip_losses(Prediction(*(part.to(half).float() for part in drawn)), batch, config)
    with torch.autocast("cpu", half):
        found = clip_losses(Prediction(*(part.to(half) for part in drawn)), batch, config)
        total = tacotron2_loss(found, config, 0).total
    assert all(torch.equal(*pair) for pair in zip(found, exact, strict=True))
    assert total.dtype == torch.float32


def test_the_mel_loss_is_the_mean_square_over_speech():
    batch = made_batch([4, 6], [7, 12])
    losses = tacotron2_loss(
        clip_losses(prediction_of(batch, off=0.5), batch, LossConfig()), LossConfig(), 0
    )
    assert losses.mel.item() == pytest.approx(0.25)
    assert losses.mel_postnet.item() == pytest.approx(0.25)


@pytest.mark.parametrize("frames_per_step", [1, 2, 3])
def test_the_gate_is_open_from_the_last_step_of_speech_to_the_end_of_the_tail(frames_per_step):
    batch = made_batch([4], [7], frames_per_step, tail=12)
    config = LossConfig(gate_tail=6)
    counts = count_clips(batch, frames_per_step, config)
    last = -(-7 // frames_per_step)
    assert counts.gate_steps.item() == last + -(-6 // frames_per_step)
    prediction = prediction_of(batch, frames_per_step)
    prediction.gate_logits[:, : last - 1] = -30
    prediction.gate_logits[:, last - 1 :] = 30
    losses = tacotron2_loss(clip_losses(prediction, batch, config), config, 0)
    assert losses.gate.item() == pytest.approx(0, abs=1e-6)


def test_a_gate_that_should_be_open_can_count_more():
    batch, config = made_batch([4], [10]), LossConfig(gate_tail=0, gate_positive_weight=5.0)
    losses = tacotron2_loss(clip_losses(prediction_of(batch), batch, config), config, 0)
    assert losses.gate.item() == pytest.approx(math.log(2) * (9 + 5) / 10)


def test_padded_counts_all_that_is_there():
    batch, config = made_batch([4, 6], [7, 12]), LossConfig(reduction="padded")
    frames = batch.mel.shape[2]
    assert count_clips(batch, 1, config).mel_values.tolist() == [frames * 10] * 2
    assert count_clips(batch, 1, config).gate_steps.tolist() == [frames] * 2


def test_the_guide_follows_each_clips_own_lengths():
    expected = guide(torch.tensor([4, 8]), torch.tensor([8, 8]), 8, 8, 0.2)
    assert expected[0, 4, 2] == expected[1, 4, 4] == 0
    assert expected[1, 0, 7] == pytest.approx(1 - math.exp(-((7 / 8) ** 2) / 0.08), abs=1e-6)
    assert expected.min() >= 0
    assert expected.max() <= 1


def test_guided_attention_fades_out():
    config = LossConfig(guided_attention=2.0, guided_decay_steps=100)
    assert [guided_weight(config, step) for step in (0, 50, 100, 900)] == [2.0, 1.0, 0.0, 0.0]
    assert guided_weight(LossConfig(guided_attention=2.0), 10**6) == 2.0


@given(seed=st.integers(0, 50), cut=st.integers(1, 3))
@settings(max_examples=5, deadline=None)
def test_the_parts_of_a_batch_add_up_to_the_whole(seed, cut):
    torch.manual_seed(seed)
    model = Tacotron2(without_dropout(TINY)).eval()
    whole, config = made_batch([5, 9, 3, 7], [13, 21, 6, 9], seed=seed), LossConfig()
    parts = [_rows(whole, slice(0, cut)), _rows(whole, slice(cut, 4))]
    totals = Counts(*(count.sum() for count in count_clips(whole, 1, config)))
    losses = [
        tacotron2_loss(clip_losses(model(part), part, config), config, 0, totals).total
        for part in parts
    ]
    wanted = tacotron2_loss(clip_losses(model(whole), whole, config), config, 0).total
    torch.testing.assert_close(sum(losses), wanted)


def _rows(batch, rows):
    return Batch(
        batch.ids[rows],
        batch.text[rows],
        batch.text_lengths[rows],
        batch.mel[rows],
        batch.mel_lengths[rows],
    )
