"""A bandwidth lower than the sampling rate: upsampled, or decoded from a low bit rate mp3.

Encoders remove high frequencies at low bit rates, and resamplers cannot restore them: the spectrum
ends at a steep edge, while that of a voice, or of a dull microphone, falls off gradually.
"""

from ...quality.check import Check, Measurement
from ..features import AudioFeatures
from .bandwidth_hz import NEAR, STEEP_DB, find_edge


def read_upsampled(features: AudioFeatures) -> Measurement | None:
    """The drop of the voice's spectrum within 300 Hz at its upper edge, in dB.

    An edge close to half the rate, as every resampler leaves it, is ignored, and so is one above
    the bandwidth in use. None where no speech is found; raises Unusable.
    """
    edge = find_edge(features)
    if edge is None:
        return None
    if edge.hz >= NEAR * features.used_hz:
        return Measurement(0.0)
    evidence = (
        f"its spectrum drops by {edge.fall_db:.0f} dB at {edge.hz:.0f} Hz, as if sampled at "
        f"{edge.rate} Hz"
    )
    return Measurement(edge.fall_db, evidence)


CHECK = Check(
    name="upsampled",
    reads="sound",
    measure=read_upsampled,
    limit=STEEP_DB,
    unit="dB at its upper edge",
    usual="at most {limit:g} dB is usual",
    advice="look for a better source, or work at a lower rate: `voiceprep convert --rate`",
)
