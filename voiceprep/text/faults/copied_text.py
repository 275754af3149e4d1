"""A clip with the text of another one: a row that was copied and never filled in."""

from collections.abc import Mapping

import numpy as np

from ...fault import Fault
from ..drawing import draw_ids
from .wrong_words import list_words, replace_words


def copy(texts: Mapping[str, str], size: float, random: np.random.Generator) -> dict[str, str]:
    """The texts, a tenth of them replaced by `size` of the words of a text that stays.

    Of a size below 1 at least one word is another one.
    """
    spoken = sorted(id for id, text in texts.items() if text.strip())
    drawn = draw_ids(spoken, random)
    stay = [id for id in spoken if id not in drawn]
    if not stay:
        return dict(texts)
    others = list_words(texts.values())
    made = {}
    for id in drawn:
        source = texts[stay[random.integers(len(stay))]]
        made[id] = replace_words(source, 1 - size, others, random) if size < 1 else source
    return {**texts, **made}


FAULT = Fault(
    name="copied_text",
    inject=copy,
    sizes=(0.8, 0.9, 1.0),
    unit="of the words",
    found_by=("duplicate_text", "near_duplicate_text"),
)
