"""`voiceprep text`: shows the symbols of a sentence."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..text.characters import name_symbol, show_symbol
from ..text.encode import Encoding, TextConfig, encode
from ..text.rewrites import DROPPED


@dataclass(frozen=True)
class TextPreview:
    """A sentence as the model reads it."""

    encoding: Encoding
    cleaner: str
    exit_code: int = 0

    def lines(self, verbose: bool = False) -> list[str]:  # noqa: ARG002 (there is no more)
        """The text, its cleaned form, symbols and ids, and what is lost."""
        encoding = self.encoding
        symbols = " ".join("␣" if symbol == " " else symbol for symbol in encoding.symbols)
        changed = [one for one in encoding.rewrites if one.effect != DROPPED]
        rewrites = dict.fromkeys(f"{one.label}: {one.example or one.read}" for one in changed)
        return [
            f"text     {encoding.text}",
            f"cleaned  {encoding.cleaned}",
            f"symbols  {symbols}",
            f"ids      {' '.join(map(str, encoding.ids))}",
            f"unknown  {' '.join(map(show_symbol, encoding.unknown)) or 'none'}",
            *(f"rewrite  {one}" for one in rewrites),
        ]

    def rows(self) -> Iterator[dict[str, Any]]:
        """The encoding as one record."""
        unknown = tuple(map(name_symbol, self.encoding.unknown))
        rewrites = tuple(one.row() for one in self.encoding.rewrites)
        row = asdict(self.encoding) | {"unknown": unknown, "rewrites": rewrites}
        yield {"cleaner": self.cleaner, **row}


def text(
    sentence: str,
    dataset: Path = Path(),  # noqa: ARG001 (its voiceprep.toml names the cleaner)
    config: TextConfig = TextConfig(),
) -> TextPreview:
    """Show how a sentence will be read: cleaned text, symbols and ids.

    Characters without a symbol are listed as unknown: they would not be spoken. What is not read as
    it is written follows: words that are joined, letters of other scripts. ARPAbet in braces is
    kept as it is: {HH AH0 L OW1}.

    \b
    Example: voiceprep text "Dr. Hale paid $2.50."
    """
    return TextPreview(encode(sentence, config.cleaner), config.cleaner)
