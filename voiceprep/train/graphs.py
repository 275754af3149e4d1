"""What is exported of each model: DeepLearningExamples' parts, with its names of files and values.

Shapes: B clips, N symbols, M mel channels, F frames, G samples a group, T groups; all but the
sizes of the model are free.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .model import valid_mask
from .models.tacotron2 import DropoutMasks, Memory, State, Tacotron2, Tacotron2Config
from .models.waveglow import WN, NormedConvolution, WaveGlow, WaveGlowConfig

_BACK = "_reverse"


@dataclass(frozen=True)
class Graph:
    """A file of a graph: `part` makes it of the model, `inputs` values that it may be given.

    `axes` names those axes of inputs and outputs whose length is free; `example` makes inputs for
    a batch and a length, in the order of `inputs`.
    """

    file: str
    part: Callable[[nn.Module], nn.Module]
    example: Callable[[nn.Module, int, int], tuple[Tensor, ...]]
    inputs: Sequence[str]
    outputs: Sequence[str]
    axes: Mapping[str, Mapping[int, str]] = field(default_factory=dict)


class Encoder(nn.Module):
    """Symbols to what the decoder looks at."""

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
        # Each text from its end to its beginning, and what is beyond the end where it is.
        places = torch.arange(sequences.shape[1])[None]
        turned = torch.where(mask[:, 0], lengths[:, None] - 1 - places, places)[:, :, None]
        back = self.backwards(x.gather(1, turned.expand(-1, -1, x.shape[2])))[0]
        back = back.gather(1, turned.expand(-1, -1, back.shape[2]))
        values = torch.cat([self.onwards(x)[0], back], 2) * mask.transpose(1, 2)
        # A name of its own for what goes through as it is.
        return values, model.decoder.attention_layer.memory_layer(values), lengths + 0


def _one_way(both: nn.LSTM, end: str) -> nn.LSTM:
    """One direction of a bidirectional LSTM, by the end of its parameters' names."""
    one = nn.LSTM(both.input_size, both.hidden_size, batch_first=True)
    one.load_state_dict({name: getattr(both, name + end) for name in one.state_dict()})
    return one


class DecoderStep(nn.Module):
    """One step of the decoder; what the prenet drops is drawn within, anew in each call."""

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
        """The last frame, the state, and the text, whose padding is True: frame, gate, state.

        drawn: from 0 to 1, for both layers of the prenet, (B, prenet_dim), to know what is dropped.
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
        heard = self.decoder.prenet(frame, factors)
        memory = Memory(values, keys, ~padding)
        state, said, gate = self.decoder.step(heard, state, memory, DropoutMasks())
        return said, gate[:, None], *state

    def _kept(self, drawn: Tensor) -> Tensor:
        return (drawn >= self.dropped).float() / (1 - self.dropped)


class Postnet(nn.Module):
    """A mel, mended."""

    def __init__(self, model: Tacotron2):
        super().__init__()
        self.postnet = model.postnet

    def forward(self, mel: Tensor) -> Tensor:
        """(B, M, F) to the same."""
        return mel + self.postnet(mel, None)


class Unmixing(nn.Module):
    """The matrix that undoes a mixing, as a number of the graph."""

    def __init__(self, matrix: Tensor):
        super().__init__()
        self.register_buffer("matrix", matrix)

    def inverse(self) -> Tensor:
        """(K, K)."""
        return self.matrix


class Vocoder(nn.Module):
    """Noise and a mel to sound, with weights folded and matrices inverted."""

    def __init__(self, model: WaveGlow):
        super().__init__()
        self.model = copy.deepcopy(model)
        with torch.no_grad():
            self.model.convinv = nn.ModuleList(Unmixing(one.inverse()) for one in model.convinv)
            for network in self.model.WN:
                _fold(network)

    def forward(self, mel: Tensor, noise: Tensor) -> Tensor:
        """(B, M, F) and (B, G, T), T at most F · hop / G, to (B, T · G).

        Of the noise's channels those that remain to the last flow are the first, then those that
        are done early, the last of them first.
        """
        config = self.model.config
        sizes = [config.leaves(flow) for flow in range(config.flows) if config.leaves(flow)]
        parts = noise.split([config.channels(config.flows - 1), *reversed(sizes)], 1)
        return self.model.inverse(torch.cat(parts[::-1], 1), mel)


def _fold(network: WN) -> None:
    """Put plain convolutions in the place of those with weight norm."""
    for name, layer in list(network.named_modules()):
        if isinstance(layer, NormedConvolution):
            outputs, inputs, kernel = layer.weight_v.shape
            plain = nn.Conv1d(
                inputs, outputs, kernel, padding=layer.padding, dilation=layer.dilation
            )
            plain.weight.copy_(layer.weight)
            plain.bias.copy_(layer.bias)
            network.set_submodule(name, plain)


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


def _mel_and_noise(model: WaveGlow, batch: int, length: int) -> tuple[Tensor, ...]:
    config: WaveGlowConfig = model.config
    places = length * config.hop_length // config.groups
    mel = torch.randn(batch, config.mel_channels, length)
    return mel, torch.randn(batch, config.groups, places)


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
_HEARD = ("decoder_input", *_STATE, *_MEMORY, "mask")
_SAID = ("decoder_output", "gate_prediction", *(f"out_{name}" for name in _STATE))
_BY_SYMBOL = ("attention_weights", "attention_weights_cum", *_MEMORY, "mask")


def _step_axes() -> dict[str, dict[int, str]]:
    axes: dict[str, dict[int, str]] = {}
    for name in (*_HEARD, *_SAID):
        lengths = {1: "seq_len"} if name.removeprefix("out_") in _BY_SYMBOL else {}
        axes[name] = {0: "batch_size", **lengths}
    return axes


GRAPHS = {
    "tacotron2": (
        Graph(
            "encoder.onnx",
            Encoder,
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
        Graph("decoder_iter.onnx", DecoderStep, _step, _HEARD, _SAID, _step_axes()),
        Graph(
            "postnet.onnx",
            Postnet,
            _mel,
            ("mel_outputs",),
            ("mel_outputs_postnet",),
            {
                name: {0: "batch_size", 2: "mel_seq"}
                for name in ("mel_outputs", "mel_outputs_postnet")
            },
        ),
    ),
    "waveglow": (
        Graph(
            "waveglow.onnx",
            Vocoder,
            _mel_and_noise,
            ("mel", "z"),
            ("audio",),
            {
                "mel": {0: "batch_size", 2: "mel_seq"},
                "z": {0: "batch_size", 2: "z_seq"},
                "audio": {0: "batch_size", 1: "audio_seq"},
            },
        ),
    ),
}
"""By the model's name, in the order in which they are run."""
