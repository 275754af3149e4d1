"""A text with other words than those that are spoken: a slip of the pen, or of a recogniser."""

from collections.abc import Iterable, Mapping

import numpy as np

from ...fault import Fault
from ..drawing import draw_ids
from ..split import text_key


def list_words(texts: Iterable[str]) -> list[str]:
    """A spelling of each of the words of texts, whatever its case and the marks around it."""
    words = {text_key(word): word for text in texts for word in text.split()}
    return [words[key] for key in sorted(words) if key]


def replace_words(text: str, size: float, others: list[str], random: np.random.Generator) -> str:
    """The text with `size` of its words, one at least, replaced by others that are different."""
    words = text.split()
    count = min(max(round(size * len(words)), 1), len(words)) if others else 0
    for place in random.permutation(len(words))[:count]:
        drawn = int(random.integers(len(others)))
        # Its neighbour in place of the word itself.
        drawn += text_key(others[drawn]) == text_key(words[place])
        words[place] = others[drawn % len(others)]
    return " ".join(words)


def mistake(texts: Mapping[str, str], size: float, random: np.random.Generator) -> dict[str, str]:
    """The texts, a tenth of them with `size` of their words replaced by words of the set."""
    others = list_words(texts.values())
    drawn = draw_ids((id for id, text in texts.items() if text.strip()), random)
    made = {id: replace_words(texts[id], size, others, random) for id in drawn}
    return {**texts, **made}


# What it sounds like is all that could tell, and no check holds the words against the sound.
FAULT = Fault(
    name="wrong_words",
    inject=mistake,
    sizes=(0.1, 0.3, 1.0),
    unit="of the words",
    found_by=(),
)
