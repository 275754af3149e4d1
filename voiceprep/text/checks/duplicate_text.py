"""The same text in several clips: often one of them has the text of another by mistake."""

from collections import defaultdict
from collections.abc import Mapping

from ...quality.check import Check, Measurement
from ..spoken import SpokenText

SHOWN = 3


def find_duplicates(texts: Mapping[str, SpokenText]) -> dict[str, Measurement]:
    """Of each clip, how many others have the same letters and digits, numbers spelled out."""
    holders: dict[str, list[str]] = defaultdict(list)
    for id in sorted(texts):
        holders[texts[id].key].append(id)
    return {
        id: _measurement([other for other in holders[text.key] if other != id])
        for id, text in texts.items()
        if text.key
    }


def _measurement(others: list[str]) -> Measurement:
    shown = ", ".join(others[:SHOWN]) + (", …" if len(others) > SHOWN else "")
    return Measurement(
        len(others), f"the same text as {shown}; a text is usually read once" if others else ""
    )


CHECK = Check(
    name="duplicate_text",
    reads="set",
    measure=find_duplicates,
    limit=0,
    unit="other clips",
    advice="listen to them; correct the text that is wrong, or keep the best of those that say it",
    shared="each sentence is read several times; the voice learns fewer words than so many clips "
    "could teach it",
)
