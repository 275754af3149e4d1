"""Properties of a voice: what so many of its clips have alike that it is a fault of none."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

import numpy as np

from ..records import Finding
from .check import Check
from .proportion import wilson

# With fewer clips, nothing shows whether a voice is so or a clip.
FEWEST_CLIPS = 3
# A majority shares it, by the lower bound of its share: 4 of 5 clips, 20 of 40. Among many clips a
# smaller share does too, where their values continue those of the rest.
MAJORITY, MANY_CLIPS, LARGE_SHARE = 1 / 3, 20, 0.1
# A clip stands out from its voice at so many robust standard deviations from the median (Iglewicz
# and Hoaglin 1993). One is at least this share of the limit.
STANDS_OUT, LEAST_SHARE = 3.5, 0.05
# The factor from a median absolute deviation to a standard deviation.
MAD = 1.4826


@dataclass(frozen=True)
class VoiceProperty:
    """What most clips of a voice have alike beyond the limit of a check.

    `ids` are the clips that have it, of `clips` that were judged; `typical` is the finding of the
    median one of them. `speaker` is empty where the dataset has one voice.
    """

    check: str
    speaker: str
    ids: frozenset[str]
    clips: int
    typical: Finding


def find_property(
    check: Check, findings: Mapping[str, Finding], speaker: str = ""
) -> VoiceProperty | None:
    """The property that the findings of a check in the clips of one voice amount to, if any.

    `findings` includes those that are ok. Clips that stand out from the voice do not share it.
    Where the limit is 0, no clip stands out: a count grows with the length of the text.
    """
    flagged = [finding for finding in findings.values() if not finding.ok]
    if not check.shared or not _is_large(len(flagged), len(findings)):
        return None
    farthest = _farthest(check, np.array([finding.value for finding in findings.values()]))
    sign = 1 if check.worse == "above" else -1
    alike = sorted(
        (finding for finding in flagged if sign * finding.value <= farthest),
        key=lambda finding: (finding.value, finding.id),
    )
    if not _is_large(len(alike), len(findings)):
        return None
    ids = frozenset(finding.id for finding in alike)
    return VoiceProperty(check.name, speaker, ids, len(findings), alike[len(alike) // 2])


def _is_large(count: int, total: int) -> bool:
    if total < FEWEST_CLIPS:
        return False
    least = wilson(count, total).low
    return least >= MAJORITY or (total >= MANY_CLIPS and least >= LARGE_SHARE)


def _farthest(check: Check, values: np.ndarray) -> float:
    """The value, with its sign turned where less is worse, beyond which a clip stands out."""
    if not check.limit:
        return inf
    median = float(np.median(values))
    deviation = MAD * float(np.median(np.abs(values - median)))
    spread = max(deviation, LEAST_SHARE * abs(check.limit))
    return (median if check.worse == "above" else -median) + STANDS_OUT * spread
