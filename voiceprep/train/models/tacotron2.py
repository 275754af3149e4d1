"""Tacotron 2 (Shen et al. 2017, arXiv:1712.05884), with the parameters of NVIDIA's model.

Text → encoder → one decoder step after the other, each looking where in the text it is → mel,
then a residual from the postnet. Its state_dict has the keys and shapes of NVIDIA's checkpoints.

Shapes: B clips, N symbols, M mel channels, T frames, S decoder steps of r frames each.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from ...config import setting
from ...errors import SettingError
from ..layers import Convolution, ConvolutionBlock, Linear, exact
from ..model import Batch, Prediction, valid_mask


@dataclass(frozen=True)
class Tacotron2Config:
    """The sizes of Tacotron 2 and its dropouts; the defaults are the published model's."""

    symbols: int = setting(148, "symbols of the embedding")
    symbol_dim: int = setting(512, "size of a symbol's embedding, and of the encoder")
    encoder_layers: int = setting(3, "convolutions of the encoder")
    encoder_kernel: int = setting(5, "symbols that one of them sees")
    prenet_dim: int = setting(256, "size of the prenet's two layers")
    attention_rnn_dim: int = setting(1024, "size of the LSTM that the attention asks with")
    attention_dim: int = setting(128, "size in which question and text are compared")
    location_filters: int = setting(32, "filters over where the attention has been")
    location_kernel: int = setting(31, "symbols that one of them sees")
    decoder_rnn_dim: int = setting(1024, "size of the LSTM that the mel is read from")
    postnet_dim: int = setting(512, "size of the postnet")
    postnet_layers: int = setting(5, "convolutions of the postnet")
    postnet_kernel: int = setting(5, "frames that one of them sees")
    mel_channels: int = setting(80, "channels of the mel; that of [mel] where one is trained")
    frames_per_step: int = setting(1, "frames a decoder step says at once, the r of the papers")
    encoder_dropout: float = setting(0.5, "dropout in the encoder")
    prenet_dropout: float = setting(0.5, "dropout in the prenet, which is never switched off")
    attention_dropout: float = setting(0.1, "dropout of the attention LSTM's output")
    decoder_dropout: float = setting(0.1, "dropout of the decoder LSTM's output")
    postnet_dropout: float = setting(0.5, "dropout in the postnet")
    padding: Literal["masked", "original"] = setting(
        "masked", "masked keeps padding out of every sum; original lets it in, as NVIDIA's does"
    )

    def __post_init__(self):
        for name in ("symbols", "mel_channels", "frames_per_step"):
            if getattr(self, name) < 1:
                raise SettingError(f"{name} = {getattr(self, name)}: at least 1 is wanted", name)
        for name in ("encoder_kernel", "location_kernel", "postnet_kernel"):
            if getattr(self, name) % 2 == 0:
                raise SettingError(f"{name} = {getattr(self, name)}: an odd number is wanted", name)
        if self.symbol_dim % 2:
            raise SettingError(
                f"symbol_dim = {self.symbol_dim}: an even number is wanted, as it reads both ways",
                "symbol_dim",
            )
        for name in ("encoder", "prenet", "attention", "decoder", "postnet"):
            if not 0 <= getattr(self, f"{name}_dropout") < 1:
                raise SettingError(f"{name}_dropout: from 0 to below 1 is wanted", name)


class Memory(NamedTuple):
    """The text as the decoder sees it: values (B, N, E), keys (B, N, A), and where it is text."""

    values: Tensor
    keys: Tensor
    mask: Tensor


class State(NamedTuple):
    """What one decoder step leaves to the next; all (B, …), attention weights (B, N)."""

    attention_hidden: Tensor
    attention_cell: Tensor
    decoder_hidden: Tensor
    decoder_cell: Tensor
    weights: Tensor
    cumulative: Tensor
    context: Tensor


