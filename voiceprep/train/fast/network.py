"""The network of a WaveGlow's flow as few large matrix products, one row for each place in time.

A layer of the original is a dilated convolution, a convolution of the conditions, and one that
ends in a share of what comes next and a share of what is skipped to the end. Here the first two
are one product, of all that a place sees. The layers that stand before the first of them and
after the last are linear, and are multiplied into their neighbours beforehand: the first layer
sees the half itself with a one beside it, which is zero outside of the sound, and of all that is
skipped only the few channels are computed that the end makes of it.

Shapes: B clips, T places, H channels of half a flow, C of the network, E of the conditions, K
kernel, D layers.
"""

from itertools import cycle
from typing import NamedTuple

import torch
from torch import Tensor

from ..models.waveglow import WN
from .products import Layer, Product


class Folded(NamedTuple):
    """The weights of a network, with as few products as there may be.

    start: (C, H + 1), the bias beside it; sees: of each layer (2·C, K·inputs), tap by tap, the
    inputs being H + 1 of the first and C of the others; told: (D·2·C, E) and biases (D·2·C,), of
    all layers; passes: of all but the last (C, C), pass_biases (C,); read: (2·H, D·C), of all
    layers side by side, read_bias (2·H,).
    """

    start: Tensor
    told: Tensor
    biases: Tensor
    read: Tensor
    read_bias: Tensor
    sees: tuple[Tensor, ...]
    passes: tuple[Tensor, ...]
    pass_biases: tuple[Tensor, ...]

    def tensors(self) -> tuple[Tensor, ...]:
        """All of them in a row, as `folded` takes them back."""
        return *self[:5], *self.sees, *self.passes, *self.pass_biases

    def to(self, dtype: torch.dtype) -> "Folded":
        """The same in another type."""
        return folded([one.to(dtype) for one in self.tensors()])


def folded(tensors: list[Tensor]) -> Folded:
    """What `Folded.tensors` gave."""
    layers = (len(tensors) - 5 + 2) // 3
    sees, passes = tensors[5 : 5 + layers], tensors[5 + layers : 4 + 2 * layers]
    return Folded(*tensors[:5], tuple(sees), tuple(passes), tuple(tensors[4 + 2 * layers :]))


def fold(network: WN) -> Folded:
    """The weights of a network folded, so that gradients find their way back."""
    channels = network.start.bias.shape[0]
    start = torch.cat([network.start.weight[:, :, 0], network.start.bias[:, None]], 1)
    inwards = [layer.weight for layer in network.in_layers]
    first = torch.einsum("ock,ch->okh", inwards[0], start)
    outwards = [layer.weight[:, :, 0] for layer in network.res_skip_layers]
    biases = [layer.bias for layer in network.res_skip_layers]
    end = network.end.weight[:, :, 0]
    skipped = sum(bias[-channels:] for bias in biases)
    pairs = zip(network.in_layers, network.cond_layers, strict=True)
    return Folded(
        start,
        torch.cat([layer.weight[:, :, 0] for layer in network.cond_layers]),
        torch.cat([inward.bias + condition.bias for inward, condition in pairs]),
        end @ torch.cat([weight[-channels:] for weight in outwards], 1),
        end @ skipped + network.end.bias,
        tuple(one.flatten(1) for one in (first, *(w.transpose(1, 2) for w in inwards[1:]))),
        tuple(weight[:channels] for weight in outwards[:-1]),
        tuple(bias[:channels] for bias in biases[:-1]),
    )


class Surroundings:
    """What a product sees at every place: its neighbours, tap by tap, and then the conditions.

    conditions: (B, T, E), written once; channels: the most that a tap may have.
    """

    def __init__(self, conditions: Tensor, kernel: int, channels: int):
        batch, places, width = conditions.shape
        self.kernel, self.reach = kernel, kernel * channels
        self.rows = conditions.new_empty(batch, places, self.reach + width)
        self.conditions = self.rows[..., self.reach :]
        self.conditions.copy_(conditions)

    def gather(self, source: Tensor, dilation: int) -> Tensor:
        """The rows for neighbours so far apart, (B·T, K·channels + E); source: (B, T, channels)."""
        first = self.reach - self.kernel * source.shape[2]
        taps = self.rows[..., first : self.reach].unflatten(2, (self.kernel, -1))
        spread(source, dilation, taps)
        return self.rows.flatten(0, 1)[:, first:]


def spread(source: Tensor, dilation: int, taps: Tensor) -> None:
    """Writes each place's neighbours of (B, T, channels) to (B, T, K, channels), zero outside."""
    places, kernel = source.shape[1], taps.shape[2]
    for tap in range(kernel):
        shift = (tap - kernel // 2) * dilation
        start, stop = min(max(-shift, 0), places), max(min(places - shift, places), 0)
        taps[:, :start, tap] = 0
        taps[:, stop:, tap] = 0
        if start < stop:
            taps[:, start:stop, tap] = source[:, start + shift : stop + shift]


class Activated(NamedTuple):
    """What the way back needs of a layer: its input (B, T, ·), and gates and filters (B·T, C)."""

    source: Tensor
    gates: Tensor
    filters: Tensor


class Network:
    """A network whose weights are laid out for products of about so many rows."""

    def __init__(self, weights: Folded, rows: int):
        self.channels, self.layers = len(weights.start), len(weights.sees)
        looks = zip(
            [half for sees in weights.sees for half in sees.split(self.channels)],
            weights.told.split(self.channels),
            weights.biases.split(self.channels),
            cycle(("tanh", "sigmoid")),
            strict=False,
        )
        self.sees = [
            Layer(torch.cat([part, told], 1), bias, rows, bend) for part, told, bias, bend in looks
        ]
        self.start = Layer(weights.start, torch.zeros_like(weights.start[:, 0]), rows)
        passes = zip(weights.passes, weights.pass_biases, strict=True)
        self.passes = [Product(weight.contiguous(), rows, bias) for weight, bias in passes]
        self.read = Layer(weights.read, weights.read_bias, rows)

    def __call__(
        self, source: Tensor, seen: Surroundings, kept: list[Activated] | None = None
    ) -> Tensor:
        """(B, T, H + 1), the half and a one, to shift and log scale, (B, T, 2·H).

        What the way back needs is put in `kept`.
        """
        batch, places, _ = source.shape
        said = source.new_empty(batch * places, self.layers * self.channels)
        hidden = self.start(source.flatten(0, 1)) if self.layers > 1 else None
        for layer, out in enumerate(said.chunk(self.layers, 1)):
            rows = seen.gather(source, 2**layer)
            gates, filters = (look(rows) for look in self.sees[2 * layer : 2 * layer + 2])
            if kept is not None:
                kept.append(Activated(source, gates, filters))
            torch.mul(gates, filters, out=out)
            if layer < self.layers - 1:
                hidden = self.passes[layer](out, hidden)
                source = hidden.view(batch, places, -1)
        return self.read(said).view(batch, places, -1)
