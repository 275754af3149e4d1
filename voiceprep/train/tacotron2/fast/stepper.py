"""Optimised free running: a stepper whose weights are packed once for everything it speaks."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils import fuse_conv_bn_weights

from ...kernels.lstm import cell_forward
from ...kernels.products import Product
from ..layers import ConvolutionBlock
from ..network import Decoder, Memory, Postnet, Tacotron2
from ..stepper import Factors, MakeStepper, Stepper
from .decode import attention_weights, decoder_input_weight, energy_bias, projection_parameters
from .im2col import Im2Col


@dataclass(frozen=True, eq=False)
class PackedWeights:
    """A model's parameters for inference: one product for each LSTM, one for frames and gate.

    postnet: its convolutions with their batch norms folded in, weights and biases.
    """

    decoder: Decoder
    dtype: torch.dtype
    attention_lstm: Product
    attention_bias: Tensor
    decoder_lstm: Product
    decoder_bias: Tensor
    projection: tuple[Tensor, Tensor]
    postnet: tuple[tuple[Tensor, Tensor], ...]


def fast_stepper(model: Tacotron2, dtype: torch.dtype = torch.float32) -> MakeStepper:
    """Makes steppers that compute what PlainStepper does; call it again after training.

    dtype is that of the LSTMs' products, where at batch 1 reading their weights is most of a step
    and bfloat16 halves it, and of the postnet's. States, attention and frames stay float32.
    """
    weights = _pack(model.decoder, model.postnet, dtype)

    def make_stepper(_: Tacotron2, memory: Memory) -> Stepper:
        return FastStepper(weights, memory)

    return make_stepper


@torch.no_grad()
def _pack(decoder: Decoder, postnet: Postnet, dtype: torch.dtype) -> PackedWeights:
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
        tuple(_fold_norm(block, dtype) for block in postnet.convolutions),
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
    """The numbers of PlainStepper, in buffers that shrink with the batch; see Stepper.

    Side by side in `inputs`: the prenet's output, the context, the attention LSTM's hidden state
    and the decoder LSTM's. The attention LSTM reads the first three, the decoder LSTM the last.
    """

    @torch.no_grad()
    def __init__(self, weights: PackedWeights, memory: Memory):
        self.weights, decoder = weights, weights.decoder
        exact = weights.projection[0].dtype
        self.bias = energy_bias(memory.mask, exact)
        attention = attention_weights(decoder.attention_layer, memory, exact)
        self.query, location, self.energy, self.keys, self.values = attention
        self.kernel, self.location = location.shape[2], location.flatten(1).t()
        size, symbols, width = self.values.shape
        attention_size = decoder.attention_rnn.hidden_size
        decoder_size = decoder.decoder_rnn.hidden_size
        prenet_size = decoder.attention_rnn.input_size - width
        self.sizes = (prenet_size, width, attention_size, decoder_size)
        new = self.values.new_zeros
        self.inputs = new(size, sum(self.sizes), dtype=weights.dtype)
        self.attention_cell, self.decoder_cell = new(size, attention_size), new(size, decoder_size)
        self._allocate(new(size, 2, symbols))

    @torch.no_grad()
    def step(self, frames: Tensor, factors: Factors) -> tuple[Tensor, Tensor, Tensor]:
        """See Stepper."""
        weights, exact = self.weights, self.values.dtype
        prenet, context, attention, decoder = self.inputs.split(self.sizes, 1)
        prenet.copy_(weights.decoder.prenet(frames, factors))
        lstm_input = self.inputs[:, : -decoder.shape[1]].contiguous()
        gates = weights.attention_lstm(lstm_input, self.attention_bias)
        hidden = cell_forward(gates.to(exact), self.attention_cell, self.attention_cell)
        attention.copy_(hidden)
        alignment = self._attend(hidden)
        attended = torch.bmm(alignment[:, None], self.values)[:, 0]
        context.copy_(attended)
        lstm_input = self.inputs[:, prenet.shape[1] :].contiguous()
        gates = weights.decoder_lstm(lstm_input, self.decoder_bias)
        hidden = cell_forward(gates.to(exact), self.decoder_cell, self.decoder_cell)
        decoder.copy_(hidden)
        projected = F.linear(torch.cat([hidden, attended], 1), *weights.projection)
        return projected[:, :-1], projected[:, -1], alignment

    def keep(self, rows: Tensor) -> None:
        """See Stepper."""
        for name in ("bias", "keys", "values", "inputs", "attention_cell", "decoder_cell"):
            setattr(self, name, getattr(self, name)[rows])
        self._allocate(self.windows.inner[rows])

    @torch.no_grad()
    def refine(self, mel: Tensor) -> Tensor:
        """See Stepper."""
        residual = mel[None].to(self.weights.dtype)
        for number, (weight, bias) in enumerate(self.weights.postnet):
            activation = torch.tanh(residual) if number else residual
            residual = F.conv1d(activation, weight, bias, padding=weight.shape[2] // 2)
        return (mel + residual[0]).float()

    def _allocate(self, alignments: Tensor) -> None:
        """Make the buffers for a batch, from its last and cumulative attention weights."""
        size, _, symbols = alignments.shape
        self.windows = Im2Col((size,), symbols, self.kernel, alignments)
        self.windows.inner.copy_(alignments)
        self.activation = torch.empty_like(self.keys)
        weights = self.weights
        self.attention_bias = weights.attention_bias.expand(size, -1).contiguous()
        self.decoder_bias = weights.decoder_bias.expand(size, -1).contiguous()

    def _attend(self, hidden: Tensor) -> Tensor:
        """The attention weights over the text, (B, N)."""
        activation, keys = self.activation.flatten(0, 1), self.keys.flatten(0, 1)
        torch.addmm(keys, self.windows.gather(), self.location, out=activation)
        self.activation.add_(F.linear(hidden, self.query)[:, None]).sigmoid_()
        energies = torch.mv(activation, self.energy).view_as(self.bias)
        weights = torch.softmax(energies + self.bias, 1)
        self.windows.inner[:, 0] = weights
        self.windows.inner[:, 1] += weights
        return weights
