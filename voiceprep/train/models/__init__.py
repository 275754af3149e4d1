"""The models, one file each, and their table."""

from typing import NamedTuple

from torch import nn

from .tacotron2 import Tacotron2, Tacotron2Config
from .waveglow import WaveGlow, WaveGlowConfig


class Model(NamedTuple):
    """A row: the model's settings, and the network that is made of them."""

    config: type
    network: type[nn.Module]


MODELS = {
    "tacotron2": Model(Tacotron2Config, Tacotron2),
    "waveglow": Model(WaveGlowConfig, WaveGlow),
}
"""By the name that a command takes and a checkpoint holds, which is also the settings' section."""
