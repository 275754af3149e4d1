"""The front end of a model: what it must know about the data that it was trained on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ..audio.mel import MelConfig
from ..config import build, plain_record
from ..errors import SettingError
from ..text.characters import show_symbol
from ..text.encode import Encoding
from ..text.frontends import FrontendState, TextFrontend, load_frontend
from ..text.frontends.nvidia import NvidiaFrontend
from ..text.nearest_symbol import nearest_symbol
from ..text.symbols import SYMBOLS

Counts = tuple[tuple[str, int], ...]
# A symbol that occurs less often in training than this is hardly learnt.
OFTEN = 5
_SHOWN = 12


@dataclass(frozen=True)
class FrontendConfig:
    """The symbols in the order of their ids, how texts become symbols, the mels, the speakers.

    `cleaner` is that of the front end nvidia, whose state is not stored; `state` is that of any
    other one. `rare` are the symbols that training read less than OFTEN times, with their counts;
    empty where that is not known.
    """

    symbols: tuple[str, ...] = SYMBOLS
    cleaner: str = "english_cleaners"
    mel: MelConfig = field(default_factory=MelConfig)
    speakers: tuple[str, ...] = ()
    state: FrontendState | None = None
    rare: Counts = ()

    @classmethod
    def of(cls, text: TextFrontend, mel: MelConfig) -> "FrontendConfig":
        """The front end of a voice that is trained anew."""
        if isinstance(text, NvidiaFrontend):
            return cls(text.symbols, text.cleaner, mel)
        return cls(text.symbols, "", mel, state=text.state)

    @cached_property
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
        plain |= {"frontend": self.state.to_plain()} if self.state else {}
        return plain | ({"rare": dict(self.rare)} if self.rare else {})

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
        rare = _read_counts(plain.get("rare", {}))
        return cls(tuple(symbols), plain["cleaner"], mel, tuple(speakers), state, rare)


def _read_counts(plain: Any) -> Counts:
    """Counts by symbol; raises SettingError for another value."""
    if not isinstance(plain, Mapping) or not all(
        isinstance(symbol, str) and type(count) is int for symbol, count in plain.items()
    ):
        raise SettingError("rare must be counts by symbol", "rare")
    return tuple(plain.items())


@dataclass(frozen=True)
class Sentence:
    """Symbols to speak, what has no symbol (`unknown`), and a seed; None: that of the settings.

    `notes` say what was guessed, and which symbols the voice hardly knows.
    """

    ids: tuple[int, ...]
    text: str = ""
    unknown: tuple[str, ...] = ()
    seed: int | None = None
    notes: tuple[str, ...] = ()


def read_sentence(text: str, frontend: FrontendConfig, seed: int | None = None) -> Sentence:
    """Encode a text with a front end; what has no symbol is left out and listed."""
    return replace(read_sentences([text], frontend)[0], seed=seed)


def read_sentences(texts: Sequence[str], frontend: FrontendConfig) -> list[Sentence]:
    """Encode texts at once, which is faster where the front end is a program of its own."""
    encodings = frontend.text.encode_all(texts)
    return [_sentence(encoding, frontend) for encoding in encodings]


def _sentence(encoding: Encoding, frontend: FrontendConfig) -> Sentence:
    ids, unknown = encoding.ids, encoding.unknown
    if frontend.symbols != frontend.text.symbols:
        known = {symbol: number for number, symbol in enumerate(frontend.symbols)}
        ids = tuple(known[symbol] for symbol in encoding.symbols if symbol in known)
        unknown += tuple(symbol for symbol in encoding.symbols if symbol not in known)
    notes = (*encoding.notes, *_symbol_notes(encoding.symbols, unknown, frontend))
    return Sentence(ids, encoding.text, unknown, notes=notes)


def _symbol_notes(
    symbols: Sequence[str], unknown: Sequence[str], frontend: FrontendConfig
) -> Iterator[str]:
    """Which symbols the voice never or hardly read or does not have, with the nearest it knows."""
    rare = dict(frontend.rare)
    known = [one for one in frontend.symbols[1:] if one not in rare]
    never, hardly, missing = [], [], []
    for symbol in dict.fromkeys((*symbols, *unknown)):
        if symbol not in rare and symbol not in unknown:
            continue
        nearest = nearest_symbol(symbol, known)
        near = [f"nearest: {show_symbol(nearest)}"] if nearest else []
        if rare.get(symbol):
            hardly.append(_with_facts(symbol, [f"{rare[symbol]} ×", *near]))
        elif symbol in rare:
            never.append(_with_facts(symbol, near))
        elif near:
            missing.append(_with_facts(symbol, near))
    for what, named in (("never read", never), ("hardly read", hardly), ("does not have", missing)):
        if named:
            more = ", …" if len(named) > _SHOWN else ""
            yield f"the voice {what} {', '.join(named[:_SHOWN])}{more}"


def _with_facts(symbol: str, facts: Sequence[str]) -> str:
    return show_symbol(symbol) + (f" ({', '.join(facts)})" if facts else "")
