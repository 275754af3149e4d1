"""A text with wrong words: errors of a transcriber or of a speech recogniser."""

from collections.abc import Iterable, Mapping

import numpy as np

from ...quality.fault import Fault
from ..split import text_key

# One text of so many gets a fault.
ONE_IN = 10


def draw_ids(ids: Iterable[str], random: np.random.Generator) -> list[str]:
    """One in ten of the ids, at least one where there are any, in a random order."""
    ordered = sorted(ids)
    count = max(round(len(ordered) / ONE_IN), min(len(ordered), 1))
    return [ordered[place] for place in random.permutation(len(ordered))[:count]]


def list_words(texts: Iterable[str]) -> list[str]:
    """The distinct words of texts, regardless of case and of marks around them."""
    words = {text_key(word): word for text in texts for word in text.split()}
    return [words[key] for key in sorted(words) if key]


def replace_words(text: str, size: float, others: list[str], random: np.random.Generator) -> str:
    """The text with `size` of its words, at least one, replaced by different ones."""
    words = text.split()
    count = min(max(round(size * len(words)), 1), len(words)) if others else 0
    for place in random.permutation(len(words))[:count]:
        drawn = int(random.integers(len(others)))
        # The next word of the list where the drawn one is the same.
        drawn += text_key(others[drawn]) == text_key(words[place])
        words[place] = others[drawn % len(others)]
    return " ".join(words)


def substitute_words(
    texts: Mapping[str, str], size: float, random: np.random.Generator
) -> dict[str, str]:
    """The texts, a tenth of them with `size` of their words replaced by words of the set."""
    others = list_words(texts.values())
    drawn = draw_ids((id for id, text in texts.items() if text.strip()), random)
    made = {id: replace_words(texts[id], size, others, random) for id in drawn}
    return {**texts, **made}


# Only the sound could show it, and no check compares the words with the sound.
FAULT = Fault(
    name="wrong_words",
    inject=substitute_words,
    sizes=(0.1, 0.3, 1.0),
    unit="of the words",
    found_by=(),
)
