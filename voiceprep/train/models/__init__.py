"""The models, one file each, and their table."""

from typing import NamedTuple

from torch import nn

from .tacotron2 import Tacotron2, Tacotron2Config
from .waveglow import WaveGlow, WaveGlowConfig


class Model(NamedTuple):
    """A row: the model's settings, the network that is made of them, and what else is to be known.

    does: what a user must know who named it where another model is wanted.
    """

    config: type
    network: type[nn.Module]
    sections: tuple[str, ...]
    """The sections of settings that its training reads, beside those that all read."""
    resizes: bool
    """Whether it may begin with weights of other sizes, as far as they fit."""
    does: str


MODELS = {
    "tacotron2": Model(
        Tacotron2Config, Tacotron2, ("loss", "infer", "text"), True, "turns texts into mels"
    ),
    "waveglow": Model(
        WaveGlowConfig,
        WaveGlow,
        ("crops",),
        False,
        "turns mels into sound, with no attention and no end of its own to be measured",
    ),
}
"""By the name that a command takes and a checkpoint holds, which is also the settings' section."""
