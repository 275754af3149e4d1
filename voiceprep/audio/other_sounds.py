"""Sounds at the ends of a clip that are apart from its speech and may be none.

After a pause that is longer than any closure within a word, a sound that is shorter than a word or
has no voice is a blow or a click. One whose spectrum stays, or comes back again and again, is a
tone, music or laughter: speech goes on to another sound.
"""

from itertools import pairwise

import numpy as np

from .band_levels import HOP_SECONDS
from .room import Room, Spans

# The shortest pause between the speech and a sound apart from it.
PAUSE_SECONDS = 0.3
# So few frames of voice may be an echo of it in the detector.
VOICED_FRAMES = 6
# No word is shorter.
WORD_SECONDS = 0.12
# A spectrum is compared with itself so much later, as means over so many frames.
LAG_SECONDS, LAG_STEP, MEAN_FRAMES = (0.1, 0.35), 2, 5
# The mean difference over all bands, without that of the level, where it is the same. In speech it
# is 6 dB and more, in steady and repeated sounds 2 dB and less.
SAME_DB = 4.0


def doubtful_ends(spans: Spans, room: Room, voice: np.ndarray) -> tuple[Spans, Spans]:
    """The spans at the start and at the end, beyond a pause, that may not be speech."""
    parts = _parts(spans)
    longest = max(range(len(parts)), key=lambda number: _extent(parts[number]))
    before, after = (
        part if number != longest and _is_other(part, parts[longest], room, voice) else []
        for number, part in ((0, parts[0]), (len(parts) - 1, parts[-1]))
    )
    return before, after


def _is_other(part: Spans, speech: Spans, room: Room, voice: np.ndarray) -> bool:
    """Whether a part is too short, has no voice, or stays the same where the speech does not.

    Up to an end of the file it may be a word that is cut off.
    """
    voiced = sum(int(voice[start:end].sum()) for start, end in part) >= VOICED_FRAMES
    whole = part[0][0] > 0 and part[-1][1] < len(room.levels)
    long = _extent(part) * HOP_SECONDS >= WORD_SECONDS or not whole
    return not (voiced and long) or (_stays(part, room) and not _stays(speech, room))


def _extent(part: Spans) -> int:
    return part[-1][1] - part[0][0]


def _parts(spans: Spans) -> list[Spans]:
    """The spans in groups between which there is a pause."""
    parts = [spans[:1]]
    for (_, end), span in pairwise(spans):
        if (span[0] - end) * HOP_SECONDS < PAUSE_SECONDS:
            parts[-1] = [*parts[-1], span]
        else:
            parts.append([span])
    return parts


def _stays(part: Spans, room: Room) -> bool:
    """Whether the spectrum is the same, or becomes the same again and again."""
    sounding = np.concatenate([room.levels[start:end] for start, end in part])
    levels = np.maximum(sounding, room.mean)
    sums = np.cumsum(levels, axis=0)
    means = (sums[MEAN_FRAMES:] - sums[:-MEAN_FRAMES]) / MEAN_FRAMES
    shapes = means - means.mean(axis=1, keepdims=True)
    least, most = (round(seconds / HOP_SECONDS) for seconds in LAG_SECONDS)
    lags = range(least, max(min(most, len(shapes) // 2), least) + 1, LAG_STEP)
    differences = [
        float(np.mean(np.abs(shapes[lag:] - shapes[:-lag]))) for lag in lags if lag < len(shapes)
    ]
    return min(differences, default=np.inf) < SAME_DB
