"""A first word that is cut off: the sound is loud from its first sample on."""

from ...quality.check import Check, Reading
from ..features import AudioFeatures
from .cut_end import LIMIT, read_edge


def read_start(features: AudioFeatures) -> Reading | None:
    """The level at the start, in dB relative to the speech level of the sound."""
    return read_edge(features, at_end=False)


CHECK = Check(
    name="cut_start",
    reads="sound",
    measure=read_start,
    limit=LIMIT,
    unit="dB from the voice",
    usual="{limit:g} dB or lower is usual",
    advice="the first sound is cut off; cut the clip again with some silence before it",
    weight="error",
)
