"""Stepping by itself says what the teacher-forced pass says where it hears the same."""

import torch

from tests.train.made import TINY, made_batch
from voiceprep.train.tacotron2.network import DropoutMasks, Tacotron2
from voiceprep.train.tacotron2.stepper import PlainStepper


def model_and_batch():
    torch.manual_seed(0)
    return Tacotron2(TINY).eval(), made_batch([5, 9, 3], [13, 21, 6])


@torch.no_grad()
def test_steps_that_hear_the_truth_equal_the_teacher_forced_pass():
    model, batch = model_and_batch()
    masks = model.draw_masks(6, 3)
    memory = model.encode(batch.text, batch.text_lengths)
    stepper, heard = PlainStepper(model, memory), torch.zeros(3, 10)
    steps = []
    for number in range(6):
        steps.append(stepper.step(heard, masks.at(number).prenet))
        heard = batch.mel[:, :, number]
    said, gate, weights = (torch.stack(parts) for parts in zip(*steps, strict=True))
    wanted = model.decoder(memory, batch.mel[:, :, :6], DropoutMasks(masks.prenet))
    for found, true in zip((said, gate, weights), wanted, strict=True):
        torch.testing.assert_close(found, true)


@torch.no_grad()
def test_the_rows_that_are_kept_go_on_as_they_were():
    model, batch = model_and_batch()
    memory = model.encode(batch.text, batch.text_lengths)
    whole, fewer = PlainStepper(model, memory), PlainStepper(model, memory)
    heard = torch.zeros(3, 10)
    for stepper in (whole, fewer):
        stepper.step(heard, None)
    rows = torch.tensor([0, 2])
    fewer.keep(rows)
    for found, true in zip(fewer.step(heard[rows], None), whole.step(heard, None), strict=True):
        torch.testing.assert_close(found, true[rows])
