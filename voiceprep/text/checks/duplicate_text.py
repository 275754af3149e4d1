"""Texts that several clips have: often one of them has the text of another."""

from collections import defaultdict
from collections.abc import Mapping

from ...check import Check, Reading
from ..spoken import Spoken

SHOWN = 3


def find_duplicates(texts: Mapping[str, Spoken]) -> dict[str, Reading]:
    """Of each clip, how many others have the same letters and digits, as they are read."""
    holders: dict[str, list[str]] = defaultdict(list)
    for id in sorted(texts):
        holders[texts[id].key].append(id)
    return {
        id: _tell([other for other in holders[text.key] if other != id])
        for id, text in texts.items()
        if text.key
    }


def _tell(others: list[str]) -> Reading:
    shown = ", ".join(others[:SHOWN]) + (", …" if len(others) > SHOWN else "")
    return Reading(len(others), f"the text of {shown}, too" if others else "")


CHECK = Check(
    name="duplicate_text",
    reads="set",
    measure=find_duplicates,
    limit=0,
    unit="other clips",
    advice="listen to them: where all say it, keep the best one",
)
