"""The fast decoder against the plain one: the same numbers, and the same gradients."""

from dataclasses import replace
from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.train.gpu_rules import no_waiting
from tests.train.made import TINY, made_batch
from voiceprep.train.kernels import products
from voiceprep.train.kernels.lstm_steps import BLOCK
from voiceprep.train.tacotron2.config import LossConfig
from voiceprep.train.tacotron2.fast import decode
from voiceprep.train.tacotron2.losses import clip_losses, tacotron2_loss
from voiceprep.train.tacotron2.network import Decoder, DropoutMasks, Tacotron2, without_dropout

ODD = replace(
    TINY,
    symbol_dim=18,
    prenet_dim=7,
    attention_rnn_dim=13,
    attention_dim=5,
    location_filters=3,
    location_kernel=3,
    decoder_rnn_dim=11,
)
GUIDED = LossConfig(guided_attention=1.0)


def lively(config, seed=0):
    """A model whose attention moves: weights large enough that no gradient is next to nothing."""
    torch.manual_seed(seed)
    model = Tacotron2(replace(config, encoder_dropout=0.0, postnet_dropout=0.0)).train()
    with torch.no_grad():
        for parameter in model.decoder.parameters():
            parameter.mul_(2)
    return model


def results(model, batch, masks, way):
    """The prediction, the loss and every gradient of one training pass."""
    model.zero_grad()
    prediction = model(batch, masks, way)
    losses = tacotron2_loss(clip_losses(prediction, batch, GUIDED), GUIDED, 0)
    losses.total.backward()
    return prediction, losses.total, {name: one.grad for name, one in model.named_parameters()}


def assert_equal(model, batch, masks, tolerance=2e-5, way=decode):
    prediction, total, grads = results(model, batch, masks, Decoder.__call__)
    fast_prediction, fast_total, fast_grads = results(model, batch, masks, way)
    for name in ("mel", "mel_postnet", "gate_logits", "alignments"):
        torch.testing.assert_close(
            getattr(fast_prediction, name),
            getattr(prediction, name),
            rtol=tolerance,
            atol=tolerance,
        )
    torch.testing.assert_close(fast_total, total)
    for name, grad in grads.items():
        scale = float(grad.abs().max())
        torch.testing.assert_close(
            fast_grads[name], grad, rtol=tolerance, atol=tolerance * max(scale, 1), msg=name
        )


