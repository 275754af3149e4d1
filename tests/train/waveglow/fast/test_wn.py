"""The folded network of a flow against the plain one, and its windows against torch's unfold."""

import pytest
import torch
from torch.nn import functional as F

from voiceprep.train.waveglow.config import WaveGlowConfig
from voiceprep.train.waveglow.fast.flow import with_ones
from voiceprep.train.waveglow.fast.wn import (
    DilatedIm2Col,
    FoldedNetwork,
    fold,
    from_tensors,
    write_taps,
)
from voiceprep.train.waveglow.network import WN

HALF = 3


def made_network(layers=3, kernel=3, channels=6, seed=0):
    """A network in double precision whose end is not zero, as it would be at the start."""
    torch.manual_seed(seed)
    sizes = {"groups": 4, "early_size": 0}
    config = WaveGlowConfig(5, **sizes, wn_layers=layers, wn_channels=channels, wn_kernel=kernel)
    network = WN(config, HALF).double()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.randn_like(parameter) / 2)
    return network


def unfolded(source, kernel, dilation):
    """(B, T, channels) to (B, T, K, channels)."""
    batch, places, channels = source.shape
    windows = F.unfold(
        source.transpose(1, 2)[:, :, None],
        (1, kernel),
        (1, dilation),
        (0, kernel // 2 * dilation),
    )
    return windows.view(batch, channels, kernel, places).permute(0, 3, 2, 1)


@pytest.mark.parametrize("kernel", [1, 3, 5])
@pytest.mark.parametrize("dilation", [1, 2, 16])
@pytest.mark.parametrize("places", [1, 4, 40])
def test_taps_are_those_of_unfold(kernel, dilation, places):
    source = torch.randn(2, places, 3, dtype=torch.float64)
    taps = torch.full((2, places, kernel, 3), torch.nan, dtype=torch.float64)
    write_taps(source, dilation, taps)
    assert torch.equal(taps, unfolded(source, kernel, dilation))


def test_conditions_stand_after_the_taps_of_any_number_of_channels():
    conditions = torch.randn(2, 7, 4)
    columns = DilatedIm2Col(conditions, kernel=3, channels=5)
    for channels, dilation in ((5, 1), (2, 2), (5, 4)):
        source = torch.randn(2, 7, channels)
        rows = columns.gather(source, dilation).view(2, 7, -1)
        assert torch.equal(rows[..., : 3 * channels], unfolded(source, 3, dilation).flatten(2))
        assert torch.equal(rows[..., 3 * channels :], conditions)


@pytest.mark.parametrize("layers", [1, 2, 4])
@pytest.mark.parametrize("kernel", [1, 3])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_a_folded_network_is_the_plain_one(layers, kernel, channels):
    network = made_network(layers, kernel, channels)
    half, conditions = torch.randn(2, HALF, 11).double(), torch.randn(2, 20, 11).double()
    columns = DilatedIm2Col(conditions.transpose(1, 2), kernel, max(channels, HALF + 1))
    with torch.no_grad():
        wanted = network(half, conditions)
        folded = FoldedNetwork(fold(network), rows=22)
        found = folded(with_ones(half.transpose(1, 2)), columns)
    torch.testing.assert_close(found.transpose(1, 2), wanted)


@pytest.mark.parametrize("layers", [1, 2, 5])
def test_folded_weights_survive_as_a_row_of_tensors(layers):
    weights = fold(made_network(layers))
    again = from_tensors(list(weights.tensors()))
    assert all(one is other for one, other in zip(weights.tensors(), again.tensors(), strict=True))
    assert len(again.dilated) == layers
    assert len(again.residual) == len(again.residual_biases) == layers - 1


@pytest.mark.parametrize("layers", [1, 3])
def test_weights_are_folded_in_their_own_type_and_then_cast(layers):
    network = made_network(layers)
    exact, cast = fold(network).tensors(), fold(network, torch.bfloat16).tensors()
    assert all(torch.equal(one.bfloat16(), other) for one, other in zip(exact, cast, strict=True))
