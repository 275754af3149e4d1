"""The network of a flow as plain operations, against the plain one."""

import pytest
import torch
from torch.nn import functional as F

from tests.train.waveglow.fast.test_flow import close
from tests.train.waveglow.fast.test_wn import HALF, made_network
from tests.train.waveglow.fast.test_wn_backward import gradients
from voiceprep.train.waveglow.fast.convolutional import by_convolution, by_windows, convolve, widen
from voiceprep.train.waveglow.fast.flow import with_ones
from voiceprep.train.waveglow.fast.wn import fold

dilations = pytest.mark.parametrize("dilated", [by_windows, by_convolution])


def convolved(network, half, conditions, dilated, dtype=None):
    """What the network returns, by `convolve`."""
    source, rows = with_ones(half.transpose(1, 2)), conditions.transpose(1, 2)
    weights = widen(fold(network, dtype))
    wide = F.pad(source.to(dtype), (0, weights.start.shape[1] - source.shape[2]))
    out = convolve(weights, wide, rows.to(dtype), dilated)
    assert out.shape[2] % 8 == wide.shape[2] % 8 == 0
    return out[..., : 2 * HALF].transpose(1, 2)


def made_inputs(places=13, dtype=torch.float64):
    torch.manual_seed(2)
    return (torch.randn(2, size, places, dtype=dtype, requires_grad=True) for size in (HALF, 20))


@dilations
@pytest.mark.parametrize("layers", [1, 4])
@pytest.mark.parametrize("kernel", [1, 3])
@pytest.mark.parametrize("channels", [1, 6])
def test_output_and_gradients_are_the_plain_networks(dilated, layers, kernel, channels):
    network, (half, conditions) = made_network(layers, kernel, channels), made_inputs()
    wanted = network(half, conditions)
    found = convolved(network, half, conditions, dilated)
    torch.testing.assert_close(found, wanted)
    for one, other in zip(
        gradients(network, half, conditions, found),
        gradients(network, half, conditions, wanted),
        strict=True,
    ):
        torch.testing.assert_close(one, other)


@dilations
def test_in_float32_they_are_too(dilated):
    network, (half, conditions) = made_network().float(), made_inputs(dtype=torch.float32)
    wanted = network(half, conditions)
    found = convolved(network, half, conditions, dilated)
    close(found, wanted, 2e-5)
    for one, other in zip(
        gradients(network, half, conditions, found),
        gradients(network, half, conditions, wanted),
        strict=True,
    ):
        close(one, other, 1e-4)


@dilations
@pytest.mark.parametrize("half_type", [torch.bfloat16, torch.float16])
def test_half_precision_is_no_further_from_float32_than_the_plain_networks(dilated, half_type):
    network, (half, conditions) = made_network(4).float(), made_inputs(400, torch.float32)
    with torch.no_grad():
        exact = network(half, conditions)
        with torch.autocast("cpu", half_type):
            plain = network(half, conditions)
        found = convolved(network, half, conditions, dilated, half_type)
    assert found.dtype == half_type
    assert (found - exact).norm() <= (plain - exact).norm()


def test_a_convolution_reads_and_writes_channels_last(monkeypatch):
    layouts = []

    def conv2d(image, kernel, **settings):
        out = torch.conv2d(image, kernel, **settings)
        layouts.extend(
            one.is_contiguous(memory_format=torch.channels_last) for one in (image, kernel, out)
        )
        return out

    monkeypatch.setattr(torch.nn.functional, "conv2d", conv2d)
    network, (half, conditions) = made_network(), made_inputs()
    convolved(network, half, conditions, by_convolution)
    assert layouts == [True] * 9
