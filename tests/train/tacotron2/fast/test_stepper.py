"""The fast stepper against the plain one, a few steps at a time."""

from dataclasses import replace

import pytest
import torch

from tests.train.made import TINY, made_batch
from tests.train.tacotron2.fast.test_decode import ODD, lively
from voiceprep.train.kernels import products
from voiceprep.train.tacotron2.fast import fast_stepper, stepper
from voiceprep.train.tacotron2.stepper import PlainStepper


def steppers(model, dtype=torch.float32, symbols=(5, 9, 3)):
    """A plain and a fast stepper of the same sentences."""
    batch = made_batch(list(symbols), [1] * len(symbols), channels=model.config.mel_channels)
    memory = model.encode(batch.text, batch.text_lengths)
    return [make(model, memory) for make in (PlainStepper, fast_stepper(model, dtype))]


def assert_alike(plain, fast, factors=None, steps=4, tolerance=2e-5):
    """Some steps of both."""
    wanted, found = plain.run(factors, steps), fast.run(factors, steps)
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("onednn", [True, False])
@pytest.mark.parametrize("frames_per_step", [1, 3])
@pytest.mark.parametrize("sizes", [TINY, ODD], ids=["tiny", "odd"])
@torch.no_grad()
def test_every_step_equals_the_plain_steppers(sizes, frames_per_step, onednn, monkeypatch):
    if not onednn:
        monkeypatch.setattr(products, "packs", lambda _: False)
    model = lively(replace(sizes, frames_per_step=frames_per_step)).eval()
    plain, fast = steppers(model)
    for steps in (4, 4, 3):
        assert_alike(plain, fast, model.draw_masks(steps, 3).prenet, steps)


@pytest.mark.parametrize("symbols", [(4,), (1, 1), (3, 8, 2, 5)])
@torch.no_grad()
def test_any_number_of_sentences_speak(symbols):
    plain, fast = steppers(lively(TINY).eval(), symbols=symbols)
    for _ in range(3):
        assert_alike(plain, fast)


@torch.no_grad()
def test_the_rows_that_are_kept_go_on_as_they_were():
    plain, fast = steppers(lively(TINY).eval(), symbols=(5, 9, 3, 7))
    for rows in ([0, 2, 3], [1, 2], [1]):
        assert_alike(plain, fast)
        for one in (plain, fast):
            one.keep(torch.tensor(rows))
        assert_alike(plain, fast)


@pytest.fixture
def in_buckets(monkeypatch):
    """The buffers that a GPU would have, for a few sizes, used again by the next stepper."""
    monkeypatch.setattr(stepper, "BUCKET_DEVICES", ("cpu",))
    monkeypatch.setattr(products, "packs", lambda _: False)


@torch.no_grad()
def test_rows_that_idle_in_a_bucket_change_nothing(in_buckets):
    model = lively(TINY).eval()
    make = fast_stepper(model)
    for symbols in ((5, 9, 3, 7, 40), (33, 2), (5, 9, 3, 7, 6)):
        batch = made_batch(list(symbols), [1] * len(symbols))
        memory = model.encode(batch.text, batch.text_lengths)
        plain, fast = PlainStepper(model, memory), make(model, memory)
        for rows in ([0, 2, 3, 4], [1, 2], [1]):
            factors = model.draw_masks(4, fast.count).prenet
            assert_alike(plain, fast, factors, 4)
            if len(symbols) > 2:
                for one in (plain, fast):
                    one.keep(torch.tensor(rows))


@torch.no_grad()
def test_what_is_not_a_number_in_one_row_stays_there(in_buckets):
    model = lively(TINY).eval()
    make, batch = fast_stepper(model), made_batch([5, 9, 3], [1, 1, 1])
    memory = model.encode(batch.text, batch.text_lengths)
    poisoned = memory._replace(values=memory.values.clone())
    poisoned.values[1] = torch.nan
    found = make(model, poisoned).run(None, 4).frames.clone()
    wanted = make(model, memory).run(None, 4).frames
    assert torch.equal(found[:, [0, 2]], wanted[:, [0, 2]])
    assert found[:, 1].isnan().all()
    assert wanted.isfinite().all()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@torch.no_grad()
def test_in_half_precision_it_stays_near(dtype):
    torch.manual_seed(0)
    model = lively(TINY).eval()
    plain, fast = steppers(model, dtype)
    for _ in range(4):
        assert_alike(plain, fast, tolerance=0.05)
    with pytest.raises(AssertionError):
        assert_alike(plain, fast)


def test_it_speaks_without_gradients():
    _, fast = steppers(lively(TINY).eval())
    assert not any(part.requires_grad for part in fast.run(None, 2))


@pytest.mark.parametrize("sizes", [TINY, ODD], ids=["tiny", "odd"])
@torch.no_grad()
def test_the_postnet_equals_the_plain_one(sizes):
    model, mel = lively(sizes).eval(), torch.randn(10, 23)
    for block in model.postnet.convolutions:
        block[1].running_mean.normal_()
        block[1].running_var.uniform_(0.5, 2)
    plain, fast = steppers(model)
    torch.testing.assert_close(fast.refine(mel), plain.refine(mel), rtol=1e-5, atol=1e-5)
    near = steppers(model, torch.bfloat16)[1].refine(mel)
    assert near.dtype == torch.float32
    assert 0 < (near - plain.refine(mel)).abs().max() < 0.05 * plain.refine(mel).abs().max()
