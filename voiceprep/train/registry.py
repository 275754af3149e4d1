"""The models: one row each, which names the modules of its parts. Loads no torch.

A new model is a folder in `train/` and a row here. A part is written `module:name`, below
`voiceprep.train`, and is loaded when it is used; a part that a model does not have is empty, and
the commands that would need it say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, ClassVar, Literal, Protocol

from ..errors import UserError, nearest

Reads = Literal["texts", "sounds", "spectra"]
"""texts with mels, sounds with mels, or mels with linear spectrograms."""

Lack = Literal["gate", "attention", "parallel inference"]


class SettingsRecord(Protocol):
    """An instance of a settings dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


@dataclass(frozen=True)
class ModelSpec:
    """A model.

    `name` is used by commands, checkpoints and as a section of the settings; `maps` says what the
    model turns into what. `lacks` lists what does not apply to it.

    `network(config)` makes the network, which is one module: a model of two networks has a module
    with two children. `fit(config, frontend)` sets those settings that the data decides,
    `task(recipe, items, world)` makes a `run.loop.Task`, `evaluator(task, held_out, recipe, folder,
    log)` the evaluator of a run, and `overfit(recipe, device)` the recipe of the overfit check.

    `acoustic(network, frontend, precision)` makes a `speech.acoustic.AcousticModel`, and
    `vocoder(network, mel, config, precision)` a `speech.vocoder.Vocoder`; a model that turns
    symbols into samples has both.
    """

    name: str
    title: str
    maps: str
    reads: Reads
    config: str
    network: str
    fit: str
    task: str
    evaluator: str
    acoustic: str = ""
    vocoder: str = ""
    overfit: str = ""
    lacks: tuple[Lack, ...] = ()
    own_sections: Mapping[str, str] = field(default_factory=dict)
    """Further sections of settings that only its training reads, with their dataclasses."""
    shared_sections: tuple[str, ...] = ()
    """Sections of SHARED_SECTIONS that its training reads besides those that all models read."""
    scratch_preset: str = ""
    """The default preset of training from scratch."""
    finetune_preset: str = ""
    """The default preset of training from a checkpoint."""
    scratch_note: str = ""
    """A note that is printed when training from scratch."""
    resizes: bool = False
    """Whether it can start from weights of other sizes, taking those that fit."""
    average_decay: float = 0.0
    """The decay of a running average of the weights, per step; 0: there is no average."""
    published_speeds: Mapping[str, int] = field(default_factory=dict)
    """The published training speed on one GPU, by GPU: frames per second, or samples per second
    for a model that reads sounds."""
    layout: str = ""
    """The layout in which NVIDIA's systems save it, a `checkpoints.layout.Layout`."""
    onnx: str = ""
    """The graphs that it is exported as, a tuple of `checkpoints.onnx.Graph`."""
    foreign_names: tuple[str, ...] = ()
    """Its names in the original training scripts."""
    foreign_flags: str = ""
    """Flags of these scripts, each with the setting that it sets."""
    warm_start_ignores: str = ""
    """The weights that the scripts' --warm_start does not take from a checkpoint."""

    def load(self, part: str) -> Any:
        """A part by its field's name; raises UserError if the model does not have it."""
        place = getattr(self, part)
        if not place:
            raise UserError(f"{part} does not apply to {self.name} ({self.maps})")
        return _load(place)

    def sections(self) -> dict[str, str]:
        """The sections that its training reads besides those that all models read, with places."""
        own = {self.name: self.config, **self.own_sections}
        return own | {name: SHARED_SECTIONS.get(name, "") for name in self.shared_sections}

    def fits(self, preset: Mapping[str, Any]) -> bool:
        """Whether a preset has no section that only other models read."""
        trained = {
            name for other in MODELS.values() for name, place in other.sections().items() if place
        }
        return not set(preset) & (trained - set(self.sections()))


