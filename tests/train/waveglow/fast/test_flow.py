"""The fast WaveGlow against the plain one: the same noise, the same sound, the same gradients."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.train.waveglow.test_network import loss_of, made_input, randomised
from voiceprep.train.kernels import products
from voiceprep.train.waveglow.config import WaveGlowConfig
from voiceprep.train.waveglow.fast import FastInverse, normalise
from voiceprep.train.waveglow.network import WaveGlow

SMALL = WaveGlowConfig(5, 24, 64, flows=4, early_every=2, wn_layers=3, wn_channels=12)

configs = st.builds(
    WaveGlowConfig,
    mel_channels=st.integers(1, 5),
    hop_length=st.just(24),
    upsample_kernel=st.sampled_from([24, 64]),
    flows=st.integers(1, 3),
    groups=st.sampled_from([8, 12]),
    early_every=st.integers(1, 3),
    early_size=st.sampled_from([0, 2]),
    wn_layers=st.integers(1, 4),
    wn_channels=st.sampled_from([1, 2, 9, 16]),
    wn_kernel=st.sampled_from([1, 3, 5]),
)


def learning_input(config, places=24, clips=2):
    """Sound and mel, both with a gradient to be found."""
    return tuple(value.requires_grad_() for value in made_input(config, places, clips))


def results(model, audio, mel, way):
    """The noise and every gradient of one training pass."""
    model.zero_grad()
    audio.grad = mel.grad = None
    noise = way(model, audio, mel)
    loss_of(noise, 1.0).backward()
    learning = [*model.named_parameters(), ("audio", audio), ("mel", mel)]
    return noise, {name: value.grad for name, value in learning}


def close(found, wanted, tolerance=1e-5, name=""):
    scale = max(wanted.detach().abs().max().item(), 1e-6)
    torch.testing.assert_close(
        found, wanted, rtol=0, atol=tolerance * scale, msg=lambda m: name + m
    )


def assert_equal(model, audio, mel, way, tolerance=1e-4):
    noise, grads = results(model, audio, mel, way)
    plain, plain_grads = results(model, audio, mel, WaveGlow.__call__)
    close(noise.values, plain.values, 1e-5)
    for flow in range(model.config.flows):
        close(noise.log_scales[flow], plain.log_scales[flow], 1e-5)
        close(noise.log_determinants[flow], plain.log_determinants[flow], 1e-5)
    for name, grad in plain_grads.items():
        close(grads[name], grad, tolerance, name)


def recomputed(model, audio, mel):
    return normalise(model, audio, mel, recompute=True)


def half(way):
    def run(*given):
        with torch.autocast("cpu", torch.bfloat16):
            return way(*given)

    return run


@settings(max_examples=25, deadline=None)
@given(config=configs, clips=st.integers(1, 3), places=st.integers(1, 40), seed=st.integers(0, 99))
def test_noise_and_every_gradient_are_the_plain_models(config, clips, places, seed):
    model = randomised(config, seed).double()
    audio, mel = (one.detach().double() for one in learning_input(config, places, clips))
    for way in (normalise, recomputed):
        given = audio.clone().requires_grad_(), mel.clone().requires_grad_()
        assert_equal(model, *given, way, 1e-7)


@pytest.mark.parametrize("way", [normalise, recomputed])
def test_they_are_in_single_precision_too(way):
    assert_equal(randomised(SMALL), *learning_input(SMALL), way)


def test_they_are_where_no_weight_can_be_laid_out(monkeypatch):
    monkeypatch.setattr(products, "packs", lambda _: False)
    assert_equal(randomised(SMALL), *learning_input(SMALL), normalise)


@pytest.mark.parametrize("way", [normalise, recomputed])
def test_half_precision_learns_in_the_same_direction(way):
    model, (audio, mel) = randomised(SMALL), learning_input(SMALL)
    noise, grads = results(model, audio, mel, half(way))
    exact, exact_grads = results(model, audio, mel, WaveGlow.__call__)
    close(noise.values, exact.values, 0.01)
    for name, grad in exact_grads.items():
        assert grads[name].dtype == torch.float32
        assert (grads[name] - grad).norm() < 0.05 * grad.norm(), name


def test_frozen_parameters_get_no_gradient():
    model, (audio, mel) = randomised(SMALL), learning_input(SMALL)
    model.WN[1].requires_grad_(False)
    for way in (normalise, recomputed):
        _, grads = results(model, audio, mel, way)
        assert all((grads[name] is None) == name.startswith("WN.1.") for name in grads)


@settings(max_examples=25, deadline=None)
@given(config=configs, clips=st.integers(1, 3), places=st.integers(1, 40), seed=st.integers(0, 99))
def test_sound_is_the_plain_models(config, clips, places, seed):
    model = randomised(config, seed)
    _, mel = learning_input(config, places, clips)
    noise = torch.randn(clips, config.groups, places)
    with torch.no_grad():
        close(FastInverse(model)(noise, mel), model.inverse(noise, mel), 1e-4)


def test_each_of_a_batch_sounds_as_alone():
    speak = FastInverse(randomised(SMALL))
    noise, (_, mel) = torch.randn(3, 8, 24), learning_input(SMALL, clips=3)
    together = speak(noise, mel)
    for clip in range(3):
        close(speak(noise[clip : clip + 1], mel[clip : clip + 1])[0], together[clip])


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_half_precision_sounds_nearly_the_same(precision):
    model, (_, mel) = randomised(SMALL), learning_input(SMALL)
    noise = torch.randn(2, 8, 24)
    exact, rough = (FastInverse(model, name)(noise, mel) for name in ("fp32", precision))
    assert rough.dtype == torch.float32
    assert 0 < (rough - exact).norm() < 0.01 * exact.norm()


def test_sound_leaves_noise_and_mel_as_they_were():
    noise, (_, mel) = torch.randn(1, 8, 24), learning_input(SMALL, clips=1)
    before = noise.clone()
    FastInverse(randomised(SMALL))(noise, mel)
    assert torch.equal(noise, before)


def test_a_mel_that_is_too_short_is_an_error():
    _, mel = learning_input(SMALL)
    with pytest.raises(ValueError, match="mel frames"):
        FastInverse(randomised(SMALL))(torch.randn(2, 8, 24), mel[:, :, :4])