@pytest.mark.parametrize("frames_per_step", [1, 2, 3])
@pytest.mark.parametrize("sizes", [TINY, ODD], ids=["tiny", "odd"])
def test_outputs_and_every_gradient_equal_the_plain_decoders(sizes, frames_per_step):
    model = lively(replace(sizes, frames_per_step=frames_per_step))
    batch = made_batch([5, 9, 3], [13, 41, 6], frames_per_step)
    assert_equal(model, batch, model.draw_masks(batch.mel.shape[2] // frames_per_step, 3))


@given(
    symbols=st.lists(st.integers(1, 12), min_size=1, max_size=4),
    kernel=st.sampled_from([1, 3, 9, 31]),
    frames=st.integers(1, 40),
    seed=st.integers(0, 99),
)
@settings(max_examples=12, deadline=None)
def test_any_batch_does(symbols, kernel, frames, seed):
    """In double precision, as batch norm over few symbols makes much of what float32 rounds."""
    model = lively(replace(TINY, location_kernel=kernel), seed).double()
    lengths = [max(1, frames - 7 * number) for number in range(len(symbols))]
    batch = made_batch(symbols, lengths, seed=seed)
    batch = replace(batch, mel=batch.mel.double())
    prenet, attention, decoder = model.draw_masks(batch.mel.shape[2], len(symbols))
    masks = DropoutMasks(
        tuple(map(torch.Tensor.double, prenet)), attention.double(), decoder.double()
    )
    grads = []
    for way in (Decoder.__call__, decode):
        model.zero_grad()
        prediction = model(batch, masks, way)
        parts = (
            prediction.mel,
            prediction.mel_postnet,
            prediction.gate_logits,
            prediction.alignments,
        )
        drawn = torch.Generator().manual_seed(seed)
        weights = [torch.randn(part.shape, generator=drawn, dtype=part.dtype) for part in parts]
        sum((part * weight).sum() for part, weight in zip(parts, weights, strict=True)).backward()
        grads.append([*parts, *(one.grad for one in model.parameters())])
    for plain, fast in zip(*grads, strict=True):
        scale = max(1.0, float(plain.detach().abs().max()))
        torch.testing.assert_close(fast, plain, rtol=1e-8, atol=1e-8 * scale)


@pytest.mark.parametrize("frames", [[6, 13, 3], [48, 9, 1]], ids=["one chunk", "many"])
@pytest.mark.parametrize("sizes", [TINY, ODD], ids=["tiny", "odd"])
def test_chunks_of_any_length_are_the_same_bit_for_bit_and_equal_the_plain_decoder(sizes, frames):
    model, batch, found = lively(sizes), made_batch([5, 9, 3], frames), {}
    masks = model.draw_masks(batch.mel.shape[2], 3)
    assert batch.mel.shape[2] % BLOCK
    for chunk_steps in (BLOCK, 2 * BLOCK, 5 * BLOCK):
        way = partial(decode, chunk_steps=chunk_steps)
        assert_equal(model, batch, masks, way=way)
        prediction, _, grads = results(model, batch, masks, way)
        found[chunk_steps] = [prediction.mel_postnet, prediction.alignments, *grads.values()]
        for one, other in zip(found[chunk_steps], found[BLOCK], strict=True):
            assert torch.equal(one, other)


def test_a_batch_in_a_bucket_that_others_have_used_is_not_changed_by_them():
    model, way = lively(TINY), partial(decode, chunk_steps=BLOCK)
    batch = made_batch([5, 9, 3], [13, 21, 6])
    masks = model.draw_masks(batch.mel.shape[2], 3)
    first = results(model, batch, masks, way)[0].mel_postnet
    other = made_batch([31, 2, 7, 9], [50, 2, 7, 40], seed=3)
    poison = replace(other, mel=torch.full_like(other.mel, torch.nan))
    results(model, poison, model.draw_masks(other.mel.shape[2], 4), way)
    assert torch.equal(results(model, batch, masks, way)[0].mel_postnet, first)


@pytest.mark.parametrize("chunk_steps", [0, BLOCK])
def test_no_step_there_or_back_waits_for_a_gpu(chunk_steps, monkeypatch):
    monkeypatch.setattr(products, "packs", lambda _: False)
    model, batch = lively(TINY), made_batch([5, 9], [13, 21])
    with torch.no_grad():
        memory = model.encode(batch.text, batch.text_lengths)
    masks = model.draw_masks(batch.mel.shape[2], 2)
    with no_waiting():
        frames, gate, _ = decode(model.decoder, memory, batch.mel, masks, chunk_steps)
        (frames.sum() + gate.sum()).backward()


@pytest.mark.parametrize("chunk_steps", [0, BLOCK])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_an_infinite_gradient_reaches_the_parameters(dtype, chunk_steps):
    model, batch = lively(TINY), made_batch([5, 9], [13, 21])
    masks = model.draw_masks(batch.mel.shape[2], 2)
    with torch.autocast("cpu", torch.float16, enabled=dtype == torch.float16):
        memory = model.encode(batch.text, batch.text_lengths)
        frames, _, _ = decode(model.decoder, memory, batch.mel, masks, chunk_steps)
    grad = torch.zeros_like(frames)
    grad[7, 0, 0] = torch.inf
    frames.backward(grad)
    for layer in (model.decoder.attention_rnn, model.decoder.decoder_rnn):
        assert not layer.weight_hh.grad.isfinite().all()


def test_without_dropout_it_is_the_same():
    model = lively(without_dropout(TINY))
    assert_equal(model, made_batch([5, 9], [13, 41]), DropoutMasks())


def test_without_onednn_it_is_the_same(monkeypatch):
    monkeypatch.setattr(products, "packs", lambda _: False)
    model = lively(TINY)
    batch = made_batch([5, 9], [13, 21])
    assert_equal(model, batch, model.draw_masks(29, 2))


def test_in_double_precision_the_gradients_are_those_of_small_steps():
    sizes = dict.fromkeys(("symbol_dim", "attention_rnn_dim", "decoder_rnn_dim", "mel_channels"), 2)
    small = replace(ODD, prenet_dim=2, attention_dim=2, location_filters=2, **sizes)
    model = lively(small).double()
    decoder, batch = model.decoder, made_batch([3, 2], [2, 1], tail=1, channels=2)
    drawn = model.draw_masks(3, 2)
    masks = DropoutMasks(None, drawn.attention.double(), drawn.decoder.double())
    mask = torch.tensor([[True, True, True], [True, True, False]])
    values = torch.randn(2, 3, 2, dtype=torch.float64, requires_grad=True)

    def outputs(values, *_):
        return decode(decoder, decoder.remember(values, mask), batch.mel.double(), masks)

    assert torch.autograd.gradcheck(outputs, (values, *decoder.parameters()))


WAYS = {"plain": Decoder.__call__, "fast": decode, "chunked": partial(decode, chunk_steps=BLOCK)}


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_stays_as_near_the_exact_numbers_as_the_plain_decoder_does(dtype):
    errors = {name: [] for name in WAYS}
    for seed in range(8):
        torch.manual_seed(seed)
        model, batch = Tacotron2(TINY).train(), made_batch([5, 9, 3], [13, 41, 6], seed=seed)
        masks = model.draw_masks(49, 3)
        with torch.no_grad():
            memory = model.encode(batch.text, batch.text_lengths)
        exact = decoder_results(model.decoder, memory, batch, masks, Decoder.__call__)
        for name, way in WAYS.items():
            rough = decoder_results(model.decoder, memory, batch, masks, way, dtype)
            errors[name].append([distance(*pair) for pair in zip(rough, exact, strict=True)])
    plain, *others = (torch.tensor(errors[name]) for name in WAYS)
    for other in others:
        assert (other.mean(0) < 1.1 * plain.mean(0)).all()
        assert (other < 0.03).all()


def decoder_results(decoder, memory, batch, masks, way, dtype=None):
    """Frames, weights and all gradients (one vector) of the decoder alone."""
    decoder.zero_grad()
    with torch.autocast("cpu", dtype or torch.bfloat16, enabled=dtype is not None):
        frames, gate, weights = way(decoder, memory, batch.mel, masks)
    (frames.float().square().mean() + gate.float().square().mean()).backward()
    grads = [one.grad.flatten() for one in decoder.parameters() if one.grad is not None]
    return frames.detach().float(), weights.detach().float(), torch.cat(grads)


def distance(found, wanted):
    """How far off, as a share of what is wanted."""
    return float((found - wanted).norm() / wanted.norm())


def test_frozen_parts_get_no_gradient_and_the_rest_the_same():
    model = lively(TINY)
    batch = made_batch([5, 9], [13, 21])
    masks = model.draw_masks(29, 2)
    _, _, all_grads = results(model, batch, masks, decode)
    for frozen in (model.encoder, model.decoder):
        model.requires_grad_(True)
        frozen.requires_grad_(False)
        _, _, grads = results(model, batch, masks, decode)
        for name, grad in grads.items():
            if name.startswith("encoder" if frozen is model.encoder else "decoder"):
                assert grad is None
            else:
                torch.testing.assert_close(grad, all_grads[name])


def test_evaluation_is_the_same_and_saves_nothing():
    model = lively(TINY).eval()
    batch = made_batch([5, 9, 3], [13, 21, 6])
    masks = model.draw_masks(29, 3)
    saved = []
    with torch.no_grad(), torch.autograd.graph.saved_tensors_hooks(saved.append, lambda x: x):
        plain, fast = model(batch, masks), model(batch, masks, decode)
    torch.testing.assert_close(fast.mel_postnet, plain.mel_postnet, rtol=2e-5, atol=2e-5)
    torch.testing.assert_close(fast.alignments, plain.alignments, rtol=2e-5, atol=2e-5)
    assert fast.mel.grad_fn is None
    assert not saved


def test_a_second_backward_pass_gives_the_same_gradients():
    model = lively(TINY)
    batch = made_batch([5, 9], [13, 21])
    total = model(batch, model.draw_masks(29, 2), decode).mel.sum()
    total.backward(retain_graph=True)
    once = [one.grad.clone() for one in model.decoder.prenet.parameters()]
    total.backward()
    for grad, parameter in zip(once, model.decoder.prenet.parameters(), strict=True):
        torch.testing.assert_close(parameter.grad, 2 * grad)
