"""The front end of NVIDIA's checkpoints: 148 symbols, three cleaners, ARPAbet in braces."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from ..encode import Encoding, TextConfig, encode
from ..symbols import SYMBOLS
from .base import FrontendState, TextFrontend, check_version


@dataclass(frozen=True)
class NvidiaFrontend(TextFrontend):
    """See the module."""

    name = "nvidia"
    version = 1
    cleaner: str = "english_cleaners"
    symbols = SYMBOLS

    @classmethod
    def from_config(cls, config: TextConfig, texts: Iterable[str]) -> Self:  # noqa: ARG003
        """See TextFrontend."""
        return cls(config.cleaner)

    @classmethod
    def from_state(cls, state: FrontendState) -> Self:
        """See TextFrontend."""
        check_version(cls, state)
        return cls(str(dict(state.options)["cleaner"]))

    @property
    def state(self) -> FrontendState:
        """See TextFrontend."""
        return FrontendState(self.name, self.version, (("cleaner", self.cleaner),), self.symbols)

    def encode(self, text: str) -> Encoding:
        """See TextFrontend."""
        return encode(text, self.cleaner)
