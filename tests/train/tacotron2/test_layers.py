"""Layers that padding does not reach: the same numbers as the valid frames alone give."""

import pytest
import torch
from torch import nn

from tests.train.made_checkpoints import made_model
from voiceprep.train.tacotron2.layers import Convolution, ConvolutionBlock, Linear, MaskedBatchNorm
from voiceprep.train.tensors import valid_mask

LENGTHS = torch.tensor([5, 2, 7])
MASK = valid_mask(LENGTHS, 9)[:, None]


def made_norm(kind):
    torch.manual_seed(0)
    norm = kind(4)
    with torch.no_grad():
        norm.weight.uniform_(0.5, 2)
        norm.bias.normal_()
    return norm.double()


def drawn(requires_grad=False):
    torch.manual_seed(1)
    return torch.randn(3, 4, 9, dtype=torch.float64, requires_grad=requires_grad)


def valid_frames(x):
    """(B, C, T) to the valid frames as one clip, (1, C, sum of lengths)."""
    return torch.cat([clip[:, :length] for clip, length in zip(x, LENGTHS, strict=True)], 1)[None]


def test_statistics_and_gradients_are_those_of_the_valid_frames_alone():
    masked, plain, x, other = (
        made_norm(MaskedBatchNorm),
        made_norm(nn.BatchNorm1d),
        drawn(requires_grad=True),
        drawn(requires_grad=True),
    )
    found, wanted = masked(x, MASK), plain(valid_frames(other))
    torch.testing.assert_close(valid_frames(found), wanted)
    weights = torch.randn_like(wanted)
    (valid_frames(found) * weights).sum().backward()
    (wanted * weights).sum().backward()
    torch.testing.assert_close(x.grad, other.grad)
    for name, value in plain.state_dict().items():
        torch.testing.assert_close(masked.state_dict()[name], value)
    for one, same in zip(masked.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(one.grad, same.grad)


def test_what_padding_holds_does_not_matter():
    norm, x = made_norm(MaskedBatchNorm), drawn()
    first = norm(x, MASK)
    second = norm(torch.where(MASK, x, 1e6), MASK)
    torch.testing.assert_close(valid_frames(second), valid_frames(first))


def test_without_a_mask_and_in_evaluation_it_is_torchs_batch_norm():
    masked, plain, x = made_norm(MaskedBatchNorm), made_norm(nn.BatchNorm1d), drawn()
    assert torch.equal(masked(x), plain(x))
    masked.eval(), plain.eval()
    assert torch.equal(masked(x, MASK), plain(x))


def test_a_single_valid_frame_leaves_finite_statistics():
    norm = made_norm(MaskedBatchNorm)
    found = norm(drawn()[:1], valid_mask(torch.tensor([1]), 9)[:, None])
    assert torch.isfinite(found).all()
    assert torch.isfinite(norm.running_var).all()


def test_half_precision_is_normalised_in_single():
    norm, plain = (made_norm(MaskedBatchNorm).float() for _ in range(2))
    x = (drawn() + 300).bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        found = norm(x, MASK)
    assert found.dtype == torch.bfloat16
    assert torch.equal(found, plain(x.float(), MASK).bfloat16())
    assert torch.equal(norm.running_mean, plain.running_mean)
    assert torch.equal(norm.running_var, plain.running_var)


@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_a_block_keeps_padding_out_of_its_convolution(kernel):
    torch.manual_seed(0)
    block = ConvolutionBlock(4, 6, kernel, "tanh").double()
    x = drawn()
    found = block(torch.where(MASK, x, 1e6), MASK)
    assert found.shape == (3, 6, 9)
    alone = block.parts[0](x[1:2, :, :2])
    torch.testing.assert_close(block.parts[0](x * MASK)[1:2, :, :2], alone)
    torch.testing.assert_close(valid_frames(block(x, MASK)), valid_frames(found))


def test_a_block_whose_layer_was_replaced_is_an_error():
    block = ConvolutionBlock(4, 6, 3, "tanh")
    block[1] = nn.Identity()
    with pytest.raises(TypeError):
        block(torch.zeros(1, 4, 9))


def test_weights_have_the_originals_names():
    assert list(Linear(2, 3).state_dict()) == ["linear_layer.weight", "linear_layer.bias"]
    assert list(Convolution(2, 3, 5, bias=False).state_dict()) == ["conv.weight"]
    names = made_model().encoder.convolutions[0].state_dict()
    assert [name for name in names if name.startswith("0.")] == ["0.conv.weight", "0.conv.bias"]
