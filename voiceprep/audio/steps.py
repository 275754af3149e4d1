"""The steps between a converted recording and a clip to train on, in their order."""

from collections.abc import Callable, Sequence
from typing import Any

from .dehum import dehum
from .denoise import denoise
from .dither import settle
from .loudness import level
from .offset import take_offset
from .sound import Sound, Treated
from .trim import trim

Step = Callable[[Sound, Any, int], Treated]

STEPS: dict[str, Step] = {
    "offset": lambda sound, _config, _bits: take_offset(sound),
    "dehum": lambda sound, _config, _bits: dehum(sound),
    "denoise": denoise,
    "trim": trim,
    "loudness": lambda sound, config, _bits: level(sound, config),
}


def take_steps(sound: Sound, steps: Sequence[tuple[str, Any]], bits: int) -> Treated:
    """The sound after the named steps with their settings, quantised to `bits` bits.

    Every step is given what the command of the previous one would have written: so together they
    give the same samples as one after the other. `facts` are those of each step by its name.
    """
    warnings: list[str] = []
    unneeded: list[str] = []
    facts = {}
    for name, config in steps:
        treated = STEPS[name](sound, config, bits)
        sound = settle(treated.sound, bits)
        if treated.note:
            (unneeded if treated.unneeded else warnings).append(treated.note)
        facts[name] = treated.facts
    return Treated(sound, "; ".join([*warnings, *unneeded]), facts, "; ".join(unneeded))
