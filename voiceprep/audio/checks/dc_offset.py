"""A constant that was added to every sample: a fault of the sound card."""

from ...check import Check, Reading
from ..hearing import Hearing
from ..offset import measure_offset


def read_offset(hearing: Hearing) -> Reading | None:
    """How far the sound's middle is from zero, a share of full scale; None if broken."""
    if hearing.broken:
        return None
    offset = measure_offset(hearing.sound) + hearing.offset
    return Reading(abs(offset), f"the samples lie {offset:+.4f} off zero")


CHECK = Check(
    name="dc_offset",
    reads="sound",
    measure=read_offset,
    limit=0.005,
    unit="of full scale",
    advice="`voiceprep convert` takes it out",
    mend="offset",
)
