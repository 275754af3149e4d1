"""Padded tensors: masks, precision, and a model that is lent for speaking."""

import pytest
import torch
from torch import nn

from tests.train.made import made_batch
from voiceprep.train.tensors import Crops, as_kind, exact, speaking, valid_mask


def test_a_position_counts_up_to_its_length():
    mask = valid_mask(torch.tensor([3, 0, 2]), 3)
    assert mask.tolist() == [[True] * 3, [False] * 3, [True, True, False]]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_becomes_single_and_the_rest_stays(dtype):
    assert exact(torch.ones(2, dtype=dtype)).dtype == torch.float32
    for kept in (torch.float32, torch.float64, torch.int64):
        value = torch.ones(2, dtype=kept)
        assert exact(value) is value


def test_a_batch_moves_with_all_its_tensors():
    batch = made_batch([3, 2], [5, 4])
    moved = batch.to("meta")
    assert moved.ids == batch.ids
    for name in ("text", "text_lengths", "mel", "mel_lengths"):
        assert getattr(moved, name).device.type == "meta"
        assert getattr(moved, name).shape == getattr(batch, name).shape
    crops = Crops(("a",), torch.zeros(1, 8), torch.zeros(1, 4, 2)).to("meta")
    assert crops.ids == ("a",)
    assert crops.audio.device.type == crops.mel.device.type == "meta"


def test_the_host_keeps_the_lengths_of_a_batch_that_moves():
    batch = made_batch([3, 2], [5, 4])
    assert batch.lengths == batch.to("meta").lengths == ((3, 2), (5, 4))


def test_every_tensor_is_pinned_and_kept_for_a_stream(monkeypatch):
    streams = []
    monkeypatch.setattr(torch.Tensor, "pin_memory", lambda tensor: tensor.to("meta"))
    monkeypatch.setattr(torch.Tensor, "record_stream", lambda *pair: streams.append(pair))
    for made, count in (
        (made_batch([3, 2], [5, 4]), 4),
        (Crops(("a",), torch.zeros(1, 8), torch.zeros(1, 4, 2)), 2),
    ):
        pinned = made.pin_memory()
        tensors = [value for value in vars(pinned).values() if isinstance(value, torch.Tensor)]
        assert len(tensors) == count
        assert all(tensor.is_meta for tensor in tensors)
        pinned.record_stream("computing")
        assert all(one is other for (one, _), other in zip(streams, tensors, strict=True))
        assert {stream for _, stream in streams} == {"computing"}
        streams.clear()


def test_a_model_of_another_class_is_an_error():
    model = nn.Linear(1, 1)
    assert as_kind(model, nn.Linear) is model
    with pytest.raises(TypeError, match=r"Linear.*Conv1d"):
        as_kind(model, nn.Conv1d)


@pytest.mark.parametrize("training", [True, False])
def test_a_model_speaks_without_gradients_and_gets_its_mode_back(training):
    model = nn.Linear(1, 1).train(training)
    with speaking(model):
        assert not model.training
        assert not torch.is_grad_enabled()
    assert model.training == training
    with pytest.raises(ZeroDivisionError), speaking(model):
        raise ZeroDivisionError
    assert model.training == training
    assert torch.is_grad_enabled()