SHARED_SECTIONS = {
    "train": "settings:TrainConfig",
    "schedule": "settings:ScheduleConfig",
    "crops": "settings:CropConfig",
    "infer": "settings:InferConfig",
    "speech": "settings:SpeechConfig",
    "vocoder": "settings:VocoderConfig",
}
"""Sections of settings that belong to no single model; `text` and `mel` describe the data."""

ROWS = (
    ModelSpec(
        name="tacotron2",
        title="Tacotron 2",
        maps="text to mel spectrograms",
        reads="texts",
        config="tacotron2.config:Tacotron2Config",
        network="tacotron2.network:Tacotron2",
        fit="tacotron2.task:fit",
        task="tacotron2.task:make_task",
        evaluator="tacotron2.evaluator:Tacotron2Evaluator",
        acoustic="tacotron2.infer:Tacotron2Acoustic",
        overfit="tacotron2.task:overfit_recipe",
        own_sections={"loss": "tacotron2.config:LossConfig"},
        shared_sections=("infer", "text"),
        scratch_preset="small",
        finetune_preset="finetune-small",
        scratch_note="training from scratch: half an hour of speech seldom aligns. Fine-tuning "
        "with --init-from and a published Tacotron 2 checkpoint of NVIDIA's is more reliable; "
        "docs/train.md says where to get one",
        resizes=True,
        # NVIDIA's recipe, in TF32 and FP16.
        published_speeds={"A100": 31_499, "V100": 15_891},
        layout="tacotron2.layout:LAYOUT",
        onnx="tacotron2.onnx:GRAPHS",
        foreign_names=("Tacotron2",),
        foreign_flags="tacotron2.flags:FLAGS",
        warm_start_ignores="embedding.weight",
    ),
    ModelSpec(
        name="waveglow",
        title="WaveGlow",
        maps="mel spectrograms to sound",
        reads="sounds",
        config="waveglow.config:WaveGlowConfig",
        network="waveglow.network:WaveGlow",
        fit="waveglow.task:fit",
        task="waveglow.task:make_task",
        evaluator="waveglow.evaluator:WaveGlowEvaluator",
        vocoder="waveglow.vocoder:make_vocoder",
        lacks=("gate", "attention"),
        shared_sections=("crops",),
        scratch_preset="waveglow",
        finetune_preset="waveglow-finetune",
        scratch_note="training from scratch: a vocoder needs hours of recordings and days of a "
        "GPU. Fine-tuning with --init-from and NVIDIA's published WaveGlow is more reliable; "
        "docs/waveglow.md says where to get it",
        # NVIDIA's recipe, in FP16.
        published_speeds={"A100": 149_479, "V100": 105_873},
        layout="waveglow.layout:LAYOUT",
        onnx="waveglow.onnx:GRAPHS",
        foreign_names=("WaveGlow",),
    ),
)

MODELS = {row.name: row for row in ROWS}
"""The rows by name; of several acoustic models or vocoders, commands default to the first."""


def find_model(name: str) -> ModelSpec:
    """The row of that name; raises UserError that suggests the nearest one."""
    if name not in MODELS:
        raise UserError(f"there is no model {name!r}: {nearest(name, list(MODELS))}")
    return MODELS[name]


def models_with(part: str) -> tuple[str, ...]:
    """The names of the models that have a part, in the order of the rows."""
    return tuple(row.name for row in ROWS if getattr(row, part))


def section_places() -> dict[str, str]:
    """Every section of training and inference, with its dataclass as `module:name`."""
    own = {name: place for row in ROWS for name, place in row.sections().items() if place}
    return {name: f"{__package__}.{place}" for name, place in (SHARED_SECTIONS | own).items()}


def section_classes(models: tuple[ModelSpec, ...] = ROWS) -> dict[str, type]:
    """The dataclasses of the sections that only some models read in training."""
    places = {name: place for row in models for name, place in row.sections().items() if place}
    return {name: _load(place) for name, place in places.items()}


def _load(place: str) -> Any:
    module, name = place.split(":")
    return getattr(import_module(f"{__package__}.{module}"), name)