class DropoutMasks(NamedTuple):
    """Factors, 0 or 1 / (1 - p), drawn ahead for every step; None where nothing is dropped.

    prenet: two of (S, B, prenet_dim); attention and decoder: (S, B, …).
    """

    prenet: tuple[Tensor, Tensor] | None = None
    attention: Tensor | None = None
    decoder: Tensor | None = None

    def at(self, step: int) -> "DropoutMasks":
        """The factors of one step."""
        return DropoutMasks(
            self.prenet and (self.prenet[0][step], self.prenet[1][step]),
            None if self.attention is None else self.attention[step],
            None if self.decoder is None else self.decoder[step],
        )


class Encoder(nn.Module):
    """Convolutions over the symbols and a bidirectional LSTM."""

    def __init__(self, dim: int, kernel: int, layers: int, dropout: float):
        super().__init__()
        self.convolutions = nn.ModuleList(
            ConvolutionBlock(dim, dim, kernel, "relu") for _ in range(layers)
        )
        self.lstm = nn.LSTM(dim, dim // 2, batch_first=True, bidirectional=True)
        self.dropout = dropout

    def forward(self, x: Tensor, lengths: Tensor, mask: Tensor | None) -> Tensor:
        """(B, dim, N) to (B, N, dim), zero beyond the lengths."""
        for block in self.convolutions:
            x = F.dropout(F.relu(block(x, mask)), self.dropout, self.training)
        packed = pack_padded_sequence(
            x.transpose(1, 2), lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        packed, _ = self.lstm(packed)
        return pad_packed_sequence(packed, batch_first=True, total_length=x.shape[2])[0]


class Prenet(nn.Module):
    """Two small layers that the last frame has to pass; their dropout is never switched off."""

    def __init__(self, inputs: int, dim: int):
        super().__init__()
        self.layers = nn.ModuleList(Linear(size, dim, bias=False) for size in (inputs, dim))

    def forward(self, x: Tensor, factors: tuple[Tensor, Tensor] | None) -> Tensor:
        """(…, M·r) to (…, dim)."""
        for number, layer in enumerate(self.layers):
            x = F.relu(layer(x))
            x = x if factors is None else x * factors[number]
        return x


class LocationLayer(nn.Module):
    """Where the attention has been, by the last step and by all: (B, 2, N) to (B, N, A)."""

    def __init__(self, filters: int, kernel: int, attention_dim: int):
        super().__init__()
        self.location_conv = Convolution(2, filters, kernel, bias=False)
        self.location_dense = Linear(filters, attention_dim, bias=False, gain="tanh")

    def forward(self, weights: Tensor) -> Tensor:
        """The features of each place."""
        return self.location_dense(self.location_conv(weights).transpose(1, 2))


class Attention(nn.Module):
    """Location-sensitive attention (Chorowski et al. 2015, arXiv:1506.07503)."""

    def __init__(self, config: Tacotron2Config):
        super().__init__()
        dim = config.attention_dim
        self.query_layer = Linear(config.attention_rnn_dim, dim, bias=False, gain="tanh")
        self.memory_layer = Linear(config.symbol_dim, dim, bias=False, gain="tanh")
        self.v = Linear(dim, 1, bias=False)
        self.location_layer = LocationLayer(config.location_filters, config.location_kernel, dim)

    def forward(self, query: Tensor, memory: Memory, state: State) -> tuple[Tensor, Tensor]:
        """The context, (B, E), and the weights over the text, (B, N)."""
        location = self.location_layer(torch.stack([state.weights, state.cumulative], 1))
        question = self.query_layer(query)[:, None]
        energies = self.v(torch.tanh(question + location + memory.keys))[:, :, 0]
        # Half precision has too few steps between weights of long texts.
        weights = F.softmax(exact(energies).masked_fill(~memory.mask, -torch.inf), 1)
        context = torch.bmm(weights.to(memory.values.dtype)[:, None], memory.values)[:, 0]
        return context, weights


class Decoder(nn.Module):
    """Mel frames one step after the other; the plain loop, by which faster ones are judged."""

    def __init__(self, config: Tacotron2Config):
        super().__init__()
        self.frame_size = config.mel_channels * config.frames_per_step
        self.prenet = Prenet(self.frame_size, config.prenet_dim)
        self.attention_rnn = nn.LSTMCell(
            config.prenet_dim + config.symbol_dim, config.attention_rnn_dim
        )
        self.attention_layer = Attention(config)
        self.decoder_rnn = nn.LSTMCell(
            config.attention_rnn_dim + config.symbol_dim, config.decoder_rnn_dim
        )
        read = config.decoder_rnn_dim + config.symbol_dim
        self.linear_projection = Linear(read, self.frame_size)
        self.gate_layer = Linear(read, 1, gain="sigmoid")

    def forward(
        self, memory: Memory, mel: Tensor, masks: DropoutMasks
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Teacher forced: each step hears the true frames before it.

        The frames (S, B, M·r), the gate's logits (S, B) and the weights (S, B, N), of the true
        mel (B, M, T).
        """
        inputs = self.prenet(self.teacher_frames(mel), masks.prenet)
        state, steps = self.first_state(memory), []
        for number, frame in enumerate(inputs):
            state, said, gate = self.step(frame, state, memory, masks.at(number))
            steps.append((said, gate, state.weights))
        said, gate, weights = (torch.stack(parts) for parts in zip(*steps, strict=True))
        return said, gate, weights

    def step(
        self, frame: Tensor, state: State, memory: Memory, masks: DropoutMasks
    ) -> tuple[State, Tensor, Tensor]:
        """One step from a prenet's output (B, prenet_dim): the new state, frames and gate logit."""
        heard = torch.cat([frame, state.context], 1)
        hidden, cell = self.attention_rnn(heard, (state.attention_hidden, state.attention_cell))
        hidden = hidden if masks.attention is None else hidden * masks.attention
        context, weights = self.attention_layer(hidden, memory, state)
        found = torch.cat([hidden, context], 1)
        said, decoder_cell = self.decoder_rnn(found, (state.decoder_hidden, state.decoder_cell))
        said = said if masks.decoder is None else said * masks.decoder
        cumulative = state.cumulative + weights
        state = State(hidden, cell, said, decoder_cell, weights, cumulative, context)
        read = torch.cat([said, context], 1)
        return state, self.linear_projection(read), self.gate_layer(read)[:, 0]

    def teacher_frames(self, mel: Tensor) -> Tensor:
        """What each step hears: zeros first, then the true frames before it, (S, B, M·r)."""
        grouped = mel.transpose(1, 2).reshape(len(mel), -1, self.frame_size).transpose(0, 1)
        return torch.cat([torch.zeros_like(grouped[:1]), grouped[:-1]])

    def remember(self, values: Tensor, mask: Tensor) -> Memory:
        """The encoder's output with its keys, computed once for all steps."""
        return Memory(values, self.attention_layer.memory_layer(values), mask)

    def first_state(self, memory: Memory) -> State:
        """All zeros."""
        size, symbols, width = memory.values.shape

        def zeros(*shape: int, like: Tensor = memory.values) -> Tensor:
            return like.new_zeros(size, *shape)

        attention, decoder = self.attention_rnn.hidden_size, self.decoder_rnn.hidden_size
        weights = exact(zeros(symbols))
        return State(
            zeros(attention),
            zeros(attention),
            zeros(decoder),
            zeros(decoder),
            weights,
            weights,
            zeros(width),
        )


Decode = Callable[[Decoder, Memory, Tensor, DropoutMasks], tuple[Tensor, Tensor, Tensor]]
"""A decoder's loop, of what Decoder.forward takes and gives."""


class Postnet(nn.Module):
    """Convolutions that look at the frames around each one and mend it."""

    def __init__(self, config: Tacotron2Config):
        super().__init__()
        last = config.postnet_layers - 1
        sizes = [config.mel_channels, *[config.postnet_dim] * last, config.mel_channels]
        self.convolutions = nn.ModuleList(
            ConvolutionBlock(
                sizes[number],
                sizes[number + 1],
                config.postnet_kernel,
                "linear" if number == last else "tanh",
            )
            for number in range(config.postnet_layers)
        )
        self.dropout = config.postnet_dropout

    def forward(self, mel: Tensor, mask: Tensor | None) -> Tensor:
        """What is to be added to a mel, (B, M, T)."""
        for block in self.convolutions[:-1]:
            mel = F.dropout(torch.tanh(block(mel, mask)), self.dropout, self.training)
        return F.dropout(self.convolutions[-1](mel, mask), self.dropout, self.training)


class Tacotron2(nn.Module):
    """Symbols to mels."""

    def __init__(self, config: Tacotron2Config = Tacotron2Config()):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.symbols, config.symbol_dim)
        bound = (6 / (config.symbols + config.symbol_dim)) ** 0.5
        nn.init.uniform_(self.embedding.weight, -bound, bound)
        self.encoder = Encoder(
            config.symbol_dim, config.encoder_kernel, config.encoder_layers, config.encoder_dropout
        )
        self.decoder = Decoder(config)
        self.postnet = Postnet(config)

    def forward(
        self,
        batch: Batch,
        masks: DropoutMasks | None = None,
        decode: Decode = Decoder.__call__,
    ) -> Prediction:
        """A teacher-forced pass; the dropout masks are drawn where none are given.

        `decode` is the decoder's loop: the plain one, or one that does the same sums sooner.
        """
        memory = self.encode(batch.text, batch.text_lengths)
        steps = batch.mel.shape[2] // self.config.frames_per_step
        if masks is None:
            masks = self.draw_masks(steps, len(batch.ids))
        said, gate, weights = decode(self.decoder, memory, batch.mel, masks)
        mel = self.unfold_frames(said)
        mask = self._mask(batch.mel_lengths, mel.shape[2])
        mended = mel + self.postnet(mel, mask)
        return Prediction(mel, mended, gate.transpose(0, 1), weights.transpose(0, 1))

    def encode(self, text: Tensor, lengths: Tensor) -> Memory:
        """The text (B, N) as the decoder sees it."""
        embedded = self.embedding(text).transpose(1, 2)
        values = self.encoder(embedded, lengths, self._mask(lengths, text.shape[1]))
        return self.decoder.remember(values, valid_mask(lengths, text.shape[1]))

    def unfold_frames(self, said: Tensor) -> Tensor:
        """What the steps said, (S, B, M·r), as a mel (B, M, T)."""
        size = said.shape[1]
        frames = said.transpose(0, 1).reshape(size, -1, self.config.mel_channels)
        return frames.transpose(1, 2)

    def draw_masks(
        self, steps: int, size: int, generator: torch.Generator | None = None
    ) -> DropoutMasks:
        """The decoder's dropout for `steps`: the prenet's always, the rest in training."""
        config, device = self.config, self.embedding.weight.device

        def draw(dim: int, probability: float) -> Tensor | None:
            if not probability:
                return None
            shape, keep = (steps, size, dim), 1 - probability
            kept = torch.empty(shape, device=device).bernoulli_(keep, generator=generator)
            return kept.div_(keep)

        first, second = (draw(config.prenet_dim, config.prenet_dropout) for _ in range(2))
        prenet = None if first is None or second is None else (first, second)
        if not self.training:
            return DropoutMasks(prenet)
        attention = draw(config.attention_rnn_dim, config.attention_dropout)
        return DropoutMasks(prenet, attention, draw(config.decoder_rnn_dim, config.decoder_dropout))

    def _mask(self, lengths: Tensor, size: int) -> Tensor | None:
        if self.config.padding == "original":
            return None
        return valid_mask(lengths, size)[:, None]


def without_dropout(config: Tacotron2Config) -> Tacotron2Config:
    """The same sizes with nothing dropped, the prenet included."""
    none = dict.fromkeys(("encoder", "prenet", "attention", "decoder", "postnet"), 0.0)
    return replace(config, **{f"{name}_dropout": value for name, value in none.items()})
