"""Bursts of stops that a closure parts from the speech, as the release of a final t.

A click looks much like one. It is over within a few ms and has most bands; a burst lasts longer, or
has few bands.
"""

import numpy as np

from .background import Background
from .band_levels import HOP_SECONDS
from .room import Spans

# The longest closure, and the longest burst: a breath is longer.
CLOSURE_SECONDS, BURST_SECONDS = 0.2, 0.06
# It stands out of the room tone by so many times what other sounds of the background do.
LOUDER = 1.5
# So many bands stand out by this: fewer may do by chance.
BAND_RATIO, FEWEST_BANDS = 10 ** (6 / 10), 4
# The power of a click, in windows of 20 ms, is over within this time.
CLICK_SECONDS = 0.013
# A click that stands out by this in some band has more than a quarter of the bands.
CLEAR_RATIO, NARROW_BANDS = 10 ** (20 / 10), 6


def with_bursts(speech: Spans, islands: Spans, background: Background) -> Spans:
    """The spans of speech with the bursts before and after them."""
    reach = round(CLOSURE_SECONDS / HOP_SECONDS)
    first, last = speech[0][0], speech[-1][1]
    before = [each for each in islands if first - reach <= each[1] <= first]
    after = [each for each in islands if last <= each[0] <= last + reach]
    return [
        *(each for each in before if _is_burst(*each, background)),
        *speech,
        *(each for each in after if _is_burst(*each, background)),
    ]


def _is_burst(start: int, end: int, background: Background) -> bool:
    room = background.room
    others = room.excess[background.before | background.after].max(initial=0.0)
    short = (end - start) * HOP_SECONDS <= BURST_SECONDS
    if not short or room.excess[start:end].max() < LOUDER * others:
        return False
    ratios = background.powers[max(start - 1, 0) : end + 1] / 10 ** (room.mean / 10)
    bands = ratios.max(axis=0) > BAND_RATIO
    if bands.sum() < FEWEST_BANDS:
        return False
    narrow = bands.sum() <= NARROW_BANDS and ratios.max() > CLEAR_RATIO
    above = np.maximum(ratios[:, bands] - 1, 0).sum(axis=1)
    return bool(narrow or above.sum() / above.max() * HOP_SECONDS >= CLICK_SECONDS)
