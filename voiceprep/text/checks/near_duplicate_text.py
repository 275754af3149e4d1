"""Texts of nearly the same words: a typing error in a copy, or a sentence read twice."""

from collections.abc import Mapping

from ...quality.check import Check, Measurement
from ..similar import find_similar
from ..spoken import SpokenText

# Less similar texts are not compared, and texts of one voice are usually less similar than LIMIT.
MIN_SIMILARITY, LIMIT = 0.6, 0.7


def find_near(texts: Mapping[str, SpokenText]) -> dict[str, Measurement]:
    """Of each clip, the similarity of the most similar other text; 0 below MIN_SIMILARITY.

    It is the Jaccard index of their words. Texts with the same letters are left to duplicate_text.
    """
    nearest: dict[str, tuple[float, str]] = {}
    for first, second, similarity in find_similar(texts, MIN_SIMILARITY):
        if texts[first].key != texts[second].key:
            for id, other in ((first, second), (second, first)):
                nearest[id] = max(nearest.get(id, (0.0, "")), (similarity, other))
    found = {id: nearest.get(id, (0.0, "")) for id, text in texts.items() if text.words}
    return {
        id: Measurement(similarity, _evidence(texts, other, similarity))
        for id, (similarity, other) in found.items()
    }


def _evidence(texts: Mapping[str, SpokenText], other: str, similarity: float) -> str:
    if not other:
        return ""
    shared, usual = f"{100 * similarity:.0f} %", f"{100 * LIMIT:.0f} %"
    text = texts[other].encoding.text
    return f"it shares {shared} of its words with {other} ({text!r}); under {usual} is usual"


# Copies of LJSpeech's texts with a tenth of their words changed are found with a recall of 0.95 to
# 0.96 and a precision of 0.96 to 1.00 (benchmarks/measure_texts.py); of its own 13,100 texts 112
# are as similar, most of them headings of chapters.
CHECK = Check(
    name="near_duplicate_text",
    reads="set",
    measure=find_near,
    limit=LIMIT,
    unit="of the words",
    advice="listen to both, and correct the text that has a typing error",
    fix="text",
)
