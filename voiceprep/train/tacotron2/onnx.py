"""Tacotron 2 as ONNX graphs, with the files and value names of DeepLearningExamples.

Shapes: B clips, N symbols, M mel channels, F frames; all but the model's sizes are free.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..checkpoints.onnx import Graph
from ..tensors import valid_mask
from .config import Tacotron2Config
from .network import DropoutMasks, Memory, State, Tacotron2

_BACK = "_reverse"


class OnnxEncoder(nn.Module):
    """The encoder: symbols to the decoder's memory."""

    def __init__(self, model: Tacotron2):
        super().__init__()
        self.model = model
        self.onwards, self.backwards = (_one_way(model.encoder.lstm, end) for end in ("", _BACK))

    def forward(self, sequences: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B, N) and (B,) to values (B, N, E), zero beyond the lengths, keys (B, N, A), lengths."""
        model = self.model
        mask = valid_mask(lengths, sequences.shape[1])[:, None]
        kept = None if model.config.padding == "original" else mask
        x = model.embedding(sequences).transpose(1, 2)
        for block in model.encoder.convolutions:
            x = F.relu(block(x, kept))
        x = x.transpose(1, 2)
        # Each text is reversed within its length; padding stays in place.
        places = torch.arange(sequences.shape[1])[None]
        turned = torch.where(mask[:, 0], lengths[:, None] - 1 - places, places)[:, :, None]
        back = self.backwards(x.gather(1, turned.expand(-1, -1, x.shape[2])))[0]
        back = back.gather(1, turned.expand(-1, -1, back.shape[2]))
        values = torch.cat([self.onwards(x)[0], back], 2) * mask.transpose(1, 2)
        # An output needs a name of its own, even if it is an input.
        return values, model.decoder.attention_layer.memory_layer(values), lengths + 0


def _one_way(both: nn.LSTM, end: str) -> nn.LSTM:
    """One direction of a bidirectional LSTM, by the end of its parameters' names."""
    one = nn.LSTM(both.input_size, both.hidden_size, batch_first=True)
    one.load_state_dict({name: getattr(both, name + end) for name in one.state_dict()})
    return one


class OnnxDecoderStep(nn.Module):
    """One decoder step; the prenet's dropout is drawn within it in each call."""

    def __init__(self, model: Tacotron2):
        super().__init__()
        self.decoder, self.dropped = model.decoder, model.config.prenet_dropout
        self.prenet_dim = model.config.prenet_dim

    def forward(
        self,
        frame: Tensor,
        attention_hidden: Tensor,
        attention_cell: Tensor,
        decoder_hidden: Tensor,
        decoder_cell: Tensor,
        weights: Tensor,
        cumulative: Tensor,
        context: Tensor,
        values: Tensor,
        keys: Tensor,
        padding: Tensor,
        *drawn: Tensor,
    ) -> tuple[Tensor, ...]:
        """From the last frame, the state and the memory, whose padding is True: frame, gate, state.

        drawn: uniform draws for both layers of the prenet, (B, prenet_dim), instead of its own.
        """
        state = State(
            attention_hidden,
            attention_cell,
            decoder_hidden,
            decoder_cell,
            weights,
            cumulative,
            context,
        )
        factors = None
        if self.dropped:
            like = frame[:, :1].expand(-1, self.prenet_dim)
            first, second = drawn or (torch.rand_like(like), torch.rand_like(like))
            factors = (self._kept(first), self._kept(second))
        inputs = self.decoder.prenet(frame, factors)
        memory = Memory(values, keys, ~padding)
        state, mel, gate = self.decoder.step(inputs, state, memory, DropoutMasks())
        return mel, gate[:, None], *state

    def _kept(self, drawn: Tensor) -> Tensor:
        return (drawn >= self.dropped).float() / (1 - self.dropped)


class OnnxPostnet(nn.Module):
    """A mel with the postnet's residual."""

    def __init__(self, model: Tacotron2):
        super().__init__()
        self.postnet = model.postnet

    def forward(self, mel: Tensor) -> Tensor:
        """(B, M, F) to the same."""
        residual: Tensor = self.postnet(mel, None)
        return mel + residual


def _text(model: Tacotron2, batch: int, length: int) -> tuple[Tensor, ...]:
    lengths = torch.tensor([length, *[max(1, length - 2)] * (batch - 1)])
    return torch.randint(model.config.symbols, (batch, length)), lengths


def _step(model: Tacotron2, batch: int, length: int) -> tuple[Tensor, ...]:
    config: Tacotron2Config = model.config
    attention, decoder = config.attention_rnn_dim, config.decoder_rnn_dim
    weights = torch.softmax(torch.randn(batch, length), 1)
    values = torch.randn(batch, length, config.symbol_dim)
    shapes = (attention, attention, decoder, decoder)
    return (
        torch.randn(batch, config.mel_channels * config.frames_per_step),
        *(torch.tanh(torch.randn(batch, shape)) for shape in shapes),
        weights,
        weights,
        torch.randn(batch, config.symbol_dim),
        values,
        model.decoder.attention_layer.memory_layer(values),
        ~valid_mask(torch.tensor([length, *[max(1, length - 2)] * (batch - 1)]), length),
    )


def _mel(model: Tacotron2, batch: int, length: int) -> tuple[Tensor, ...]:
    return (torch.randn(batch, model.config.mel_channels, length),)


_STATE = (
    "attention_hidden",
    "attention_cell",
    "decoder_hidden",
    "decoder_cell",
    "attention_weights",
    "attention_weights_cum",
    "attention_context",
)
_MEMORY = ("memory", "processed_memory")
_STEP_INPUTS = ("decoder_input", *_STATE, *_MEMORY, "mask")
_STEP_OUTPUTS = ("decoder_output", "gate_prediction", *(f"out_{name}" for name in _STATE))
_BY_SYMBOL = ("attention_weights", "attention_weights_cum", *_MEMORY, "mask")


def _step_axes() -> dict[str, dict[int, str]]:
    axes: dict[str, dict[int, str]] = {}
    for name in (*_STEP_INPUTS, *_STEP_OUTPUTS):
        lengths = {1: "seq_len"} if name.removeprefix("out_") in _BY_SYMBOL else {}
        axes[name] = {0: "batch_size", **lengths}
    return axes


GRAPHS: tuple[Graph[Tacotron2], ...] = (
    Graph(
        "encoder.onnx",
        OnnxEncoder,
        _text,
        ("sequences", "sequence_lengths"),
        (*_MEMORY, "lens"),
        {
            "sequences": {0: "batch_size", 1: "text_seq"},
            "sequence_lengths": {0: "batch_size"},
            **{name: {0: "batch_size", 1: "mem_seq"} for name in _MEMORY},
            "lens": {0: "batch_size"},
        },
    ),
    Graph("decoder_iter.onnx", OnnxDecoderStep, _step, _STEP_INPUTS, _STEP_OUTPUTS, _step_axes()),
    Graph(
        "postnet.onnx",
        OnnxPostnet,
        _mel,
        ("mel_outputs",),
        ("mel_outputs_postnet",),
        {name: {0: "batch_size", 2: "mel_seq"} for name in ("mel_outputs", "mel_outputs_postnet")},
    ),
)
"""The graphs in the order in which they are run."""
