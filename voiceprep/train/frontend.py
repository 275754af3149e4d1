"""The front end of a model: what it must know about the data that it was trained on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..audio.mel import MelConfig
from ..config import build, plain_record
from ..errors import SettingError
from ..text.frontends import FrontendState, TextFrontend, load_frontend
from ..text.frontends.nvidia import NvidiaFrontend
from ..text.symbols import SYMBOLS


@dataclass(frozen=True)
class FrontendConfig:
    """The symbols in the order of their ids, how texts become symbols, the mels, the speakers.

    `cleaner` is that of the front end nvidia, whose state is not stored; `state` is that of any
    other one.
    """

    symbols: tuple[str, ...] = SYMBOLS
    cleaner: str = "english_cleaners"
    mel: MelConfig = field(default_factory=MelConfig)
    speakers: tuple[str, ...] = ()
    state: FrontendState | None = None

    @classmethod
    def of(cls, text: TextFrontend, mel: MelConfig) -> "FrontendConfig":
        """The front end of a voice that is trained anew."""
        if isinstance(text, NvidiaFrontend):
            return cls(text.symbols, text.cleaner, mel)
        return cls(text.symbols, "", mel, state=text.state)

    @property
    def text(self) -> TextFrontend:
        """The way from text to symbols."""
        return load_frontend(self.state) if self.state else NvidiaFrontend(self.cleaner)

    @property
    def text_state(self) -> FrontendState:
        """The state of the front end, nvidia's too."""
        return self.state or NvidiaFrontend(self.cleaner).state

    def to_plain(self) -> dict[str, Any]:
        """The front end as a mapping of lists, numbers and texts."""
        plain: dict[str, Any] = {"symbols": list(self.symbols), "cleaner": self.cleaner}
        plain |= {"mel": plain_record(self.mel), "speakers": list(self.speakers)}
        return plain | ({"frontend": self.state.to_plain()} if self.state else {})

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
        stated = plain.get("frontend")
        state = FrontendState.from_plain(stated) if stated else None
        return cls(tuple(symbols), plain["cleaner"], mel, tuple(speakers), state)


@dataclass(frozen=True)
class Sentence:
    """Symbols to speak, what has no symbol (`unknown`), and a seed; None: that of the settings."""

    ids: tuple[int, ...]
    text: str = ""
    unknown: tuple[str, ...] = ()
    seed: int | None = None


def read_sentence(text: str, frontend: FrontendConfig, seed: int | None = None) -> Sentence:
    """Encode a text with a front end; what has no symbol is left out and listed."""
    encoding = frontend.text.encode(text)
    if frontend.symbols == frontend.text.symbols:
        return Sentence(encoding.ids, text, encoding.unknown, seed)
    known = {symbol: number for number, symbol in enumerate(frontend.symbols)}
    ids = tuple(known[symbol] for symbol in encoding.symbols if symbol in known)
    foreign = tuple(symbol for symbol in encoding.symbols if symbol not in known)
    return Sentence(ids, text, encoding.unknown + foreign, seed)
