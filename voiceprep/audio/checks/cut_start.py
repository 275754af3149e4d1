"""A first word that is cut off: the sound is loud from its first sample on.

Voices that are synthesised without any breath (espeak-ng) do so in every clip, and are flagged.
"""

from ...quality.check import Check, Measurement
from ..features import AudioFeatures
from .cut_end import read_edge


def read_start(features: AudioFeatures) -> Measurement | None:
    """The peak level of the first 10 ms, in dB relative to the speech level of the sound."""
    return read_edge(features, at_end=False)


CHECK = Check(
    name="cut_start",
    reads="sound",
    measure=read_start,
    limit=-18.0,
    unit="dB from the voice",
    usual="{limit:g} dB or lower is usual",
    advice="the first sound is cut off; cut the clip again with some silence before it",
    weight="error",
)
