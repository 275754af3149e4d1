"""Tacotron 2 against the original's numbers, and padding that leaks nowhere."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.train.made import TINY, batch_of, made_batch
from tests.train.run.test_loop import VOICE, recipe_of
from voiceprep.audio.mel import MelConfig
from voiceprep.train.data.items import Item, Items
from voiceprep.train.tacotron2.config import LossConfig, Tacotron2Config
from voiceprep.train.tacotron2.losses import clip_losses, tacotron2_loss
from voiceprep.train.tacotron2.network import Tacotron2, without_dropout
from voiceprep.train.tacotron2.task import make_task
from voiceprep.train.tensors import Batch

REFERENCE = Path(__file__).parents[2] / "reference"
ORIGINAL = LossConfig(reduction="padded")


@pytest.fixture(scope="module")
def numbers():
    with np.load(REFERENCE / "tacotron2_a.npz") as file:
        return {name: torch.from_numpy(file[name]) for name in file.files}


@pytest.fixture
def original():
    """The model that the numbers were made by, with nothing dropped."""
    held = torch.load(REFERENCE / "checkpoint_Tacotron2_a.pt", weights_only=True)
    sizes = held["config"]
    config = Tacotron2Config(
        symbols=sizes["n_symbols"],
        symbol_dim=sizes["symbols_embedding_dim"],
        prenet_dim=sizes["prenet_dim"],
        attention_rnn_dim=sizes["attention_rnn_dim"],
        attention_dim=sizes["attention_dim"],
        location_filters=sizes["attention_location_n_filters"],
        location_kernel=sizes["attention_location_kernel_size"],
        decoder_rnn_dim=sizes["decoder_rnn_dim"],
        postnet_dim=sizes["postnet_embedding_dim"],
        padding="original",
    )
    model = Tacotron2(without_dropout(config))
    weights = {name.removeprefix("module."): value for name, value in held["state_dict"].items()}
    model.load_state_dict(weights)
    return model


@pytest.fixture
def batch(numbers):
    return Batch(
        ("a", "b", "c"),
        *(numbers[name] for name in ("text", "text_lengths", "mel", "mel_lengths")),
    )


def close(found, wanted, tolerance=1e-5):
    torch.testing.assert_close(found, wanted, rtol=tolerance, atol=tolerance)


def test_a_training_pass_equals_the_originals(original, numbers, batch):
    prediction = original.train()(batch)
    close(prediction.mel, numbers["train_mel"])
    close(prediction.mel_postnet, numbers["train_mel_postnet"])
    close(prediction.gate_logits, numbers["train_gate_logits"])
    close(prediction.alignments, numbers["train_alignments"])


def test_the_loss_and_every_gradient_equal_the_originals(original, numbers, batch):
    prediction = original.train()(batch)
    losses = tacotron2_loss(clip_losses(prediction, batch, ORIGINAL), ORIGINAL, 0)
    close(losses.total, numbers["train_loss"])
    losses.total.backward()
    for name, parameter in original.named_parameters():
        torch.testing.assert_close(
            parameter.grad, numbers[f"grad/{name}"], rtol=1e-4, atol=2e-5, msg=name
        )


def test_padded_alone_makes_the_batch_and_the_loss_of_the_original(
    original, numbers, batch, tmp_path
):
    items = []
    columns = (batch.ids, batch.text, batch.text_lengths, batch.mel, batch.mel_lengths)
    for name, text, symbols, mel, frames in zip(*columns, strict=True):
        path = tmp_path / f"{name}.npy"
        np.save(path, mel[:, :frames].numpy())
        items.append(Item(name, text[:symbols].numpy(), int(frames), path))
    frontend = replace(VOICE, mel=MelConfig(mel_channels=batch.mel.shape[1]))
    recipe = replace(recipe_of(loss=ORIGINAL), frontend=frontend, config=original.config)
    task = make_task(recipe, Items(items))
    read = task.read([0, 1, 2])
    close(read.mel, batch.mel)
    losses = task.losses(original.train(), read, 0, [count.sum() for count in task.count(read)])
    close(losses.total, numbers["train_loss"])


def test_an_evaluating_pass_equals_the_originals(original, numbers, batch):
    with torch.no_grad():
        prediction = original.eval()(batch)
    counts = torch.arange(42) < batch.mel_lengths[:, None]
    close(prediction.mel * counts[:, None], numbers["eval_mel"])
    close(prediction.mel_postnet * counts[:, None], numbers["eval_mel_postnet"])
    close(prediction.gate_logits[counts], numbers["eval_gate_logits"][counts])
    close(prediction.alignments, numbers["eval_alignments"])


def test_the_full_size_has_the_originals_layout():
    layout = json.loads((REFERENCE / "tacotron2_full_layout.json").read_text())
    with torch.device("meta"):
        model = Tacotron2()
    shapes = {name: list(value.shape) for name, value in model.state_dict().items()}
    assert shapes == {name: list(shape) for name, shape in layout["state_dict"].items()}
    assert list(shapes) == list(layout["state_dict"])
    assert len(shapes) == 84
    assert sum(value.numel() for value in model.parameters()) == 28_193_153


@pytest.mark.parametrize("frames_per_step", [1, 2, 3])
@given(extra=st.integers(1, 9), seed=st.integers(0, 99))
@settings(max_examples=6, deadline=None)
def test_more_padding_changes_nothing_in_training(frames_per_step, extra, seed):
    torch.manual_seed(seed)
    config = without_dropout(replace(TINY, frames_per_step=frames_per_step))
    tight = made_batch([5, 9, 3], [13, 21, 6], frames_per_step, seed=seed)
    wide = batch_of(tight, extra_symbols=extra, extra_frames=extra * frames_per_step)
    passes = []
    for batch in (tight, wide):
        torch.manual_seed(seed)
        model = Tacotron2(config).train()
        loss = LossConfig(guided_attention=1.0)
        losses = tacotron2_loss(clip_losses(model(batch), batch, loss), loss, 0)
        losses.total.backward()
        passes.append((losses.total, model))
    (total, model), (wide_total, wide_model) = passes
    torch.testing.assert_close(total, wide_total)
    for (name, one), other in zip(model.named_parameters(), wide_model.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-3, atol=2e-5, msg=name)
    for one, other in zip(model.buffers(), wide_model.buffers(), strict=True):
        torch.testing.assert_close(one, other)


def test_each_clip_of_a_batch_is_as_it_is_alone():
    model = Tacotron2(without_dropout(TINY)).eval()
    batch = made_batch([5, 9, 3], [13, 21, 6])
    with torch.no_grad():
        together = model(batch)
        for number, (symbols, frames) in enumerate(zip([5, 9, 3], [13, 21, 6], strict=True)):
            alone = model(
                Batch(
                    ("alone",),
                    batch.text[number : number + 1, :symbols],
                    batch.text_lengths[number : number + 1],
                    batch.mel[number : number + 1, :, :frames],
                    batch.mel_lengths[number : number + 1],
                )
            )
            close(together.mel_postnet[number, :, :frames], alone.mel_postnet[0])
            close(together.gate_logits[number, :frames], alone.gate_logits[0])


def test_the_same_masks_give_the_same_numbers_and_others_do_not():
    model = Tacotron2(replace(TINY, encoder_dropout=0.0, postnet_dropout=0.0)).train()
    batch = made_batch([5, 9], [13, 21])
    masks = [model.draw_masks(29, 2, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)]
    one, same, other = (model(batch, drawn).mel for drawn in masks)
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_three_clips_are_overfitted():
    torch.manual_seed(0)
    model = Tacotron2(replace(without_dropout(TINY), frames_per_step=2)).train()
    batch, loss = made_batch([5, 9, 3], [12, 20, 6], 2), LossConfig()
    optimiser = torch.optim.Adam(model.parameters(), 5e-3)
    totals = []
    for step in range(60):
        losses = tacotron2_loss(clip_losses(model(batch), batch, loss), loss, step)
        optimiser.zero_grad()
        losses.total.backward()
        optimiser.step()
        totals.append(losses.total.item())
    assert totals[-1] < totals[0] / 8
