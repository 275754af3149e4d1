"""Free running, sooner: a stepper whose weights are laid out once for all that is spoken."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import fuse_conv_bn_weights

from ..layers import Convolution
from ..models.tacotron2 import Decoder, Memory, Postnet, Tacotron2
from ..stepper import Factors, MakeStepper, Stepper
from .decode import attention_parts, energy_bias, found_weight, read_parameters
from .lstm import advance
from .places import Windows
from .products import Product


@dataclass(frozen=True, eq=False)
class LaidOut:
    """A model's parameters for speaking: of each LSTM one product, of frames and gate one.

    mending: the postnet's convolutions with their batch norms in them, weights and biases.
    """

    decoder: Decoder
    dtype: torch.dtype
    asking: Product
    asking_bias: Tensor
    saying: Product
    saying_bias: Tensor
    reading: tuple[Tensor, Tensor]
    mending: tuple[tuple[Tensor, Tensor], ...]


def fast_stepper(model: Tacotron2, dtype: torch.dtype = torch.float32) -> MakeStepper:
    """What begins to speak as PlainStepper does; to be made anew when the model has learnt.

    dtype is that of the LSTMs' products, where at batch 1 reading their weights is most of a step
    and bfloat16 halves it, and of the postnet's. States, attention and frames stay float32.
    """
    weights = _lay_out(model.decoder, model.postnet, dtype)

    def begin(_: Tacotron2, memory: Memory) -> Stepper:
        return FastStepper(weights, memory)

    return begin


@torch.no_grad()
def _lay_out(decoder: Decoder, postnet: Postnet, dtype: torch.dtype) -> LaidOut:
    asking, saying = decoder.attention_rnn, decoder.decoder_rnn
    heard = torch.cat([asking.weight_ih, asking.weight_hh], 1)
    found = torch.cat([found_weight(decoder), saying.weight_hh], 1)
    return LaidOut(
        decoder,
        dtype,
        Product(heard.to(dtype), 1),
        (asking.bias_ih + asking.bias_hh).to(dtype),
        Product(found.to(dtype), 1),
        (saying.bias_ih + saying.bias_hh).to(dtype),
        read_parameters(decoder),
        tuple(_folded(*block, dtype) for block in postnet.convolutions),
    )


def _folded(
    convolution: Convolution, norm: nn.BatchNorm1d, dtype: torch.dtype
) -> tuple[Tensor, Tensor]:
    """A convolution that normalises by the running statistics, too."""
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
    """The sums of PlainStepper, in buffers that are cut down with the batch; see Stepper.

    Side by side in `heard`: the prenet's output, context, the attention's hidden state and what
    was said. The attention's LSTM reads the first three of them, the decoder's the last three.
    """

    @torch.no_grad()
    def __init__(self, weights: LaidOut, memory: Memory):
        self.weights, decoder = weights, weights.decoder
        exact = weights.reading[0].dtype
        self.bias = energy_bias(memory.mask, exact)
        parts = attention_parts(decoder.attention_layer, memory, exact)
        self.query, location, self.energy, self.keys, self.values = parts
        self.kernel, self.location = location.shape[2], location.flatten(1).t()
        size, symbols, width = self.values.shape
        asking, saying = decoder.attention_rnn.hidden_size, decoder.decoder_rnn.hidden_size
        self.sizes = (decoder.attention_rnn.input_size - width, width, asking, saying)
        new = self.values.new_zeros
        self.heard = new(size, sum(self.sizes), dtype=weights.dtype)
        self.asking_cell, self.saying_cell = new(size, asking), new(size, saying)
        self._make_room(new(size, 2, symbols))

    @torch.no_grad()
    def step(self, frames: Tensor, factors: Factors) -> tuple[Tensor, Tensor, Tensor]:
        """See Stepper."""
        weights, exact = self.weights, self.values.dtype
        prenet, context, asked, said = self.heard.split(self.sizes, 1)
        prenet.copy_(weights.decoder.prenet(frames, factors))
        gates = weights.asking(self.heard[:, : -said.shape[1]].contiguous(), self.asking_bias)
        hidden = advance(gates.to(exact), self.asking_cell, self.asking_cell)
        asked.copy_(hidden)
        looked = self._look(hidden)
        seen = torch.bmm(looked[:, None], self.values)[:, 0]
        context.copy_(seen)
        gates = weights.saying(self.heard[:, prenet.shape[1] :].contiguous(), self.saying_bias)
        hidden = advance(gates.to(exact), self.saying_cell, self.saying_cell)
        said.copy_(hidden)
        together = F.linear(torch.cat([hidden, seen], 1), *weights.reading)
        return together[:, :-1], together[:, -1], looked

    def keep(self, rows: Tensor) -> None:
        """See Stepper."""
        for name in ("bias", "keys", "values", "heard", "asking_cell", "saying_cell"):
            setattr(self, name, getattr(self, name)[rows])
        self._make_room(self.windows.inner[rows])

    @torch.no_grad()
    def mend(self, mel: Tensor) -> Tensor:
        """See Stepper."""
        added = mel[None].to(self.weights.dtype)
        for number, (weight, bias) in enumerate(self.weights.mending):
            bent = torch.tanh(added) if number else added
            added = F.conv1d(bent, weight, bias, padding=weight.shape[2] // 2)
        return (mel + added[0]).float()

    def _make_room(self, places: Tensor) -> None:
        size, _, symbols = places.shape
        self.windows = Windows((size,), symbols, self.kernel, places)
        self.windows.inner.copy_(places)
        self.bent = torch.empty_like(self.keys)
        weights = self.weights
        self.asking_bias = weights.asking_bias.expand(size, -1).contiguous()
        self.saying_bias = weights.saying_bias.expand(size, -1).contiguous()

    def _look(self, hidden: Tensor) -> Tensor:
        """The weights over the text, (B, N)."""
        bent, keys = self.bent.flatten(0, 1), self.keys.flatten(0, 1)
        torch.addmm(keys, self.windows.gather(), self.location, out=bent)
        self.bent.add_(F.linear(hidden, self.query)[:, None]).sigmoid_()
        looked = torch.softmax(torch.mv(bent, self.energy).view_as(self.bias) + self.bias, 1)
        self.windows.inner[:, 0] = looked
        self.windows.inner[:, 1] += looked
        return looked
