"""Texts of nearly the same words: a slip in a copy, or a sentence that was read twice."""

from collections.abc import Mapping

from ...check import Check, Reading
from ..similar import find_similar
from ..spoken import Spoken

# Below this two texts are not held against each other.
LEAST = 0.6


def find_near(texts: Mapping[str, Spoken]) -> dict[str, Reading]:
    """Of each clip, the share of words that the most alike other text has; 0 below LEAST.

    The share is of all different words of both. Those with the same letters are duplicates, and
    do not count.
    """
    nearest: dict[str, tuple[float, str]] = {}
    for first, second, alike in find_similar(texts, LEAST):
        if texts[first].key != texts[second].key:
            for id, other in ((first, second), (second, first)):
                nearest[id] = max(nearest.get(id, (0.0, "")), (alike, other))
    told = {id: nearest.get(id, (0.0, "")) for id, text in texts.items() if text.words}
    return {
        id: Reading(alike, f"much as {other}: {texts[other].encoding.text!r}" if other else "")
        for id, (alike, other) in told.items()
    }


# Of copies of LJSpeech's texts with a tenth of their words changed 0.95 to 0.96 were found at a
# precision of 0.96 to 1.00 (benchmarks/measure_texts.py); of its own 13,100 texts 112 are so alike,
# most of them headings of chapters.
CHECK = Check(
    name="near_duplicate_text",
    reads="set",
    measure=find_near,
    limit=0.7,
    unit="of the words",
    advice="listen to both, and look for a slip in one of them",
    mend="text",
)
