"""Teacher forcing, sooner: the same sums as the plain decoder's, in another order.

The truth being known, all that a step does not owe to the step before leaves the loop: the prenet,
its share of the attention LSTM's gates, and the projections. Nor does the attention ever hear of
the decoder's LSTM, so that there are two loops, one after the other, each with half of the weights
to read, and the second one's input is a single product too.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from ..models.tacotron2 import Attention, Decoder, DropoutMasks, Memory
from .attention import AttentionLoop, Parts
from .lstm import DroppedLstm


def decode(
    decoder: Decoder, memory: Memory, mel: Tensor, masks: DropoutMasks
) -> tuple[Tensor, Tensor, Tensor]:
    """What Decoder.forward gives: frames (S, B, M·r), gate logits (S, B), weights (S, B, N).

    Under autocast the LSTMs' products are in its type, their weights cast once; the rest of the
    loop is in float32.
    """
    heard_frames = decoder.prenet(decoder.teacher_frames(mel), masks.prenet)
    device = mel.device.type
    dtype = decoder.attention_rnn.weight_ih.dtype
    if torch.is_autocast_enabled(device):
        dtype = torch.get_autocast_dtype(device)
    with torch.autocast(device, enabled=False):
        return _decode(decoder, memory, heard_frames.to(dtype), masks)


def _decode(
    decoder: Decoder, memory: Memory, frames: Tensor, masks: DropoutMasks
) -> tuple[Tensor, Tensor, Tensor]:
    dtype, exact = frames.dtype, decoder.linear_projection.linear_layer.weight.dtype
    keep = torch.is_grad_enabled()
    asking, saying = decoder.attention_rnn, decoder.decoder_rnn
    of_frame, of_context = asking.weight_ih.split([frames.shape[2], memory.values.shape[2]], 1)
    inputs = F.linear(frames, of_frame.to(dtype), (asking.bias_ih + asking.bias_hh).to(dtype))
    recurrent = torch.cat([of_context, asking.weight_hh], 1).to(dtype)
    bias = torch.zeros_like(memory.mask, dtype=exact).masked_fill_(~memory.mask, -torch.inf)
    parts = _parts(decoder.attention_layer, recurrent, memory, exact)
    heard, weights = AttentionLoop.apply(keep, inputs, bias, masks.attention, *parts)
    of_hidden, of_context = saying.weight_ih.split([asking.hidden_size, memory.values.shape[2]], 1)
    found = torch.cat([of_context, of_hidden], 1).to(dtype)
    inputs = F.linear(heard, found, (saying.bias_ih + saying.bias_hh).to(dtype))
    said = DroppedLstm.apply(inputs, saying.weight_hh.to(dtype), masks.decoder, keep)
    read = torch.cat([said, heard[..., : memory.values.shape[2]]], 2).to(exact)
    projection, gate = decoder.linear_projection.linear_layer, decoder.gate_layer.linear_layer
    together = F.linear(
        read,
        torch.cat([projection.weight, gate.weight]),
        torch.cat([projection.bias, gate.bias]),
    )
    return together[..., :-1], together[..., -1], weights


def _parts(attention: Attention, recurrent: Tensor, memory: Memory, exact: torch.dtype) -> Parts:
    """The attention's parameters as its loop wants them."""
    location = attention.location_layer
    dense, convolution = location.location_dense.linear_layer, location.location_conv.conv
    return Parts(
        recurrent,
        2 * attention.query_layer.linear_layer.weight,
        2 * torch.einsum("af,fck->ack", dense.weight, convolution.weight),
        2 * attention.v.linear_layer.weight[0],
        2 * memory.keys.to(exact),
        memory.values.to(exact),
    )
