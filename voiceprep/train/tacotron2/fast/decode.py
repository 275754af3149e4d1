"""Optimised teacher forcing: the numbers of the plain decoder, in another order of operations.

With teacher forcing, whatever does not depend on the step before leaves the loop: the prenet, its
share of the attention LSTM's gates, and the projections. The attention does not depend on the
decoder LSTM either, so that there are two loops, one after the other, each with half of the
weights to read, and the second one's input is a single product too.

On a GPU a loop runs over fixed buffers of a few steps, as a CUDA graph. Batches and texts are
padded to a few sizes, so that the same graphs come again.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from ...kernels.lstm import DropoutLstm
from ..network import Attention, Decoder, DropoutMasks, Memory
from .attention import AttentionLoop
from .attention_forward import AttentionWeights

# Steps of a run over fixed buffers, by device; elsewhere all steps are one run.
CHUNK_STEPS = {"cuda": 32}
# Batches and texts are padded to multiples of these.
CLIPS_BUCKET, SYMBOLS_BUCKET = 8, 32


def decode(
    decoder: Decoder,
    memory: Memory,
    mel: Tensor,
    masks: DropoutMasks,
    chunk_steps: int | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """What Decoder.forward returns: frames (S, B, M·r), gate logits (S, B), weights (S, B, N).

    Under autocast the LSTMs' products are in its type, their weights cast once; the rest of the
    loop is in float32. chunk_steps: the steps of a run over fixed buffers, a multiple of
    kernels.lstm.BLOCK; 0: all steps in one run; None: what suits the device.
    """
    frames = decoder.prenet(decoder.teacher_frames(mel), masks.prenet)
    device = mel.device.type
    dtype = decoder.attention_rnn.weight_ih.dtype
    if torch.is_autocast_enabled(device):
        dtype = torch.get_autocast_dtype(device)
    if chunk_steps is None:
        chunk_steps = CHUNK_STEPS.get(device, 0)
    with torch.autocast(device, enabled=False):
        if not chunk_steps:
            return _decode(decoder, memory, frames.to(dtype), masks, 0)
        batch, symbols = memory.mask.shape
        padded = pad_to_buckets(memory, frames.to(dtype), masks)
        frames, gate, weights = _decode(decoder, *padded, chunk_steps)
        return frames[:, :batch], gate[:, :batch], weights[:, :batch, :symbols]


def pad_to_buckets(
    memory: Memory, frames: Tensor, masks: DropoutMasks
) -> tuple[Memory, Tensor, DropoutMasks]:
    """The same with clips and symbols added; the clips added have one symbol.

    memory: (B, N, …); frames: (S, B, …); of the masks those of the LSTMs, (S, B, …).
    """
    batch, symbols = memory.mask.shape
    clips, places = -batch % CLIPS_BUCKET, -symbols % SYMBOLS_BUCKET
    values, keys = (F.pad(part, (0, 0, 0, places, 0, clips)) for part in memory[:2])
    mask = F.pad(memory.mask, (0, places, 0, clips))
    # A softmax needs a symbol.
    mask[batch:, 0] = True
    attention, decoder = (
        None if part is None else F.pad(part, (0, 0, 0, clips))
        for part in (masks.attention, masks.decoder)
    )
    padded = DropoutMasks(None, attention, decoder)
    return Memory(values, keys, mask), F.pad(frames, (0, 0, 0, clips)), padded


def _decode(
    decoder: Decoder, memory: Memory, frames: Tensor, masks: DropoutMasks, chunk_steps: int
) -> tuple[Tensor, Tensor, Tensor]:
    dtype, exact = frames.dtype, decoder.linear_projection.linear_layer.weight.dtype
    learning = (*decoder.parameters(), memory.values, memory.keys)
    keep = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in learning)
    lstm = decoder.attention_rnn
    of_frame, of_context = lstm.weight_ih.split([frames.shape[2], memory.values.shape[2]], 1)
    inputs = F.linear(frames, of_frame.to(dtype), (lstm.bias_ih + lstm.bias_hh).to(dtype))
    recurrent = torch.cat([of_context, lstm.weight_hh], 1).to(dtype)
    bias = energy_bias(memory.mask, exact)
    attention = attention_weights(decoder.attention_layer, memory, exact)
    attended, weights = AttentionLoop.apply(
        keep, chunk_steps, inputs, recurrent, bias, masks.attention, *attention
    )
    lstm = decoder.decoder_rnn
    input_weight = decoder_input_weight(decoder).to(dtype)
    inputs = F.linear(attended, input_weight, (lstm.bias_ih + lstm.bias_hh).to(dtype))
    hiddens = DropoutLstm.apply(inputs, lstm.weight_hh.to(dtype), masks.decoder, keep, chunk_steps)
    features = torch.cat([hiddens, attended[..., : memory.values.shape[2]]], 2).to(exact)
    projected = F.linear(features, *projection_parameters(decoder))
    return projected[..., :-1], projected[..., -1], weights


def decoder_input_weight(decoder: Decoder) -> Tensor:
    """The decoder LSTM's input weight for the context and the attention's hidden state."""
    weight, size = decoder.decoder_rnn.weight_ih, decoder.attention_rnn.hidden_size
    return torch.cat([weight[:, size:], weight[:, :size]], 1)


def projection_parameters(decoder: Decoder) -> tuple[Tensor, Tensor]:
    """Weight and bias of frame and gate projection in one, from hidden state and context."""
    layers = (decoder.linear_projection.linear_layer, decoder.gate_layer.linear_layer)
    return torch.cat([layer.weight for layer in layers]), torch.cat(
        [layer.bias for layer in layers]
    )


def energy_bias(mask: Tensor, dtype: torch.dtype) -> Tensor:
    """What is added to energies, (B, N): 0 where there is text, else -inf."""
    return torch.zeros_like(mask, dtype=dtype).masked_fill_(~mask, -torch.inf)


def attention_weights(attention: Attention, memory: Memory, dtype: torch.dtype) -> AttentionWeights:
    """The attention's parameters and memory as its loop takes them."""
    location = attention.location_layer
    dense, convolution = location.location_dense.linear_layer, location.location_conv.conv
    return AttentionWeights(
        2 * attention.query_layer.linear_layer.weight,
        2 * torch.einsum("af,fck->ack", dense.weight, convolution.weight),
        2 * attention.v.linear_layer.weight[0],
        2 * memory.keys.to(dtype),
        memory.values.to(dtype),
    )
