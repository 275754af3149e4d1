"""The network of a WaveGlow flow as few large matrix products, one row for each time step.

A layer of the original is a dilated convolution, a convolution of the conditions, and one whose
output is part residual, part skip connection. Here the first two are one product over the window
of a time step (im2col). The layers before the first and after the last are linear, and are
multiplied into their neighbours beforehand: the first layer's input is the half itself with a one
beside it, which is zero outside of the audio, and of all skip connections only the few channels
are computed that the end makes of them.

Shapes: B clips, T time steps, H channels of half a flow, C of the network, E of the conditions, K
kernel, D layers.
"""

from itertools import cycle
from typing import NamedTuple

import torch
from torch import Tensor

from ...kernels.products import Layer, Product
from ..network import WN


class FoldedWeights(NamedTuple):
    """The weights of a network, folded into as few products as possible.

    start: (C, H + 1), the bias beside it; condition: (D·2·C, E) and biases (D·2·C,), of all
    layers; skip: (2·H, D·C), of all layers side by side, skip_bias (2·H,); dilated: of each layer
    (2·C, K·inputs), tap by tap, the inputs being H + 1 of the first and C of the others; residual:
    of all but the last (C, C), residual_biases (C,).
    """

    start: Tensor
    condition: Tensor
    biases: Tensor
    skip: Tensor
    skip_bias: Tensor
    dilated: tuple[Tensor, ...]
    residual: tuple[Tensor, ...]
    residual_biases: tuple[Tensor, ...]

    def tensors(self) -> tuple[Tensor, ...]:
        """All of them in a row, the argument of `from_tensors`."""
        single = (self.start, self.condition, self.biases, self.skip, self.skip_bias)
        return *single, *self.dilated, *self.residual, *self.residual_biases

    def to(self, dtype: torch.dtype) -> "FoldedWeights":
        """The same in another type."""
        return from_tensors([tensor.to(dtype) for tensor in self.tensors()])


def from_tensors(tensors: list[Tensor]) -> FoldedWeights:
    """The weights that `FoldedWeights.tensors` returned."""
    start, condition, biases, skip, skip_bias, *rest = tensors
    layers = (len(rest) + 2) // 3
    dilated, residual = tuple(rest[:layers]), tuple(rest[layers : 2 * layers - 1])
    return FoldedWeights(
        start, condition, biases, skip, skip_bias, dilated, residual, tuple(rest[2 * layers - 1 :])
    )


def fold(network: WN) -> FoldedWeights:
    """The weights of a network folded, differentiably."""
    channels = network.start.bias.shape[0]
    start = torch.cat([network.start.weight[:, :, 0], network.start.bias[:, None]], 1)
    dilated = [layer.weight for layer in network.in_layers]
    first = torch.einsum("ock,ch->okh", dilated[0], start)
    res_skip = [layer.weight[:, :, 0] for layer in network.res_skip_layers]
    biases = [layer.bias for layer in network.res_skip_layers]
    end = network.end.weight[:, :, 0]
    skip_bias = sum(bias[-channels:] for bias in biases)
    pairs = zip(network.in_layers, network.cond_layers, strict=True)
    return FoldedWeights(
        start,
        torch.cat([layer.weight[:, :, 0] for layer in network.cond_layers]),
        torch.cat([layer.bias + condition.bias for layer, condition in pairs]),
        end @ torch.cat([weight[-channels:] for weight in res_skip], 1),
        end @ skip_bias + network.end.get_parameter("bias"),
        tuple(one.flatten(1) for one in (first, *(w.transpose(1, 2) for w in dilated[1:]))),
        tuple(weight[:channels] for weight in res_skip[:-1]),
        tuple(bias[:channels] for bias in biases[:-1]),
    )


class DilatedIm2Col:
    """The input windows of a product: each time step's neighbours, tap by tap, then conditions.

    conditions: (B, T, E), written once; channels: the most that a tap may have.
    """

    def __init__(self, conditions: Tensor, kernel: int, channels: int):
        batch, places, width = conditions.shape
        self.kernel, self.width = kernel, kernel * channels
        self.rows = conditions.new_empty(batch, places, self.width + width)
        self.conditions = self.rows[..., self.width :]
        self.conditions.copy_(conditions)

    def gather(self, source: Tensor, dilation: int) -> Tensor:
        """The windows at a dilation, (B·T, K·channels + E); source: (B, T, channels)."""
        first = self.width - self.kernel * source.shape[2]
        taps = self.rows[..., first : self.width].unflatten(2, (self.kernel, -1))
        write_taps(source, dilation, taps)
        return self.rows.flatten(0, 1)[:, first:]


def write_taps(source: Tensor, dilation: int, taps: Tensor) -> None:
    """Writes each step's neighbours of (B, T, channels) to (B, T, K, channels), zero outside."""
    places, kernel = source.shape[1], taps.shape[2]
    for tap in range(kernel):
        shift = (tap - kernel // 2) * dilation
        start, stop = min(max(-shift, 0), places), max(min(places - shift, places), 0)
        taps[:, :start, tap] = 0
        taps[:, stop:, tap] = 0
        if start < stop:
            taps[:, start:stop, tap] = source[:, start + shift : stop + shift]


class LayerActivations(NamedTuple):
    """What the backward pass needs of a layer: its input (B, T, ·) and the activated (B·T, C)."""

    source: Tensor
    filters: Tensor
    gates: Tensor


class FoldedNetwork:
    """A network with its weights packed for products of about so many rows."""

    def __init__(self, weights: FoldedWeights, rows: int):
        self.channels, self.layers = len(weights.start), len(weights.dilated)
        halves = zip(
            [half for dilated in weights.dilated for half in dilated.split(self.channels)],
            weights.condition.split(self.channels),
            weights.biases.split(self.channels),
            cycle(("tanh", "sigmoid")),
            strict=False,
        )
        self.dilated = [
            Layer(torch.cat([half, condition], 1), bias, rows, activation)
            for half, condition, bias, activation in halves
        ]
        self.start = Layer(weights.start, torch.zeros_like(weights.start[:, 0]), rows)
        residual = zip(weights.residual, weights.residual_biases, strict=True)
        self.residual = [Product(weight.contiguous(), rows, bias) for weight, bias in residual]
        self.skip = Layer(weights.skip, weights.skip_bias, rows)

    def __call__(
        self, source: Tensor, columns: DilatedIm2Col, saved: list[LayerActivations] | None = None
    ) -> Tensor:
        """(B, T, H + 1), the half and a one, to shift and log scale, (B, T, 2·H).

        What the backward pass needs is appended to `saved`.
        """
        batch, places, _ = source.shape
        outputs = source.new_empty(batch * places, self.layers * self.channels)
        flat = source.flatten(0, 1)
        hidden = self.start(flat) if self.layers > 1 else flat
        for layer, output in enumerate(outputs.chunk(self.layers, 1)):
            rows = columns.gather(source, 2**layer)
            filters, gates = (half(rows) for half in self.dilated[2 * layer : 2 * layer + 2])
            if saved is not None:
                saved.append(LayerActivations(source, filters, gates))
            torch.mul(filters, gates, out=output)
            if layer < self.layers - 1:
                hidden = self.residual[layer](output, hidden)
                source = hidden.view(batch, places, -1)
        return self.skip(outputs).view(batch, places, -1)
