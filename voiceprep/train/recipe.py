"""A recipe: everything that decides how a model is trained."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .frontend import FrontendConfig
from .registry import MODELS, ModelSpec, SettingsRecord
from .settings import ScheduleConfig, TrainConfig

T = TypeVar("T")


@dataclass(frozen=True)
class Recipe:
    """The model by its name in MODELS, its sizes, its front end and its training.

    `more` holds the records of the other sections that the model's training reads, by section.
    """

    model: str
    config: Any
    frontend: FrontendConfig
    train: TrainConfig
    schedule: ScheduleConfig
    more: Mapping[str, SettingsRecord] = field(default_factory=dict)

    @property
    def spec(self) -> ModelSpec:
        """The model's row."""
        return MODELS[self.model]

    def section(self, kind: type[T]) -> T:
        """The record of that class; its defaults if the recipe has none."""
        return next((record for record in self.more.values() if isinstance(record, kind)), kind())

    def sections(self) -> dict[str, Any]:
        """The settings by their sections, as a preset holds them."""
        known = {**self.more, self.model: self.config}
        return {
            "train": self.train,
            "schedule": self.schedule,
            **{name: known[name] for name in self.spec.sections()},
            "mel": self.frontend.mel,
        }
