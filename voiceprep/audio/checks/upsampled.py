"""A sound of a lower rate than its header says: brought up from one, or out of a small mp3.

Encoders leave the highest sounds out where bits are few, and resamplers cannot make them up: what
is left ends as if cut with a knife, while a voice, and a dull microphone, fade out.
"""

from ...check import Check, Reading
from ..hearing import Hearing
from .bandwidth_hz import NEAR, STEEP_DB, find_edge


def read_upsampled(hearing: Hearing) -> Reading | None:
    """How far the spectrum of the voice falls within 300 Hz where it ends, in dB.

    The edge of a resampler, close to half the rate, is left out, and one above all that a voice
    is to use. None where no speech is found; raises Unusable.
    """
    edge = find_edge(hearing)
    if edge is None:
        return None
    if edge.hz >= NEAR * hearing.used_hz:
        return Reading(0.0)
    told = f"falls by {edge.fall_db:.0f} dB at {edge.hz:.0f} Hz, so that {edge.rate} Hz holds it"
    return Reading(edge.fall_db, told)


CHECK = Check(
    name="upsampled",
    reads="sound",
    measure=read_upsampled,
    limit=STEEP_DB,
    unit="dB at its upper edge",
    advice="look for a better source, or work at that rate: `voiceprep convert --rate`",
)
