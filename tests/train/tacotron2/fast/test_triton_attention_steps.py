"""The decoder with kernels written in Triton, interpreted, against the plain one."""

import sys
from functools import partial

import pytest
import torch

from tests.train.made import TINY, made_batch
from tests.train.tacotron2.fast.test_decode import ODD, assert_equal, lively
from tests.train.tacotron2.fast.test_stepper import assert_alike
from voiceprep.train.kernels import lstm, products, triton_kernels
from voiceprep.train.kernels.graphs import RecentlyUsed, take_notes
from voiceprep.train.tacotron2.fast import attention, decode, fast_stepper, stepper
from voiceprep.train.tacotron2.stepper import PlainStepper

# The package's name `decode` is the function.
decoding = sys.modules[decode.__module__]


@pytest.fixture(autouse=True)
def in_triton(monkeypatch):
    """The CPU takes what a GPU would."""
    monkeypatch.setattr(products, "packs", lambda _: False)
    monkeypatch.setattr(triton_kernels, "DEVICES", ["cpu"])
    monkeypatch.setattr(stepper, "BUCKET_DEVICES", ("cpu",))
    # Fewer rows: the interpreter is slow.
    monkeypatch.setattr(decoding, "CLIPS_BUCKET", 4)
    monkeypatch.setattr(decoding, "SYMBOLS_BUCKET", 12)
    monkeypatch.setattr(stepper, "SYMBOLS_BUCKET", 12)
    for module in (lstm, attention):
        for name in ("_FORWARD", "_BACKWARD"):
            monkeypatch.setattr(module, name, RecentlyUsed(8))
    yield
    assert not take_notes()


def kinds_used():
    chunks = [
        chunk
        for module in (lstm, attention)
        for cache in (module._FORWARD, module._BACKWARD)
        for chunk in cache.kept.values()
    ]
    return {type(chunk.steps).__name__ for chunk in chunks}


def test_teacher_forced_it_equals_the_plain_decoder_and_so_does_every_gradient():
    model, batch = lively(ODD), made_batch([5, 9, 3], [5, 2, 3], tail=1)
    masks = model.draw_masks(batch.mel.shape[2], 3)
    assert_equal(model, batch, masks, way=partial(decode, chunk_steps=4))
    wanted = {"TritonLstmForward", "TritonLstmBackward"}
    assert kinds_used() == wanted | {"TritonAttentionForward", "TritonAttentionBackward"}


@torch.no_grad()
def test_free_running_it_equals_the_plain_stepper():
    model = lively(TINY).eval()
    batch = made_batch([5, 9, 3], [1, 1, 1])
    memory = model.encode(batch.text, batch.text_lengths)
    plain, fast = PlainStepper(model, memory), fast_stepper(model)(model, memory)
    assert type(fast.chunk.steps).__name__ == "TritonFreeRunningSteps"
    assert_alike(plain, fast, model.draw_masks(4, 3).prenet)
    for one in (plain, fast):
        one.keep(torch.tensor([0, 2]))
    assert_alike(plain, fast)


def test_sizes_that_the_kernels_do_not_hold_are_noted():
    values = torch.zeros(1, 2000, 1)
    assert not attention.chosen_for(values, 128, 31)
    (note,) = take_notes()
    assert "2000" in note
