"""The same recording twice, in whole or in part: it has double weight, and leaks into validation.

Two clips are candidates where several fingerprint words occur in both at the same distance; the
share of bits that differ where they overlap decides. A clip is compared only with the next few that
share a word, so that the work grows linearly with the number of clips, and each of many copies
names one other.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from ...errors import Unusable
from ...quality.check import Check, Measurement, Reading, Undecided
from ..features import AudioFeatures
from ..fingerprint import STEP_SECONDS, find_words

# About half of the bits of two independent sounds differ, under a tenth of a sound and its mp3.
MOST_DIFFERENT = 0.25
# The fewest steps that two sounds must share, about a second.
FEWEST_STEPS = 80
SHORT = Undecided("too little of it is audible to tell a copy from a similar word")
# How many clips with the same word a clip is compared with, how many words they must share at one
# distance, and how many steps apart distances count as one.
NEIGHBOURS, MEETINGS, SLACK = 4, 2, 3
# One word in so many is indexed, chosen by the word itself.
SAMPLED = 2
# Half of the range of distances, in `SLACK` steps: twenty hours.
HALF = 1 << 21


def keep_words(features: AudioFeatures) -> np.ndarray | None:
    """A clip's fingerprint, uint32 (steps,), 350 bytes a second; None where nothing is audible."""
    try:
        words = find_words(features)
    except Unusable:
        return None
    return words if np.any(words) else None


def read_copies(kept: Mapping[str, np.ndarray]) -> dict[str, Reading]:
    """For every clip, the largest share of it that is also in one other clip."""
    long = {id: words for id, words in kept.items() if np.count_nonzero(words) >= FEWEST_STEPS}
    short = {id: words for id, words in kept.items() if id not in long}
    return {**_read_short(short), **_read_long(long)}


def _read_short(kept: Mapping[str, np.ndarray]) -> dict[str, Reading]:
    """Of clips too short to compare, those are copies that are the same in every bit."""
    same: dict[bytes, list[str]] = {}
    for id, words in kept.items():
        same.setdefault(words.tobytes(), []).append(id)
    found: dict[str, Reading] = dict.fromkeys(kept, SHORT)
    for ids in same.values():
        for id, other in zip(ids, [*ids[1:], ids[0]], strict=True):
            if other != id:
                span = (0.0, len(kept[id]) * STEP_SECONDS)
                found[id] = Measurement(1.0, f"100 % of it is also in {other}", (span,))
    return found


def _read_long(kept: Mapping[str, np.ndarray]) -> dict[str, Measurement]:
    ids, words = list(kept), list(kept.values())
    best = dict.fromkeys(ids, Measurement(0.0))
    for one, other, shift in _candidates(words):
        start, end = max(shift, 0), min(len(words[one]), len(words[other]) + shift)
        common = _common(words[one][start:end], words[other][start - shift : end - shift])
        if not common:
            continue
        for mine, its, first in ((one, other, start), (other, one, start - shift)):
            share = min(common / np.count_nonzero(words[mine]), 1.0)
            if share > best[ids[mine]].value:
                span = (first * STEP_SECONDS, (first + end - start) * STEP_SECONDS)
                text = f"{100 * share:.0f} % of it is also in {ids[its]}"
                best[ids[mine]] = Measurement(share, text, (span,))
    return best


def _common(one: np.ndarray, other: np.ndarray) -> int:
    """How many steps two aligned stretches share, 0 where they are different sounds."""
    audible = (one != 0) & (other != 0)
    count = int(np.count_nonzero(audible))
    if count < FEWEST_STEPS:
        return 0
    bits = np.unpackbits((one[audible] ^ other[audible]).view(np.uint8))
    return count if float(bits.mean()) < MOST_DIFFERENT else 0


def _candidates(words: list[np.ndarray]) -> Iterator[tuple[int, int, int]]:
    """Two clips, and by how many steps the shared part is later in the first one."""
    keys, clips, steps = _index(words)
    codes = []
    for apart in range(1, NEIGHBOURS + 1):
        same = np.flatnonzero(keys[apart:] == keys[:-apart])
        shift = (steps[same] - steps[same + apart]) // SLACK + HALF
        codes.append((clips[same] << 44) | (clips[same + apart] << 22) | shift)
    code, count = np.unique(np.concatenate(codes), return_counts=True)
    for value in code[count >= MEETINGS].tolist():
        one, other = value >> 44, (value >> 22) % (1 << 22)
        for shift in range(SLACK):
            yield one, other, ((value % (1 << 22)) - HALF) * SLACK + shift


def _index(words: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every indexed word, its clip and its step there, sorted by word, all int64.

    Of a word that occurs several times in a clip the first is kept.
    """
    found = np.concatenate([np.zeros(0, np.uint32), *words])
    lengths = [len(row) for row in words]
    clips = np.repeat(np.arange(len(words)), lengths)
    steps = np.arange(len(found)) - np.repeat(np.cumsum([0, *lengths])[:-1], lengths)
    mixed = found * np.uint32(2654435761) >> np.uint32(16)
    taken = np.flatnonzero((found != 0) & (mixed % SAMPLED == 0))
    keys = (found[taken].astype(np.uint64) << np.uint64(32)) | clips[taken].astype(np.uint64)
    _, first = np.unique(keys, return_index=True)
    taken = taken[first]
    return found[taken].astype(np.int64), clips[taken], steps[taken]


CHECK = Check(
    name="copies",
    reads="set",
    measure=read_copies,
    keep=keep_words,
    limit=0.5,
    unit="of the clip",
    advice="keep one of the two",
)
