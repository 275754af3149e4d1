"""Optimised free running: a stepper whose weights are packed once for everything it speaks.

It runs a few steps at a time over fixed buffers, which are CUDA graphs on a GPU.
"""

from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils import fuse_conv_bn_weights

from ...kernels.graphs import RecentlyUsed, StepGraph, fill, first_that_runs
from ...kernels.products import Product
from ..layers import ConvolutionBlock
from ..network import Memory, Tacotron2
from ..stepper import DecoderOutputs, Factors, MakeStepper, Stepper
from .attention import chosen_for
from .decode import (
    SYMBOLS_BUCKET,
    attention_weights,
    decoder_input_weight,
    energy_bias,
    projection_parameters,
)
from .free_running import FreeRunningSteps, PackedWeights

# Steps of a run, after which it is checked who has finished: each check waits for the GPU.
MOST_STEPS = {"cuda": 16}
MOST_STEPS_ELSEWHERE = 4
# Where buffers are for a few sizes, and recorded; elsewhere they are for just the sentences.
BUCKET_DEVICES = ("cuda",)
# Sizes that are kept: a batch of 128 passes through eight while its sentences end one by one.
KEPT_SIZES = 32


def fast_stepper(model: Tacotron2, dtype: torch.dtype = torch.float32) -> MakeStepper:
    """Makes steppers that compute what PlainStepper does; call it again after training.

    dtype is that of the LSTMs' products, where at batch 1 reading their weights is most of a step
    and bfloat16 halves it, and of the postnet's. States, attention and frames stay float32. On a
    GPU one stepper at a time speaks: the next one takes its buffers over.
    """
    weights = pack_weights(model, dtype)
    recorded: RecentlyUsed[StepGraph[FreeRunningSteps]] = RecentlyUsed(KEPT_SIZES)

    def make_stepper(_: Tacotron2, memory: Memory) -> Stepper:
        return FastStepper(weights, memory, recorded)

    return make_stepper


@torch.no_grad()
def pack_weights(model: Tacotron2, dtype: torch.dtype = torch.float32) -> PackedWeights:
    """The current weights of a model, packed; see fast_stepper."""
    decoder = model.decoder
    attention, lstm = decoder.attention_rnn, decoder.decoder_rnn
    attention_weight = torch.cat([attention.weight_ih, attention.weight_hh], 1)
    decoder_weight = torch.cat([decoder_input_weight(decoder), lstm.weight_hh], 1)
    return PackedWeights(
        decoder,
        dtype,
        Product(attention_weight.to(dtype), 1),
        (attention.bias_ih + attention.bias_hh).to(dtype),
        Product(decoder_weight.to(dtype), 1),
        (lstm.bias_ih + lstm.bias_hh).to(dtype),
        projection_parameters(decoder),
        tuple(_fold_norm(block, dtype) for block in model.postnet.convolutions),
        decoder.attention_layer.memory_layer.linear_layer.in_features,
    )


def _fold_norm(block: ConvolutionBlock, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Weight and bias of a convolution with its batch norm's running statistics folded in."""
    convolution, norm = block.parts
    weight, bias = fuse_conv_bn_weights(
        convolution.conv.weight,
        convolution.conv.bias,
        norm.running_mean,
        norm.running_var,
        norm.eps,
        norm.weight,
        norm.bias,
    )
    return weight.to(dtype), bias.to(dtype)


class FastStepper:
    """The numbers of PlainStepper, in fixed buffers for a few steps; see Stepper.

    On a GPU the buffers are for a few sizes of batch and text: rows beyond the sentences idle.
    """

    @torch.no_grad()
    def __init__(
        self,
        weights: PackedWeights,
        memory: Memory,
        recorded: RecentlyUsed[StepGraph[FreeRunningSteps]],
    ):
        self.weights, self.recorded, self.device = weights, recorded, memory.values.device
        self.count, self.symbols = memory.mask.shape
        self.most_steps = MOST_STEPS.get(self.device.type, MOST_STEPS_ELSEWHERE)
        self.chunk = self._chunk()
        steps, layer = self.chunk.steps, weights.decoder.attention_layer
        attention = attention_weights(layer, memory, weights.exact)
        for buffer in steps.state:
            buffer.zero_()
        for buffer, value in zip(steps.attention[:3], attention[:3], strict=True):
            buffer.copy_(value)
        steps.bias.fill_(-torch.inf)
        # A softmax needs a symbol, in a row that idles too.
        steps.bias[:, 0] = 0
        rows = (steps.bias, steps.attention.keys, steps.attention.values)
        bias = energy_bias(memory.mask, weights.exact)
        for buffer, value in zip(rows, (bias, attention.keys, attention.values), strict=True):
            buffer[: self.count, : self.symbols] = value

    @torch.no_grad()
    def run(self, factors: Factors, steps: int) -> DecoderOutputs:
        """See Stepper."""
        chunk = self.chunk.steps
        for place, buffer in enumerate(chunk.factors):
            if factors is None:
                buffer.fill_(1)
            else:
                fill(buffer[:, : self.count], factors[place])
        self.chunk.replay()
        for first, last in chunk.carry:
            first.copy_(last)
        frames, gate, alignment = (part[:steps, : self.count] for part in chunk.outputs)
        return DecoderOutputs(frames, gate, alignment[..., : self.symbols])

    @torch.no_grad()
    def keep(self, rows: Tensor) -> None:
        """See Stepper."""
        before, self.count = self.chunk.steps, len(rows)
        self.chunk = self._chunk()
        chunk = self.chunk.steps
        for target, source in zip(chunk.rows, before.rows, strict=True):
            target[: self.count] = source[rows]
        if chunk is not before:
            for target, source in zip(chunk.attention[:3], before.attention[:3], strict=True):
                target.copy_(source)

    @torch.no_grad()
    def refine(self, mel: Tensor) -> Tensor:
        """See Stepper."""
        residual = mel[None].to(self.weights.dtype)
        for number, (weight, bias) in enumerate(self.weights.postnet):
            activation = torch.tanh(residual) if number else residual
            residual = F.conv1d(activation, weight, bias, padding=weight.shape[2] // 2)
        return (mel + residual[0]).float()

    def _chunk(self) -> StepGraph[FreeRunningSteps]:
        """Buffers for the sentences, recorded ones on a GPU."""
        batch, symbols = self.count, self.symbols
        if self.device.type not in BUCKET_DEVICES:
            return StepGraph(FreeRunningSteps(self.weights, batch, symbols, self.most_steps))
        batch, symbols = 1 << (batch - 1).bit_length(), symbols + -symbols % SYMBOLS_BUCKET
        key = (batch, symbols, torch.get_float32_matmul_precision())
        sizes = (self.weights, batch, symbols, self.most_steps)
        return self.recorded.get(key, lambda: _recorded(*sizes))


def _recorded(
    weights: PackedWeights, batch: int, symbols: int, steps: int
) -> StepGraph[FreeRunningSteps]:
    """Fixed buffers for some sentences, with the fastest kernels that run."""
    kinds: list[type[FreeRunningSteps]] = [FreeRunningSteps]
    layer, values = weights.decoder.attention_layer, weights.projection[0].new_empty(0, symbols, 0)
    taps = layer.location_layer.location_conv.conv.weight.shape[2]
    if chosen_for(values, layer.query_layer.linear_layer.weight.shape[0], taps):
        from .triton_attention_steps import TritonFreeRunningSteps

        kinds.insert(0, TritonFreeRunningSteps)
    return first_that_runs([partial(kind, weights, batch, symbols, steps) for kind in kinds])
