"""DC offset: a constant added to every sample, a fault of the sound card."""

from ...quality.check import Check, Measurement
from ..features import AudioFeatures
from ..offset import measure_offset


def read_offset(features: AudioFeatures) -> Measurement | None:
    """The absolute DC offset as a share of full scale; None where the sound is broken."""
    if features.broken:
        return None
    offset = measure_offset(features.sound) + features.offset
    return Measurement(abs(offset), f"the samples have an offset of {offset:+.4f}")


CHECK = Check(
    name="dc_offset",
    reads="sound",
    measure=read_offset,
    limit=0.005,
    unit="of full scale",
    usual="at most {limit:g} of full scale is usual",
    advice="`voiceprep convert` removes it",
    fix="offset",
)
