"""WaveGlow as an ONNX graph, with the file and value names of DeepLearningExamples.

Shapes: B clips, M mel channels, F frames, G samples a group, T groups; all but the model's
sizes are free.
"""

import copy

import torch
from torch import Tensor, nn

from ..checkpoints.onnx import Graph
from .config import WaveGlowConfig
from .network import WN, NormedConvolution, WaveGlow


class InvertedMixing(nn.Module):
    """The inverse matrix of a mixing, as a constant of the graph."""

    def __init__(self, matrix: Tensor):
        super().__init__()
        self.matrix: Tensor
        self.register_buffer("matrix", matrix)

    def inverse(self) -> Tensor:
        """(K, K)."""
        return self.matrix


class OnnxVocoder(nn.Module):
    """A mel and noise to sound, with weight norms folded and matrices inverted."""

    def __init__(self, model: WaveGlow):
        super().__init__()
        self.model = copy.deepcopy(model)
        with torch.no_grad():
            inverted = [InvertedMixing(one.inverse()) for one in model.convinv]
            self.model.set_submodule("convinv", nn.ModuleList(inverted))
            for network in self.model.WN:
                _fold(network)

    def forward(self, mel: Tensor, noise: Tensor) -> Tensor:
        """(B, M, F) and (B, G, T), T at most F · hop / G, to (B, T · G).

        The noise's first channels are those that pass all flows, followed by the early outputs,
        the latest of them first.
        """
        config = self.model.config
        sizes = [config.leaves(flow) for flow in range(config.flows) if config.leaves(flow)]
        parts = noise.split([config.channels(config.flows - 1), *reversed(sizes)], 1)
        return self.model.inverse(torch.cat(parts[::-1], 1), mel)


def _fold(network: WN) -> None:
    """Replace convolutions with weight norm by plain ones."""
    for name, layer in list(network.named_modules()):
        if isinstance(layer, NormedConvolution):
            outputs, inputs, kernel = layer.weight_v.shape
            plain = nn.Conv1d(
                inputs, outputs, kernel, padding=layer.padding, dilation=layer.dilation
            )
            plain.load_state_dict({"weight": layer.weight, "bias": layer.bias})
            network.set_submodule(name, plain)


def _mel_and_noise(model: WaveGlow, batch: int, length: int) -> tuple[Tensor, ...]:
    config: WaveGlowConfig = model.config
    places = length * config.hop_length // config.groups
    mel = torch.randn(batch, config.mel_channels, length)
    return mel, torch.randn(batch, config.groups, places)


GRAPHS: tuple[Graph[WaveGlow], ...] = (
    Graph(
        "waveglow.onnx",
        OnnxVocoder,
        _mel_and_noise,
        ("mel", "z"),
        ("audio",),
        {
            "mel": {0: "batch_size", 2: "mel_seq"},
            "z": {0: "batch_size", 2: "z_seq"},
            "audio": {0: "batch_size", 1: "audio_seq"},
        },
    ),
)
