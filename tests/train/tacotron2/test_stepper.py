"""Free running equals the teacher-forced pass over the frames that it is fed."""

import torch

from tests.train.made import TINY, made_batch
from voiceprep.train.tacotron2.network import DropoutMasks, Tacotron2
from voiceprep.train.tacotron2.stepper import PlainStepper


def model_and_batch():
    torch.manual_seed(0)
    return Tacotron2(TINY).eval(), made_batch([5, 9, 3], [13, 21, 6])


@torch.no_grad()
def test_steps_that_are_fed_their_own_frames_equal_the_teacher_forced_pass_over_them():
    model, batch = model_and_batch()
    masks = model.draw_masks(6, 3)
    memory = model.encode(batch.text, batch.text_lengths)
    stepper, (first, second) = PlainStepper(model, memory), masks.prenet
    runs = [stepper.run((first[part], second[part]), 3) for part in (slice(3), slice(3, 6))]
    spoken = [torch.cat(parts) for parts in zip(*runs, strict=True)]
    mel = spoken[0].permute(1, 2, 0)
    wanted = model.decoder(memory, mel, DropoutMasks(masks.prenet))
    for found, true in zip(spoken, wanted, strict=True):
        torch.testing.assert_close(found, true)


@torch.no_grad()
def test_the_rows_that_are_kept_go_on_as_they_were():
    model, batch = model_and_batch()
    memory = model.encode(batch.text, batch.text_lengths)
    whole, fewer = PlainStepper(model, memory), PlainStepper(model, memory)
    for stepper in (whole, fewer):
        stepper.run(None, 2)
    rows = torch.tensor([0, 2])
    fewer.keep(rows)
    for found, true in zip(fewer.run(None, 2), whole.run(None, 2), strict=True):
        torch.testing.assert_close(found, true[:, rows])
