"""A text whose end is missing: truncated by a spreadsheet, or by a transcriber who stopped."""

from collections.abc import Mapping

import numpy as np

from ...quality.fault import Fault
from .wrong_words import draw_ids


def shorten(texts: Mapping[str, str], size: float, random: np.random.Generator) -> dict[str, str]:
    """The texts, a tenth of them without the last `size` of their words; at least one remains."""
    words = {id: text.split() for id, text in texts.items()}
    drawn = draw_ids((id for id, own in words.items() if len(own) > 1), random)
    kept = {id: max(round(len(words[id]) * (1 - size)), 1) for id in drawn}
    return {**texts, **{id: " ".join(words[id][:count]) for id, count in kept.items()}}


FAULT = Fault(
    name="shortened_text",
    inject=shorten,
    sizes=(0.25, 0.5, 0.75),
    unit="of the words",
    found_by=("duration_outlier",),
)
