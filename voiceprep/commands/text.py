"""`voiceprep text`: shows the symbols of a sentence."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..clip import CLIPS, read_clips
from ..text.characters import name_symbol, show_symbol
from ..text.encode import Encoding, TextConfig
from ..text.frontends import make_frontend
from ..text.frontends.characters import AUTO
from ..text.rewrites import DROPPED


@dataclass(frozen=True)
class TextPreview:
    """A sentence as the model reads it."""

    encoding: Encoding
    frontend: str
    cleaner: str
    notes: tuple[str, ...] = ()
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
            *(f"{name:<8} {form}" for name, form in encoding.stages),
            f"symbols  {symbols}",
            f"ids      {' '.join(map(str, encoding.ids))}",
            f"unknown  {' '.join(map(show_symbol, encoding.unknown)) or 'none'}",
            *(f"rewrite  {one}" for one in rewrites),
            *(f"note     {one}" for one in (*encoding.notes, *self.notes)),
        ]

    def rows(self) -> Iterator[dict[str, Any]]:
        """The encoding as one record."""
        unknown = tuple(map(name_symbol, self.encoding.unknown))
        rewrites = tuple(one.row() for one in self.encoding.rewrites)
        notes = (*self.encoding.notes, *self.notes)
        row = asdict(self.encoding) | {"unknown": unknown, "rewrites": rewrites, "notes": notes}
        yield {"frontend": self.frontend, "cleaner": self.cleaner, **row}


def text(
    sentence: str,
    dataset: Path = Path(),
    config: TextConfig = TextConfig(),
) -> TextPreview:
    """Show how a sentence will be read: cleaned text, symbols and ids.

    Every stage of the front end is shown. Characters without a symbol are listed as unknown: they
    would not be spoken. What is not read as it is written follows: words that are joined, letters
    of other scripts. The front end nvidia keeps ARPAbet in braces as it is: {HH AH0 L OW1}.

    \b
    Example: voiceprep text "Un café, s'il vous plaît." --frontend characters
    """
    texts = _texts(dataset)
    frontend = make_frontend(config, texts or [sentence])
    alone = not texts and frontend.name == "characters" and config.symbols == AUTO
    notes = (f"the table is that of this sentence alone: {dataset} has no texts",) * alone
    return TextPreview(frontend.encode(sentence), frontend.name, config.cleaner, notes)


def _texts(dataset: Path) -> list[str]:
    """The texts of the dataset; [] where there is none."""
    clips = dataset / CLIPS
    return [clip.text for clip in read_clips(clips) if clip.text] if clips.is_file() else []
