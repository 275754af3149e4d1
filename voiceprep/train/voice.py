"""What a model must know of the data it was trained on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ..audio.mel import MelConfig
from ..config import build
from ..text.symbols import SYMBOLS


@dataclass(frozen=True)
class Voice:
    """The symbols in the order of their ids, the cleaner, the mel's settings, the speakers."""

    symbols: tuple[str, ...] = SYMBOLS
    cleaner: str = "english_cleaners"
    mel: MelConfig = field(default_factory=MelConfig)
    speakers: tuple[str, ...] = ()

    def to_plain(self) -> dict[str, Any]:
        """The voice as a mapping of lists, numbers and texts."""
        plain = asdict(self)
        return plain | {"symbols": list(self.symbols), "speakers": list(self.speakers)}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Voice":
        """The voice of such a mapping; raises SettingError for mel settings that are none."""
        return cls(
            tuple(plain["symbols"]),
            plain["cleaner"],
            build(MelConfig, plain["mel"], "mel"),
            tuple(plain["speakers"]),
        )
