"""The front end of a model: what it must know about the data that it was trained on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ..audio.mel import MelConfig
from ..config import build, plain_record
from ..errors import SettingError
from ..text.encode import encode
from ..text.symbols import SYMBOLS


@dataclass(frozen=True)
class FrontendConfig:
    """The symbols in the order of their ids, the cleaner, the mel's settings, the speakers."""

    symbols: tuple[str, ...] = SYMBOLS
    cleaner: str = "english_cleaners"
    mel: MelConfig = field(default_factory=MelConfig)
    speakers: tuple[str, ...] = ()

    def to_plain(self) -> dict[str, Any]:
        """The front end as a mapping of lists, numbers and texts."""
        plain = asdict(self) | {"mel": plain_record(self.mel)}
        return plain | {"symbols": list(self.symbols), "speakers": list(self.speakers)}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "FrontendConfig":
        """The front end from such a mapping; raises SettingError for other kinds of values."""
        symbols, speakers = plain["symbols"], plain["speakers"]
        for name, values in (("symbols", symbols), ("speakers", speakers)):
            texts = isinstance(values, list | tuple) and all(isinstance(one, str) for one in values)
            if not texts:
                raise SettingError(f"{name} must be a list of texts", name)
        if not isinstance(plain["cleaner"], str) or not isinstance(plain["mel"], Mapping):
            raise SettingError("cleaner must be a text, and mel a section", "mel")
        mel = build(MelConfig, plain["mel"], "mel")
        return cls(tuple(symbols), plain["cleaner"], mel, tuple(speakers))


@dataclass(frozen=True)
class Sentence:
    """Symbols to speak, what has no symbol (`unknown`), and a seed; None: that of the settings."""

    ids: tuple[int, ...]
    text: str = ""
    unknown: tuple[str, ...] = ()
    seed: int | None = None


def read_sentence(text: str, frontend: FrontendConfig, seed: int | None = None) -> Sentence:
    """Encode a text with a front end; what has no symbol is left out and listed."""
    encoding = encode(text, frontend.cleaner)
    if frontend.symbols == SYMBOLS:
        return Sentence(encoding.ids, text, encoding.unknown, seed)
    known = {symbol: number for number, symbol in enumerate(frontend.symbols)}
    ids = tuple(known[symbol] for symbol in encoding.symbols if symbol in known)
    foreign = tuple(symbol for symbol in encoding.symbols if symbol not in known)
    return Sentence(ids, text, encoding.unknown + foreign, seed)
