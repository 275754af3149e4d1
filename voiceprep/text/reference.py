"""How frequent symbols, their pairs and phonemes are in a language, to compare a voice.

`english.json` counts them per million in the 13,100 sentences of LJSpeech 1.1, which are in the
public domain; units rarer than one in a million are left out.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from ..errors import TableError
from .english import find_foreign
from .frontends import TextFrontend
from .lexicon import Lexicon
from .spoken import SpokenText
from .text_files import decode, read_bytes
from .units import UNITS

# What of English is known in the symbols of a front end.
ENGLISH_KINDS = {"nvidia": tuple(UNITS), "phonemes-en": ("phonemes", "diphones")}


@dataclass(frozen=True)
class Reference:
    """The share of every unit among those of its kind; the kinds are those of UNITS.

    A kind without counts is absent. `pool` has sentences of the language that could be recorded.
    """

    name: str
    shares: Mapping[str, Mapping[str, float]]
    pool: tuple[SpokenText, ...] = ()


def english(frontend: TextFrontend, lexicon: Lexicon | None = None) -> Reference:
    """The reference of read English that comes with the package."""
    kinds = ENGLISH_KINDS.get(frontend.name, ())
    shares = {kind: table for kind, table in _english_shares().items() if kind in kinds}
    lines = (files(__package__) / "sentences.txt").read_text(encoding="utf-8").splitlines()
    pool = [SpokenText(encoding, None, lexicon) for encoding in frontend.encode_all(lines)]
    return Reference("English", shares, tuple(pool))


@cache
def _english_shares() -> dict[str, dict[str, float]]:
    counts = json.loads((files(__package__) / "english.json").read_text(encoding="utf-8"))
    return {kind: _shares(table) for kind, table in counts.items()}


def why_not_english(frontend: TextFrontend, texts: Iterable[str]) -> str:
    """Why the reference of English does not apply to the texts; "" where it does."""
    if frontend.name not in ENGLISH_KINDS:
        return f"the front end {frontend.name} reads any language"
    return find_foreign(texts)


def read_lines(path: Path) -> list[str]:
    """The sentences of a reference, which has one a line; raises TableError."""
    lines = decode(path, read_bytes(path))[0].splitlines()
    return [line for line in lines if line.strip()]


def make_reference(
    path: Path, lines: Sequence[str], frontend: TextFrontend, lexicon: Lexicon | None = None
) -> Reference:
    """The reference of the sentences in a file; raises TableError where nothing can be read."""
    encodings = frontend.encode_all(lines)
    spoken = [SpokenText(encoding, None, lexicon) for encoding in encodings]
    if not any(text.encoding.symbols for text in spoken):
        raise TableError(path, 0, "contains no text; it must have one sentence a line")
    shares = {kind: _shares(table) for kind, table in count_units(spoken).items()}
    return Reference(path.name, shares, tuple(spoken))


def count_units(texts: Iterable[SpokenText]) -> dict[str, Counter[str]]:
    """How often every unit occurs in the texts, by kind; a kind that no text has is absent."""
    counts: dict[str, Counter[str]] = {}
    for spoken in texts:
        for kind, units_of in UNITS.items():
            units = units_of(spoken)
            if units is not None:
                counts.setdefault(kind, Counter()).update(units)
    return counts


def _shares(counts: Mapping[str, int]) -> dict[str, float]:
    """Counts as shares of their sum, the most frequent first."""
    total = sum(counts.values())
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return {unit: count / total for unit, count in ordered}
