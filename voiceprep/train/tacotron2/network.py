"""Tacotron 2 (Shen et al. 2017, arXiv:1712.05884), with the parameters of NVIDIA's model.

Text → encoder → decoder steps, each attending to its place in the text → mel, then a residual from
the postnet. Its state_dict has the keys and shapes of NVIDIA's checkpoints.

Shapes: B clips, N symbols, M mel channels, T frames, S decoder steps of r frames each.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from ..tensors import Batch, ModuleListOf, Prediction, exact, valid_mask
from .config import Tacotron2Config
from .layers import Convolution, ConvolutionBlock, Linear


class Memory(NamedTuple):
    """The encoded text: values (B, N, E), keys (B, N, A), and a mask that is True at symbols."""

    values: Tensor
    keys: Tensor
    mask: Tensor


class State(NamedTuple):
    """The recurrent state between decoder steps; all (B, …), attention weights (B, N)."""

    attention_hidden: Tensor
    attention_cell: Tensor
    decoder_hidden: Tensor
    decoder_cell: Tensor
    weights: Tensor
    cumulative: Tensor
    context: Tensor


class DropoutMasks(NamedTuple):
    """Dropout factors, 0 or 1 / (1 - p), drawn ahead for every step; None for no dropout.

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
        self.convolutions = ModuleListOf(
            ConvolutionBlock(dim, dim, kernel, "relu") for _ in range(layers)
        )
        self.lstm = nn.LSTM(dim, dim // 2, batch_first=True, bidirectional=True)
        self.dropout = dropout

    def forward(
        self, x: Tensor, lengths: Tensor, counts: Sequence[int], mask: Tensor | None
    ) -> Tensor:
        """(B, dim, N) to (B, N, dim), zero beyond the lengths; `counts` are these on the host."""
        for block in self.convolutions:
            x = F.dropout(F.relu(block(x, mask)), self.dropout, self.training)
        # Sorted here: torch's own sorting copies the order to a GPU and back, and waits for it.
        order = torch.argsort(lengths, descending=True)
        x = x.transpose(1, 2).index_select(0, order)
        packed = pack_padded_sequence(x, sorted(counts, reverse=True), batch_first=True)
        packed, _ = self.lstm(packed)
        padded, _ = pad_packed_sequence(packed, batch_first=True, total_length=x.shape[1])
        return padded.index_select(0, torch.argsort(order))


class Prenet(nn.Module):
    """Two small layers on the previous frame, a bottleneck with dropout in inference too."""

    def __init__(self, inputs: int, dim: int):
        super().__init__()
        self.layers = ModuleListOf(Linear(size, dim, bias=False) for size in (inputs, dim))

    def forward(self, x: Tensor, factors: tuple[Tensor, Tensor] | None) -> Tensor:
        """(…, M·r) to (…, dim)."""
        for number, layer in enumerate(self.layers):
            x = F.relu(layer(x))
            x = x if factors is None else x * factors[number]
        return x


class LocationLayer(nn.Module):
    """Location features of the last and the cumulative attention: (B, 2, N) to (B, N, A)."""

    def __init__(self, filters: int, kernel: int, attention_dim: int):
        super().__init__()
        self.location_conv = Convolution(2, filters, kernel, bias=False)
        self.location_dense = Linear(filters, attention_dim, bias=False, gain="tanh")

    def forward(self, weights: Tensor) -> Tensor:
        """The features of each symbol."""
        features: Tensor = self.location_dense(self.location_conv(weights).transpose(1, 2))
        return features


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
        projected = self.query_layer(query)[:, None]
        energies = self.v(torch.tanh(projected + location + memory.keys))[:, :, 0]
        # Half precision resolves the weights of long texts too coarsely.
        weights = F.softmax(exact(energies).masked_fill(~memory.mask, -torch.inf), 1)
        context = torch.bmm(weights.to(memory.values.dtype)[:, None], memory.values)[:, 0]
        return context, weights


class Decoder(nn.Module):
    """Mel frames step by step; the plain loop is the reference for the fast one."""

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
        features = config.decoder_rnn_dim + config.symbol_dim
        self.linear_projection = Linear(features, self.frame_size)
        self.gate_layer = Linear(features, 1, gain="sigmoid")

    def forward(
        self, memory: Memory, mel: Tensor, masks: DropoutMasks
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Teacher-forced: each step gets the true frames before it, of the mel (B, M, T).

        The frames (S, B, M·r), the gate's logits (S, B) and the weights (S, B, N).
        """
        inputs = self.prenet(self.teacher_frames(mel), masks.prenet)
        state, steps = self.first_state(memory), []
        for number, frame in enumerate(inputs):
            state, frames, gate = self.step(frame, state, memory, masks.at(number))
            steps.append((frames, gate, state.weights))
        frames, gate, weights = (torch.stack(parts) for parts in zip(*steps, strict=True))
        return frames, gate, weights

    def step(
        self, frame: Tensor, state: State, memory: Memory, masks: DropoutMasks
    ) -> tuple[State, Tensor, Tensor]:
        """One step from a prenet's output (B, prenet_dim): the new state, frames and gate logit."""
        inputs = torch.cat([frame, state.context], 1)
        query, cell = self.attention_rnn(inputs, (state.attention_hidden, state.attention_cell))
        query = query if masks.attention is None else query * masks.attention
        context, weights = self.attention_layer(query, memory, state)
        inputs = torch.cat([query, context], 1)
        hidden, decoder_cell = self.decoder_rnn(inputs, (state.decoder_hidden, state.decoder_cell))
        hidden = hidden if masks.decoder is None else hidden * masks.decoder
        cumulative = state.cumulative + weights
        state = State(query, cell, hidden, decoder_cell, weights, cumulative, context)
        features = torch.cat([hidden, context], 1)
        return state, self.linear_projection(features), self.gate_layer(features)[:, 0]

    def teacher_frames(self, mel: Tensor) -> Tensor:
        """The input of each step: zeros first, then the true frames before it, (S, B, M·r)."""
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
"""A decoder's loop, with the signature of Decoder.forward."""


class Postnet(nn.Module):
    """Convolutions over time that predict a residual to the mel."""

    def __init__(self, config: Tacotron2Config):
        super().__init__()
        last = config.postnet_layers - 1
        sizes = [config.mel_channels, *[config.postnet_dim] * last, config.mel_channels]
        self.convolutions = ModuleListOf(
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
        """The residual to add to a mel, (B, M, T)."""
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

        `decode` is the decoder's loop: the plain one, or an optimised one.
        """
        memory = self.encode(batch.text, batch.text_lengths, batch.lengths.text)
        steps = batch.mel.shape[2] // self.config.frames_per_step
        if masks is None:
            masks = self.draw_masks(steps, len(batch.ids))
        frames, gate, weights = decode(self.decoder, memory, batch.mel, masks)
        mel = self.unfold_frames(frames)
        mask = self._mask(batch.mel_lengths, mel.shape[2])
        mel_postnet = mel + self.postnet(mel, mask)
        return Prediction(mel, mel_postnet, gate.transpose(0, 1), weights.transpose(0, 1))

    def encode(self, text: Tensor, lengths: Tensor, counts: Sequence[int] | None = None) -> Memory:
        """The text (B, N) as the decoder's memory.

        `counts` are the lengths on the host; without them a GPU is asked, and waited for.
        """
        if counts is None:
            counts = lengths.tolist()
        embedded = self.embedding(text).transpose(1, 2)
        values = self.encoder(embedded, lengths, counts, self._mask(lengths, text.shape[1]))
        return self.decoder.remember(values, valid_mask(lengths, text.shape[1]))

    def unfold_frames(self, frames: Tensor) -> Tensor:
        """The steps' outputs, (S, B, M·r), as a mel (B, M, T)."""
        size = frames.shape[1]
        frames = frames.transpose(0, 1).reshape(size, -1, self.config.mel_channels)
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
    """The same sizes without dropout, in the prenet too."""
    return replace(
        config,
        encoder_dropout=0.0,
        prenet_dropout=0.0,
        attention_dropout=0.0,
        decoder_dropout=0.0,
        postnet_dropout=0.0,
    )
