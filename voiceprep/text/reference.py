"""How frequent symbols, letter pairs and phonemes are in a language, to compare a voice.

`english.json` counts them per million in the 13,100 sentences of LJSpeech 1.1, which are in the
public domain; units rarer than one in a million are left out.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from ..errors import TableError
from .frontends import TextFrontend
from .lexicon import Lexicon
from .spoken import SpokenText
from .text_files import decode, read_bytes
from .units import UNITS


@dataclass(frozen=True)
class Reference:
    """The share of every unit among those of its kind; the kinds are those of UNITS.

    A kind without counts is absent.
    """

    name: str
    shares: Mapping[str, Mapping[str, float]]


@cache
def english() -> Reference:
    """The reference of read English that comes with the package."""
    counts = json.loads((files(__package__) / "english.json").read_text(encoding="utf-8"))
    return Reference("English", {kind: _shares(table) for kind, table in counts.items()})


def read_reference(path: Path, frontend: TextFrontend, lexicon: Lexicon | None = None) -> Reference:
    """The reference in a file of one sentence a line; raises TableError where it cannot be read."""
    lines = decode(path, read_bytes(path))[0].splitlines()
    encodings = frontend.encode_all([line for line in lines if line.strip()])
    spoken = [SpokenText(encoding, None, lexicon) for encoding in encodings]
    if not any(text.encoding.symbols for text in spoken):
        raise TableError(path, 0, "contains no text; it must have one sentence a line")
    return Reference(
        path.name, {kind: _shares(table) for kind, table in count_units(spoken).items()}
    )


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
