"""Losses that no batching changes, and a score that puts speaking first."""

import numpy as np
import pytest
import torch

from tests.train.made import TINY, batch_of, made_batch
from voiceprep.train.diagnosis.causes import FINE, find_cause
from voiceprep.train.frontend import Sentence
from voiceprep.train.settings import InferConfig
from voiceprep.train.speech.repeat import measure_result
from voiceprep.train.tacotron2.config import LossConfig
from voiceprep.train.tacotron2.infer import speak
from voiceprep.train.tacotron2.losses import clip_losses
from voiceprep.train.tacotron2.metrics import (
    FreeRunning,
    add_up,
    free_running,
    score,
    teacher_forced,
)
from voiceprep.train.tacotron2.network import Tacotron2, without_dropout
from voiceprep.train.tensors import Batch

LOSS, FRAME = LossConfig(), 0.0116


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Tacotron2(TINY)


def part_of(batch, rows):
    """Some clips of a batch, with no more padding than they need."""
    symbols, frames = max(batch.text_lengths[rows]), max(batch.mel_lengths[rows]) + 8
    return Batch(
        tuple(batch.ids[row] for row in rows),
        batch.text[rows, :symbols],
        batch.text_lengths[rows],
        batch.mel[rows, :, :frames],
        batch.mel_lengths[rows],
    )


def free(spoken=0.0, diagonality=0.0, coverage=0.0):
    return FreeRunning((), (), (), 0.5, diagonality, coverage, 1.0, spoken)


def test_totals_and_rows_are_the_same_however_clips_are_batched(model):
    batch = made_batch([5, 9, 3, 7], [13, 21, 6, 30])
    one = teacher_forced(model, [batch_of(batch, 2, 6)], LOSS)
    more = teacher_forced(model, [part_of(batch, rows) for rows in ([2], [1, 0, 3])], LOSS)
    assert [row.id for row in one] == [f"clip-{number}" for number in range(4)]
    for row, other in zip(one, sorted(more, key=lambda row: row.id), strict=True):
        assert row.mel_loss == pytest.approx(other.mel_loss, rel=1e-5)
        assert row.gate_loss == pytest.approx(other.gate_loss, rel=1e-5)
        assert row.focus == pytest.approx(other.focus, rel=1e-5)
        assert (row.mel_values, row.gate_steps, row.steps) == (
            other.mel_values,
            other.gate_steps,
            other.steps,
        )
    assert add_up(one).loss == pytest.approx(add_up(more).loss, rel=1e-5)


def test_totals_are_the_losses_that_training_means():
    torch.manual_seed(0)
    model, batch = Tacotron2(without_dropout(TINY)).eval(), made_batch([5, 9, 3], [13, 40, 6])
    totals = add_up(teacher_forced(model, [batch], LOSS))
    with torch.no_grad():
        clips = clip_losses(model(batch), batch, LOSS)
    mel = (clips.mel + clips.mel_postnet).sum() / clips.mel_values.sum()
    gate = clips.gate.sum() / clips.gate_steps.sum()
    assert totals.mel_loss == pytest.approx(float(mel), rel=1e-5)
    assert totals.loss == pytest.approx(float(mel + gate), rel=1e-5)
    assert totals.clips == 3


def test_a_look_leaves_mode_and_random_state_as_they_were(model):
    model.train()
    state = torch.get_rng_state()
    batch = made_batch([5, 9], [13, 21])
    one, again = (teacher_forced(model, [batch], LOSS) for _ in range(2))
    free_running(model, [Sentence((3, 4))], InferConfig(max_frames=8), FRAME)
    assert one == again
    assert model.training
    assert torch.equal(state, torch.get_rng_state())


def test_no_clips_are_told():
    with pytest.raises(ValueError, match="no clips"):
        add_up([])


def test_a_gate_that_opens_at_once_has_stopped_and_said_nothing(model):
    torch.nn.init.constant_(model.decoder.gate_layer.linear_layer.bias, 50.0)
    sentences = [Sentence(tuple(range(1, 30))), Sentence(())]
    found = free_running(model, sentences, InferConfig(max_frames=50), FRAME)
    assert (found.stop_rate, found.spoken) == (1, 0)
    assert found.coverage < 0.1
    assert [speech.stop for speech in found.speeches] == ["gate", "empty"]
    assert len(found.measures) == 2
    assert len(found.causes) == 1
    assert FINE not in found.causes


def test_a_look_finds_what_runs_of_the_same_voice_find(model):
    sentence, config = Sentence(tuple(range(1, 30)), seed=7), InferConfig(max_frames=50)
    free = free_running(model, [sentence], config, FRAME)
    speech = speak(model, [sentence], config, past_gate=0.95)[0]
    measures = measure_result(speech, FRAME, config.gate_threshold)
    assert free.causes == (find_cause(measures),)
    assert free.measures[0].alignment == measures.alignment


def test_blank_sentences_alone_measure_nothing(model):
    found = free_running(model, [Sentence(())], InferConfig(), FRAME)
    assert (found.focus, found.coverage, found.stop_rate, found.spoken) == (0, 0, 0, 0)
    assert found.causes == ()


def test_weights_that_are_not_finite_can_be_looked_at(model):
    torch.nn.init.constant_(model.decoder.linear_projection.linear_layer.bias, torch.nan)
    found = free_running(model, [Sentence((3, 4))], InferConfig(max_frames=8), FRAME)
    assert (found.speeches[0].stop, found.stop_rate, found.coverage) == ("nan", 0, 0)
    assert found.causes == ("not finite",)
    torch.nn.init.constant_(model.embedding.weight, torch.nan)
    found = add_up(teacher_forced(model, [made_batch([5], [9])], LOSS))
    assert np.isnan(found.loss)
    assert found.focus == 0


def test_speaking_counts_before_alignment_and_alignment_before_loss():
    ranked = [
        score(free(), np.nan),
        score(free(), 9.0),
        score(free(), 0.1),
        score(free(diagonality=0.8, coverage=0.5), 9.0),
        score(free(diagonality=1.0, coverage=1.0), 0.0),
        score(free(0.1, 0.0, 0.0), 9.0),
        score(free(1.0, 0.5, 0.5), 9.0),
        score(free(1.0, 0.5, 0.5), 0.5),
    ]
    assert ranked == sorted(ranked)
    assert len(set(ranked)) == len(ranked)


def test_a_better_loss_wins_where_the_alignment_differs_by_chance():
    assert score(free(1.0, 0.91, 1.0), 0.3) > score(free(1.0, 0.94, 1.0), 0.5)
