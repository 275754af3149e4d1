"""What training must know of each model, one row each."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ..audio.mel import MelConfig
from .beginning import Recipe
from .data import Items
from .device import World
from .journal import Journal
from .looking import Look
from .loop import Run, Task
from .resynthesis import Resynthesis
from .session import Evaluation
from .tasks import tacotron2, waveglow


class Teaching(NamedTuple):
    """A row: how a model of MODELS is trained."""

    reads: Literal["texts", "sounds"]
    """What it learns from: texts with their mels, or recordings."""
    fit: Callable[[Any, MelConfig], Any]
    """Its settings with what the data decides."""
    task: Callable[[Recipe, Items, World], Task]
    look: Callable[[Any, Any, Recipe, Path, Journal], Callable[[Run], Evaluation]]
    """What looks at it while it trains, given its task and that of the clips held out."""
    from_nothing: str = ""
    """What there is to tell where it begins from nothing."""


TEACHING = {
    "tacotron2": Teaching(
        "texts",
        tacotron2.fit,
        tacotron2.make_task,
        Look,
        "begins from nothing: half an hour of speech seldom aligns so. Surer is --init-from with a "
        "published Tacotron 2 checkpoint of NVIDIA's, as docs/train.md says where to get",
    ),
    "waveglow": Teaching(
        "sounds",
        waveglow.fit,
        waveglow.make_task,
        Resynthesis,
        "begins from nothing: hours of recordings and days of a GPU make a vocoder. Surer is "
        "--init-from with NVIDIA's published WaveGlow, as docs/waveglow.md says where to get",
    ),
}
"""By the model's name in MODELS."""
