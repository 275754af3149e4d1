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
    learning = (*decoder.parameters(), memory.values, memory.keys)
    keep = torch.is_grad_enabled() and any(one.requires_grad for one in learning)
    asking, saying = decoder.attention_rnn, decoder.decoder_rnn
    of_frame, of_context = asking.weight_ih.split([frames.shape[2], memory.values.shape[2]], 1)
    inputs = F.linear(frames, of_frame.to(dtype), (asking.bias_ih + asking.bias_hh).to(dtype))
    recurrent = torch.cat([of_context, asking.weight_hh], 1).to(dtype)
    bias = energy_bias(memory.mask, exact)
    parts = attention_parts(decoder.attention_layer, memory, exact)
    heard, weights = AttentionLoop.apply(keep, inputs, recurrent, bias, masks.attention, *parts)
    found = found_weight(decoder).to(dtype)
    inputs = F.linear(heard, found, (saying.bias_ih + saying.bias_hh).to(dtype))
    said = DroppedLstm.apply(inputs, saying.weight_hh.to(dtype), masks.decoder, keep)
    read = torch.cat([said, heard[..., : memory.values.shape[2]]], 2).to(exact)
    together = F.linear(read, *read_parameters(decoder))
    return together[..., :-1], together[..., -1], weights


def found_weight(decoder: Decoder) -> Tensor:
    """What the decoder's LSTM makes of context and attention's hidden state, in this order."""
    weight, size = decoder.decoder_rnn.weight_ih, decoder.attention_rnn.hidden_size
    return torch.cat([weight[:, size:], weight[:, :size]], 1)


def read_parameters(decoder: Decoder) -> tuple[Tensor, Tensor]:
    """Weight and bias that read the frames and then the gate, from what was said and context."""
    layers = (decoder.linear_projection.linear_layer, decoder.gate_layer.linear_layer)
    return torch.cat([one.weight for one in layers]), torch.cat([one.bias for one in layers])


def energy_bias(mask: Tensor, dtype: torch.dtype) -> Tensor:
    """What is added to energies, (B, N): nothing where there is text, else -inf."""
    return torch.zeros_like(mask, dtype=dtype).masked_fill_(~mask, -torch.inf)


def attention_parts(attention: Attention, memory: Memory, dtype: torch.dtype) -> Parts:
    """The attention's parameters and its memory as its loop wants them."""
    location = attention.location_layer
    dense, convolution = location.location_dense.linear_layer, location.location_conv.conv
    return Parts(
        2 * attention.query_layer.linear_layer.weight,
        2 * torch.einsum("af,fck->ack", dense.weight, convolution.weight),
        2 * attention.v.linear_layer.weight[0],
        2 * memory.keys.to(dtype),
        memory.values.to(dtype),
    )
