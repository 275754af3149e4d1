"""What went wrong in a run, in plain words: the first fault on a ladder, and one only."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .reading import spared
from .run import RunMeasures

# Of a text that was not read, this share is passed in order at the most, or as many symbols; a
# quarter of a very short one.
HARDLY_READ = 0.1
HARDLY_READ_SYMBOLS = 3
LOST_SECONDS = 0.4
# A stay on one symbol is a stall where it is longer than pauses are, in this voice too.
STALL_SECONDS = (0.75, 2.0)
STALL_PACES = 8
# Sound or attention that much after the end is heard.
BABBLE_SECONDS = 0.25


@dataclass(frozen=True)
class Cause:
    """One rung: its name, what it means, what to try, and whether a run has it."""

    name: str
    meaning: str
    advice: str
    holds: Callable[[RunMeasures], bool]


def find_cause(run: RunMeasures) -> str:
    """The name of the first cause that holds, or "fine"."""
    return next((cause.name for cause in CAUSES if cause.holds(run)), FINE)


def _never_aligned(run: RunMeasures) -> bool:
    read = round(run.reading.read * run.symbols)
    if read > max(HARDLY_READ * run.symbols, min(HARDLY_READ_SYMBOLS, run.symbols // 4)):
        return False
    return _stalled(run) or _lost(run) or run.reading.end is not None


def _lost(run: RunMeasures) -> bool:
    return run.reading.lost * run.step_seconds > LOST_SECONDS


def _stalled(run: RunMeasures) -> bool:
    usual = STALL_PACES * run.reading.pace * run.step_seconds
    return run.alignment.longest_stall * run.step_seconds > np.clip(usual, *STALL_SECONDS)


def _early(run: RunMeasures) -> bool:
    return run.stop == "gate" and run.reading.unread > spared(run.symbols)


def _babbled(run: RunMeasures) -> bool:
    return max(run.reading.left * run.step_seconds, run.loud_after) > BABBLE_SECONDS


def _late(run: RunMeasures) -> bool:
    return run.gate_lag is not None and run.gate_lag > run.allowance


FINE = "fine"
CAUSES = (
    Cause(
        "not finite",
        "the numbers broke down: not a number, or beyond all bounds",
        "go back to an earlier checkpoint, and train on with a lower --learning-rate or fp32",
        lambda run: run.stop == "nan",
    ),
    Cause(
        "never aligned",
        "the attention never followed the text",
        "train longer, begin from a published checkpoint, or set guided_attention = 1 under [loss]",
        _never_aligned,
    ),
    Cause(
        "lost attention",
        "the text was begun in order, then the attention was on no place, or on any",
        "split long sentences, and look for clips whose text is not what is said in them",
        _lost,
    ),
    Cause(
        "skipped",
        "a part of the text was passed over",
        "look for clips that say less than their text, and for symbols the data hardly has",
        lambda run: run.alignment.skips > 0,
    ),
    Cause(
        "repeated",
        "a part of the text was said again",
        "look for clips that say more than their text; rare symbols and repeated words do it too",
        lambda run: run.alignment.repeats > 0,
    ),
    Cause(
        "stalled",
        "the attention stayed on one symbol for longer than a pause lasts",
        "look for clips with long pauses: voiceprep silence finds them",
        _stalled,
    ),
    Cause(
        "gate too early",
        "it was ended before the text was",
        "raise --gate-threshold; look for clips that are cut off before their text ends",
        _early,
    ),
    Cause(
        "babble after the end",
        "the text was finished, and the voice went on",
        "lower --gate-threshold; cut what follows the speech in the clips: voiceprep trim",
        _babbled,
    ),
    Cause(
        "gate late",
        "the text was finished, and the end came only after a silence",
        "lower --gate-threshold; trim the tails of the clips: voiceprep trim",
        _late,
    ),
    Cause(
        "finished but gate silent",
        "the text was finished, and the gate never opened",
        "lower --gate-threshold; trim the tails of the clips (voiceprep trim), and train on with "
        "--gate-positive-weight 5",
        lambda run: run.stop != "gate" and run.whole.end is not None,
    ),
    Cause(
        "cut off by the limit",
        "the text was being read in order when the limit of frames was reached",
        "raise --max-steps, or split the sentence",
        lambda run: run.stop == "limit",
    ),
)
