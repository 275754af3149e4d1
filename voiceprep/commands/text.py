"""`voiceprep text`: how a sentence will be read."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..text.encode import Encoding, TextConfig, encode


@dataclass(frozen=True)
class Reading:
    """A sentence as the model will read it."""

    encoding: Encoding
    cleaner: str
    exit_code: int = 0

    def lines(self, verbose: bool = False) -> list[str]:  # noqa: ARG002 (there is no more)
        """The reading for a person."""
        told = self.encoding
        lines = [
            f"text     {told.text}",
            f"cleaned  {told.cleaned}",
            f"symbols  {' '.join('␣' if symbol == ' ' else symbol for symbol in told.symbols)}",
            f"ids      {' '.join(map(str, told.ids))}",
        ]
        unknown = " ".join(map(repr, told.unknown)) or "none"
        return [*lines, f"unknown  {unknown}"]

    def rows(self) -> Iterator[dict[str, Any]]:
        """The reading as one record."""
        yield {"cleaner": self.cleaner, **asdict(self.encoding)}


def text(
    sentence: str,
    dataset: Path = Path(),  # noqa: ARG001 (its voiceprep.toml names the cleaner)
    config: TextConfig = TextConfig(),  # noqa: B008 (frozen)
) -> Reading:
    """Show how a sentence will be read: cleaned text, symbols and ids.

    What has no symbol is listed as unknown: it would not be spoken. ARPAbet in braces is taken
    as it is: {HH AH0 L OW1}.

    \b
    Example: voiceprep text "Dr. Hale paid $2.50."
    """
    return Reading(encode(sentence, config.cleaner), config.cleaner)
