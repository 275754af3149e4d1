"""A few steps of the free-running decoder over fixed buffers, each fed the frames before it."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from ...kernels.graphs import Steps
from ...kernels.lstm_steps import cell_forward
from ...kernels.products import Product
from ..network import Decoder
from .attention_forward import AttentionWeights
from .im2col import Im2Col


@dataclass(frozen=True, eq=False)
class PackedWeights:
    """A model's parameters for inference: one product for each LSTM, one for frames and gate.

    postnet: its convolutions with their batch norms folded in, weights and biases; memory: its
    width.
    """

    decoder: Decoder
    dtype: torch.dtype
    attention_lstm: Product
    attention_bias: Tensor
    decoder_lstm: Product
    decoder_bias: Tensor
    projection: tuple[Tensor, Tensor]
    postnet: tuple[tuple[Tensor, Tensor], ...]
    memory: int

    @property
    def exact(self) -> torch.dtype:
        """The type of states, attention and frames."""
        return self.projection[0].dtype


class FreeRunningSteps(Steps):
    """Steps for a batch of some sentences of some symbols; see Steps.

    Side by side in `row`: the prenet's output, the context, the attention LSTM's hidden state and
    the decoder LSTM's. The attention LSTM reads the first three, the decoder LSTM the last three.
    `last` has the frames before the first step; `rows` are all buffers with a row for each
    sentence.
    """

    def __init__(self, weights: PackedWeights, batch: int, symbols: int, steps: int):
        self.weights, decoder, exact = weights, weights.decoder, weights.exact
        layer = decoder.attention_layer
        (width, hidden), memory = layer.query_layer.linear_layer.weight.shape, weights.memory
        kernel = layer.location_layer.location_conv.conv.weight.shape[2]
        device, prenet = weights.projection[0].device, decoder.attention_rnn.input_size - memory
        self.sizes = (prenet, memory, hidden, decoder.decoder_rnn.hidden_size)

        def zeros(*shape: int, dtype: torch.dtype = exact) -> Tensor:
            return torch.zeros(shape, dtype=dtype, device=device)

        self.bias = zeros(batch, symbols)
        self.attention = AttentionWeights(
            zeros(width, hidden),
            zeros(width, 2, kernel),
            zeros(width),
            zeros(batch, symbols, width),
            zeros(batch, symbols, memory),
        )
        self.row = zeros(batch, sum(self.sizes), dtype=weights.dtype)
        self.attention_cell, self.decoder_cell = zeros(batch, hidden), zeros(batch, self.sizes[3])
        self.windows = Im2Col((batch,), symbols, kernel, self.bias)
        self.activation = torch.empty_like(self.attention.keys)
        self.biases = [
            bias.expand(batch, -1).contiguous()
            for bias in (weights.attention_bias, weights.decoder_bias)
        ]
        self.last = zeros(batch, decoder.frame_size)
        self.factors = (zeros(steps, batch, prenet), zeros(steps, batch, prenet))
        self.frames, self.gate = zeros(steps, batch, decoder.frame_size), zeros(steps, batch)
        self.alignment = zeros(steps, batch, symbols)
        self.parameters, self.inputs = (self.bias, *self.attention), self.factors
        self.outputs = (self.frames, self.gate, self.alignment)
        cells = (self.attention_cell, self.decoder_cell)
        self.state = (self.row, *cells, self.windows.padded, self.last)
        self.carry = ((self.last, self.frames[-1]),)
        self.rows = (self.bias, self.attention.keys, self.attention.values, *self.state)

    @torch.no_grad()
    def run(self) -> None:
        """All steps."""
        for step in range(len(self.frames)):
            self._step(step, self.frames[step - 1] if step else self.last)

    def _step(self, step: int, frames: Tensor) -> None:
        weights, (prenet, context, attention, decoder) = self.weights, self.row.split(self.sizes, 1)
        prenet.copy_(weights.decoder.prenet(frames, (self.factors[0][step], self.factors[1][step])))
        read, (of_attention, of_decoder) = self.row[:, : -decoder.shape[1]], self.biases
        cell = self.attention_cell
        hidden = self._cell(weights.attention_lstm, read, of_attention, cell, attention)
        attended = self._attend(hidden, self.alignment[step], context)
        read, cell = self.row[:, prenet.shape[1] :], self.decoder_cell
        hidden = self._cell(weights.decoder_lstm, read, of_decoder, cell, decoder)
        projected = F.linear(torch.cat([hidden, attended], 1), *weights.projection)
        self.frames[step] = projected[:, :-1]
        self.gate[step] = projected[:, -1]

    def _cell(
        self, product: Product, read: Tensor, bias: Tensor, cell: Tensor, target: Tensor
    ) -> Tensor:
        """The hidden state (B, H) of an LSTM, which it also writes to `target`; writes its cell."""
        hidden = cell_forward(product(read, bias).to(cell.dtype), cell, cell)
        target.copy_(hidden)
        return hidden

    def _attend(self, hidden: Tensor, weights: Tensor, target: Tensor) -> Tensor:
        """The context (B, E), which it also writes to `target`; writes the weights (B, N)."""
        attention, windows, activation = self.attention, self.windows, self.activation
        keys, location = attention.keys.flatten(0, 1), attention.location.flatten(1).t()
        torch.addmm(keys, windows.gather(), location, out=activation.flatten(0, 1))
        activation.add_(F.linear(hidden, attention.query)[:, None]).sigmoid_()
        energies = torch.mv(activation.flatten(0, 1), attention.energy).view_as(self.bias)
        torch.softmax(energies + self.bias, 1, out=weights)
        windows.inner[:, 0] = weights
        windows.inner[:, 1] += weights
        context = torch.bmm(weights[:, None], attention.values)[:, 0]
        target.copy_(context)
        return context
