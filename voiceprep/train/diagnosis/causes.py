"""The cause of a failed run: the first of an ordered list of faults that applies."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .attention_path import spared
from .run import RunMeasures

# A text counts as unread up to this share of symbols passed in order, or up to this many; up to a
# quarter of a very short one.
HARDLY_READ = 0.1
HARDLY_READ_SYMBOLS = 3
LOST_SECONDS = 0.4
# A stay on one symbol is a stall where it is longer than pauses, relative to the speaking rate.
STALL_SECONDS = (0.75, 2.0)
STALL_PACES = 8
# Sound, or attention back in the text, for this long after the end is audible.
BABBLE_SECONDS = 0.25


@dataclass(frozen=True)
class Cause:
    """A fault: its name, what it means, what to try, and whether a run has it.

    `needs` is what a model must have for the fault to apply.
    """

    name: str
    meaning: str
    advice: str
    holds: Callable[[RunMeasures], bool]
    needs: Literal["", "gate", "attention"] = ""

    def applies(self, run: RunMeasures) -> bool:
        """Whether the run is of a model that has what the fault needs."""
        has = {"": True, "gate": run.has_gate, "attention": run.has_attention}
        return has[self.needs]


def find_cause(run: RunMeasures) -> str:
    """The name of the first cause that holds, or "fine"."""
    return next((cause.name for cause in CAUSES if cause.applies(run) and cause.holds(run)), FINE)


def _never_aligned(run: RunMeasures) -> bool:
    symbols_read = round(run.path.read * run.symbols)
    if symbols_read > max(HARDLY_READ * run.symbols, min(HARDLY_READ_SYMBOLS, run.symbols // 4)):
        return False
    return _stalled(run) or _lost(run) or run.path.end is not None


def _lost(run: RunMeasures) -> bool:
    return run.path.lost * run.step_seconds > LOST_SECONDS


def _stalled(run: RunMeasures) -> bool:
    limit = STALL_PACES * run.path.pace * run.step_seconds
    stalled = run.alignment.longest_stall * run.step_seconds
    return bool(stalled > np.clip(limit, *STALL_SECONDS))


def _early(run: RunMeasures) -> bool:
    return run.stop == "gate" and run.path.unread > spared(run.symbols)


def _babbled(run: RunMeasures) -> bool:
    return max(run.path.left * run.step_seconds, run.loud_after) > BABBLE_SECONDS


def _late(run: RunMeasures) -> bool:
    return run.gate_lag is not None and run.gate_lag > run.allowance


FINE = "fine"
CAUSES = (
    Cause(
        "not finite",
        "the output was not finite: NaN, infinite or far too large",
        "resume from an earlier checkpoint with a lower --learning-rate or in fp32",
        lambda run: run.stop == "nan",
    ),
    Cause(
        "never aligned",
        "the attention never followed the text",
        "train longer, start from a published checkpoint, or set guided_attention = 1 under [loss]",
        _never_aligned,
        "attention",
    ),
    Cause(
        "lost attention",
        "the text was read in order at first, then the attention spread out or wandered",
        "split long sentences, and look for clips whose text does not match the speech",
        _lost,
        "attention",
    ),
    Cause(
        "skipped",
        "a part of the text was left out",
        "look for clips that say less than their text, and for symbols that are rare in the data",
        lambda run: run.alignment.skips > 0,
        "attention",
    ),
    Cause(
        "repeated",
        "a part of the text was spoken twice",
        "look for clips that say more than their text, for rare symbols and repeated words",
        lambda run: run.alignment.repeats > 0,
        "attention",
    ),
    Cause(
        "stalled",
        "the attention stayed on one symbol for longer than a pause lasts",
        "look for clips with long pauses: voiceprep silence finds them",
        _stalled,
        "attention",
    ),
    Cause(
        "gate too early",
        "the gate ended it before the end of the text",
        "raise --gate-threshold; look for clips that are cut off before their text ends",
        _early,
        "gate",
    ),
    Cause(
        "babble after the end",
        "the text was finished, and the voice went on speaking",
        "lower --gate-threshold; cut what follows the speech in the clips: voiceprep trim",
        _babbled,
        "attention",
    ),
    Cause(
        "gate late",
        "the text was finished, and the gate opened only after a long silence",
        "lower --gate-threshold; trim the tails of the clips: voiceprep trim",
        _late,
        "gate",
    ),
    Cause(
        "finished but gate silent",
        "the text was finished, and the gate never opened",
        "lower --gate-threshold; trim the tails of the clips (voiceprep trim), and resume training "
        "with --gate-positive-weight 5",
        lambda run: run.stop != "gate" and run.full_path.end is not None,
        "gate",
    ),
    Cause(
        "cut off by the limit",
        "the text was still being read in order at the limit of frames",
        "raise --max-steps, or split the sentence",
        lambda run: run.stop == "limit",
    ),
)
