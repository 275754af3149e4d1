"""How often symbols, pairs of letters and sounds are in a language: what a voice is held against.

`english.json` counts them per million in the 13,100 sentences of LJSpeech 1.1, which are in the
public domain; what is rarer than one in a million is left out.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from ..errors import TableError
from .encode import encode
from .lexicon import Lexicon
from .rows import decode, read_bytes
from .spoken import Spoken
from .units import UNITS


@dataclass(frozen=True)
class Reference:
    """The share of every unit among those of its kind; the kinds are those of UNITS.

    A kind that nothing is known of is not there.
    """

    name: str
    shares: Mapping[str, Mapping[str, float]]


@cache
def english() -> Reference:
    """Read English, from the table that comes with the library."""
    counts = json.loads((files(__package__) / "english.json").read_text(encoding="utf-8"))
    return Reference("English", {kind: _shares(table) for kind, table in counts.items()})


def read_reference(path: Path, cleaner: str, lexicon: Lexicon | None = None) -> Reference:
    """What a text of a sentence a line has; raises TableError where it cannot be read."""
    lines = decode(path, read_bytes(path))[0].splitlines()
    spoken = [Spoken(encode(line, cleaner), None, lexicon) for line in lines if line.strip()]
    if not any(text.encoding.symbols for text in spoken):
        raise TableError(path, 0, "holds no text; a sentence a line is wanted")
    return Reference(path.name, {kind: _shares(table) for kind, table in counted(spoken).items()})


def counted(texts: Iterable[Spoken]) -> dict[str, Counter[str]]:
    """How often every unit is in the texts, by kind; a kind that none tells is not there."""
    counts: dict[str, Counter[str]] = {}
    for spoken in texts:
        for kind, units_of in UNITS.items():
            units = units_of(spoken)
            if units is not None:
                counts.setdefault(kind, Counter()).update(units)
    return counts


def _shares(counts: Mapping[str, int]) -> dict[str, float]:
    """Shares of the whole, the commonest first."""
    whole = sum(counts.values())
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return {unit: count / whole for unit, count in ordered}
