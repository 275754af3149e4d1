"""A clip with the text of another one: a row that was copied and not edited."""

from collections.abc import Mapping

import numpy as np

from ...quality.fault import Fault
from ..split import is_mark, text_key
from .wrong_words import draw_ids, list_words, replace_words

# With one of fewer words replaced, a text is another one and no near copy.
FEWEST_WORDS = 6


def copy(texts: Mapping[str, str], size: float, random: np.random.Generator) -> dict[str, str]:
    """The texts, a tenth of them replaced by `size` of the words of an unchanged text.

    With a size below 1 at least one word is different, and only texts of `FEWEST_WORDS` different
    words are copied: where there are none, nothing is.
    """
    spoken = sorted(id for id, text in texts.items() if text.strip())
    drawn = draw_ids(spoken, random)
    fewest = FEWEST_WORDS if size < 1 else 1
    unchanged = [id for id in spoken if id not in drawn and _count_words(texts[id]) >= fewest]
    if not unchanged:
        return dict(texts)
    others = list_words(texts.values())
    made = {}
    for id in drawn:
        source = texts[unchanged[random.integers(len(unchanged))]]
        made[id] = replace_words(source, 1 - size, others, random) if size < 1 else source
    return {**texts, **made}


def _count_words(text: str) -> int:
    return len(set(filter(None, map(text_key, text.split()))))


def copy_plain(
    texts: Mapping[str, str], size: float, random: np.random.Generator
) -> dict[str, str]:
    """The same with all of the words, but without `size` of the capitals and marks."""
    after = copy(texts, 1.0, random)
    return {
        id: text if text == texts[id] else _without_marks(text, size, random)
        for id, text in after.items()
    }


def _without_marks(text: str, size: float, random: np.random.Generator) -> str:
    lost = random.random(len(text)) < size
    kept = (char.isalnum() or is_mark(char) or char.isspace() for char in text)
    plain = (char.lower() if keep else "" for char, keep in zip(text, kept, strict=True))
    return "".join(new if gone else old for old, new, gone in zip(text, plain, lost, strict=True))


EXACT = Fault(
    name="copied_text",
    inject=copy_plain,
    sizes=(1.0, 0.5, 0.0),
    unit="of its capitals and marks lost",
    found_by=("duplicate_text",),
)
NEAR = Fault(
    name="near_copy_of_text",
    inject=copy,
    sizes=(0.8, 0.9, 0.95),
    unit="of the words",
    found_by=("near_duplicate_text",),
)
