"""WaveGlow against the original's numbers, and back through every flow to the sound."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceprep.errors import SettingError
from voiceprep.train.waveglow.config import WaveGlowConfig
from voiceprep.train.waveglow.network import (
    Mixing,
    WaveGlow,
    inverses,
    log_determinants,
    mix,
    mix_exactly,
)

REFERENCE = Path(__file__).parents[2] / "reference"
SIZES = WaveGlowConfig(mel_channels=6, flows=6, early_every=2, wn_layers=3, wn_channels=12)
SMALL = WaveGlowConfig(4, 16, 64, flows=4, early_every=2, wn_layers=2, wn_channels=8)


@pytest.fixture(scope="module")
def numbers():
    with np.load(REFERENCE / "waveglow_a.npz") as file:
        return {name: torch.from_numpy(file[name]) for name in file.files}


@pytest.fixture
def original():
    """The model that the numbers were made by."""
    held = torch.load(REFERENCE / "checkpoint_WaveGlow_a.pt", weights_only=True)
    model = WaveGlow(SIZES)
    weights = {name.removeprefix("module."): value for name, value in held["state_dict"].items()}
    model.load_state_dict(weights)
    return model


def randomised(config, seed=0):
    """A model whose flows do something."""
    torch.manual_seed(seed)
    model = WaveGlow(config)
    for network in model.WN:
        torch.nn.init.normal_(network.end.weight, std=0.1)
        torch.nn.init.normal_(network.end.bias, std=0.1)
    return model


def made_input(config, groups=48, clips=2):
    samples = groups * config.groups
    frames = -(-samples // config.hop_length)
    return torch.randn(clips, samples) * 0.3, torch.randn(clips, config.mel_channels, frames)


def loss_of(noise, sigma):
    scaled = noise.values.square().sum() / (2 * sigma**2)
    gained = sum(scale.sum() for scale in noise.log_scales) + sum(noise.log_determinants)
    return (scaled - gained) / noise.values.numel()


def close(found, wanted, tolerance=1e-5):
    torch.testing.assert_close(found, wanted, atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize("channels", [256, 512])
def test_its_parameters_are_those_of_the_original_in_order(channels):
    layout = json.loads((REFERENCE / f"waveglow_{channels}_layout.json").read_text())
    with torch.device("meta"):
        model = WaveGlow(WaveGlowConfig(wn_channels=channels))
    shapes = {name: list(value.shape) for name, value in model.state_dict().items()}
    assert list(shapes.items()) == list(layout["state_dict"].items())
    assert sum(value.numel() for value in model.parameters()) == layout["parameters"]


def test_it_turns_sound_into_the_originals_noise(original, numbers):
    noise = original(numbers["audio"], numbers["mel"])
    close(noise.values, numbers["z"])
    for flow in range(SIZES.flows):
        close(noise.log_scales[flow], numbers[f"log_s_{flow}"])
        # A number of float32 for all places together: what it is for each of them counts.
        places = noise.values.shape[0] * noise.values.shape[2]
        close(noise.log_determinants[flow] / places, numbers[f"log_det_W_{flow}"] / places)


def test_its_loss_and_every_gradient_are_the_originals(original, numbers):
    noise = original(numbers["audio"], numbers["mel"])
    close(loss_of(noise, 0.7), numbers["loss_sigma_0p7"])
    loss = loss_of(noise, 1.0)
    close(loss, numbers["loss"])
    loss.backward()
    for name, value in original.named_parameters():
        wanted = numbers[f"grad/{name}"]
        assert (value.grad - wanted).abs().max() <= 1e-4 * wanted.abs().max(), name


def test_it_makes_the_originals_sound_of_the_same_noise(original, numbers):
    remaining, later, first = (numbers[f"infer_noise_{number}"] for number in range(3))
    noise = torch.cat([first, later, remaining], 1) * numbers["infer_sigma"]
    with torch.no_grad():
        close(original.inverse(noise, numbers["mel"]), numbers["infer_audio"])


@settings(max_examples=15, deadline=None)
@given(
    groups=st.sampled_from([4, 8, 12]),
    early=st.sampled_from([(1, 2), (2, 2), (3, 0)]),
    kernel=st.sampled_from([1, 3, 5]),
    layers=st.integers(1, 3),
    flows=st.integers(1, 4),
    seed=st.integers(0, 99),
)
def test_forward_and_back_is_the_same_sound(groups, early, kernel, layers, flows, seed):
    flows = min(flows, groups // 2 - 1) if early == (1, 2) else flows
    config = WaveGlowConfig(
        4, 24, 64, flows, groups, early[0], early[1], layers, 8, kernel
    )  # fmt: skip
    model = randomised(config, seed)
    audio, mel = made_input(config)
    with torch.no_grad():
        close(model.inverse(model(audio, mel).values, mel), audio, 1e-4)


def test_the_determinant_is_that_of_the_jacobian():
    model = randomised(SMALL).double()
    audio, mel = (value.double() for value in made_input(SMALL, groups=6, clips=1))
    jacobian = torch.autograd.functional.jacobian(
        lambda x: model(x, mel).values.flatten(), audio
    ).squeeze()
    noise = model(audio, mel)
    log_determinant = sum(scale.sum() for scale in noise.log_scales) + sum(noise.log_determinants)
    close(log_determinant, torch.linalg.slogdet(jacobian)[1], 1e-8)


def test_matrices_of_all_sizes_are_inverted_and_have_their_determinants_in_order():
    mixings = [Mixing(size) for size in (6, 6, 4, 2, 2)]
    with torch.no_grad():
        for mixing in mixings:
            mixing.conv.weight.mul_(torch.rand(()) + 1)
        for found, mixing in zip(inverses(mixings), mixings, strict=True):
            close(found @ mixing.matrix, torch.eye(len(found)))
        for found, mixing in zip(log_determinants(mixings), mixings, strict=True):
            close(found, torch.linalg.slogdet(mixing.matrix)[1])


def test_the_inverse_of_a_singular_matrix_is_not_finite():
    mixing = Mixing(4)
    torch.nn.init.zeros_(mixing.conv.weight)
    assert not mixing.inverse().isfinite().any()


def test_without_products_channels_are_mixed_the_same():
    matrix, x = torch.randn(6, 6), torch.randn(3, 6, 20)
    close(mix_exactly(matrix, x), mix(matrix, x))


def test_a_negative_determinant_is_no_end_of_the_run():
    model = randomised(SMALL)
    with torch.no_grad():
        model.convinv[0].conv.weight[0].neg_()
    audio, mel = made_input(SMALL)
    assert torch.isfinite(loss_of(model(audio, mel), 1.0))


def test_a_new_model_leaves_a_sound_as_loud_as_it_was():
    audio, mel = made_input(SMALL)
    noise = WaveGlow(SMALL)(audio, mel)
    close(noise.values.norm(), audio.norm())
    assert not any(scale.any() for scale in noise.log_scales)


def test_a_mel_that_is_too_short_is_an_error():
    audio, mel = made_input(SMALL)
    with pytest.raises(ValueError, match="4 mel frames"):
        randomised(SMALL)(audio, mel[:, :, :4])


def test_upsampling_with_gaps_between_frames_is_refused():
    config = WaveGlowConfig(upsample_kernel=100)
    with pytest.raises(
        SettingError, match="upsample_kernel = 100: must be at least hop_length, 256"
    ):
        WaveGlow(config)
