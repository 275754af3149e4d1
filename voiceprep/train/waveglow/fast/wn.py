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
from ...tensors import ModuleListOf
from ..network import WN, NormedConvolution


class FoldedWeights(NamedTuple):
    """The weights of a network, folded into as few products as possible.

    start: (C, H + 1), the bias beside it; condition: (D·2·C, E) and biases (D·2·C,), of all
    layers; skip: (2·H, D·C), of all layers side by side, skip_bias (2·H,); dilated: of each layer
    (2·C, K, inputs), the inputs being H + 1 of the first and C of the others; residual:
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


def from_tensors(tensors: list[Tensor]) -> FoldedWeights:
    """The weights that `FoldedWeights.tensors` returned."""
    start, condition, biases, skip, skip_bias, *rest = tensors
    layers = (len(rest) + 2) // 3
    dilated, residual = tuple(rest[:layers]), tuple(rest[layers : 2 * layers - 1])
    return FoldedWeights(
        start, condition, biases, skip, skip_bias, dilated, residual, tuple(rest[2 * layers - 1 :])
    )


def fold(network: WN, dtype: torch.dtype | None = None) -> FoldedWeights:
    """The weights of a network folded, differentiably, and cast to `dtype` at the end.

    What all layers have in common is done for them together: a GPU waits for each small operation.
    """
    channels, layers = network.start.bias.shape[0], len(network.in_layers)
    start = torch.cat([network.start.weight[:, :, 0], network.start.bias[:, None]], 1)
    dilated = normalised(network.in_layers).unflatten(0, (layers, -1))
    first = torch.einsum("ock,ch->okh", dilated[0], start)
    others = dilated[1:].transpose(2, 3).contiguous().to(dtype)
    biases = biases_of(network.in_layers) + biases_of(network.cond_layers)
    # Of each layer's rows the last are the skip connection's; before them all but the last layer
    # have those of the residual.
    rows, row_biases = (
        normalised(network.res_skip_layers)[:, :, 0],
        biases_of(network.res_skip_layers),
    )
    sizes = (channels,) * (2 * layers - 1)
    parts, part_biases = rows.split(sizes), row_biases.split(sizes)
    end = network.end.weight[:, :, 0]
    return FoldedWeights(
        start.to(dtype),
        normalised(network.cond_layers)[:, :, 0].to(dtype),
        biases.to(dtype),
        (end @ torch.cat([*parts[1::2], parts[-1]], 1)).to(dtype),
        (end @ sum(part_biases[1::2], part_biases[-1]) + network.end.get_parameter("bias")).to(
            dtype
        ),
        (first.to(dtype), *others.unbind()),
        tuple(rows.to(dtype).split(sizes)[:-1:2]),
        tuple(row_biases.to(dtype).split(sizes)[:-1:2]),
    )


def normalised(layers: ModuleListOf[NormedConvolution]) -> Tensor:
    """The weights of convolutions, one below the other, (outputs of all, inputs, kernel)."""
    directions, norms = (
        [getattr(one, name) for one in layers] for name in ("weight_v", "weight_g")
    )
    weights: Tensor = torch._weight_norm(torch.cat(directions), torch.cat(norms), 0)
    return weights


def biases_of(layers: ModuleListOf[NormedConvolution]) -> Tensor:
    """The biases of convolutions, one after the other."""
    return torch.cat([layer.bias for layer in layers])


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
            [
                half
                for dilated in weights.dilated
                for half in dilated.flatten(1).split(self.channels)
            ],
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
