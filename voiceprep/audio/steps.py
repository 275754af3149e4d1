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
    """The sound after the named steps with their settings, in whole steps of `bits` bits.

    What a step hands on is what its command would have written: so all of them at once give the
    very samples that one after the other gives. `facts` are those of each step under its name.
    """
    told, facts = [], {}
    for name, config in steps:
        treated = STEPS[name](sound, config, bits)
        sound = settle(treated.sound, bits)
        told += [treated.told] if treated.told else []
        facts[name] = treated.facts
    return Treated(sound, "; ".join(told), facts)
