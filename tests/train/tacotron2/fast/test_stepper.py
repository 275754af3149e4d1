"""The fast stepper against the plain one, step by step."""

from dataclasses import replace

import pytest
import torch

from tests.train.made import TINY, made_batch
from tests.train.tacotron2.fast.test_decode import ODD, lively
from voiceprep.train.kernels import products
from voiceprep.train.tacotron2.fast import fast_stepper
from voiceprep.train.tacotron2.stepper import PlainStepper


def steppers(model, dtype=torch.float32, symbols=(5, 9, 3)):
    """A plain and a fast stepper of the same sentences."""
    batch = made_batch(list(symbols), [1] * len(symbols), channels=model.config.mel_channels)
    memory = model.encode(batch.text, batch.text_lengths)
    return [make(model, memory) for make in (PlainStepper, fast_stepper(model, dtype))]


def assert_alike(plain, fast, frames, factors=None, tolerance=2e-5):
    """One step of both; its frames."""
    wanted, found = plain.step(frames, factors), fast.step(frames, factors)
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=tolerance, atol=tolerance)
    return wanted[0]


@pytest.mark.parametrize("onednn", [True, False])
@pytest.mark.parametrize("frames_per_step", [1, 3])
@pytest.mark.parametrize("sizes", [TINY, ODD], ids=["tiny", "odd"])
@torch.no_grad()
def test_every_step_equals_the_plain_steppers(sizes, frames_per_step, onednn, monkeypatch):
    if not onednn:
        monkeypatch.setattr(products, "packs", lambda _: False)
    model = lively(replace(sizes, frames_per_step=frames_per_step)).eval()
    plain, fast = steppers(model)
    masks, frames = model.draw_masks(12, 3), torch.zeros(3, 10 * frames_per_step)
    for number in range(12):
        frames = assert_alike(plain, fast, frames, masks.at(number).prenet)


@pytest.mark.parametrize("symbols", [(4,), (1, 1), (3, 8, 2, 5)])
@torch.no_grad()
def test_any_number_of_sentences_speak(symbols):
    plain, fast = steppers(lively(TINY).eval(), symbols=symbols)
    frames = torch.zeros(len(symbols), 10)
    for _ in range(5):
        frames = assert_alike(plain, fast, frames)


@torch.no_grad()
def test_the_rows_that_are_kept_go_on_as_they_were():
    plain, fast = steppers(lively(TINY).eval(), symbols=(5, 9, 3, 7))
    frames = torch.zeros(4, 10)
    for rows in ([0, 2, 3], [1, 2], [1]):
        for _ in range(3):
            frames = assert_alike(plain, fast, frames)
        rows = torch.tensor(rows)
        for stepper in (plain, fast):
            stepper.keep(rows)
        frames = frames[rows]
        frames = assert_alike(plain, fast, frames)


@torch.no_grad()
def test_frames_may_be_fed_straight_back():
    plain, fast = steppers(lively(TINY).eval())
    plain_frames, fast_frames = torch.zeros(3, 10), torch.zeros(3, 10)
    for _ in range(6):
        plain_frames = plain.step(plain_frames, None)[0]
        fast_frames = fast.step(fast_frames, None)[0]
    torch.testing.assert_close(fast_frames, plain_frames, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@torch.no_grad()
def test_in_half_precision_it_stays_near(dtype):
    torch.manual_seed(0)
    model = lively(TINY).eval()
    plain, fast = steppers(model, dtype)
    frames = torch.zeros(3, 10)
    for _ in range(12):
        frames = assert_alike(plain, fast, frames, tolerance=0.05)
    with pytest.raises(AssertionError):
        assert_alike(plain, fast, frames)


def test_it_speaks_without_gradients():
    _, fast = steppers(lively(TINY).eval())
    assert not any(part.requires_grad for part in fast.step(torch.zeros(3, 10), None))


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
