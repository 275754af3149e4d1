"""A bandwidth lower than the sampling rate: upsampled, or decoded from a low bit rate mp3.

Encoders remove high frequencies at low bit rates, and resamplers cannot restore them: the spectrum
ends at a steep edge, while that of a voice, or of a dull microphone, falls off gradually.
"""

from ...quality.check import Check, Measurement, Reading, Undecided
from ..features import AudioFeatures
from .bandwidth_hz import KEPT, NEAR, STEEP_DB, TELEPHONE_HZ, VOWELS_HZ, Spectrum

# What is less above the noise of rounding may be that noise, dithered.
AUDIBLE_DB = 10.0


def read_upsampled(features: AudioFeatures) -> Reading | None:
    """The drop of the voice's spectrum within 300 Hz at its upper edge, in dB.

    An edge close to half the rate, as every resampler leaves it, is ignored, and so is one above
    the bandwidth in use, or of a telephone. None where no speech is found; raises Unusable.
    """
    spectrum = Spectrum.of(features)
    edge = spectrum.edge() if spectrum else None
    if spectrum is None or edge is None:
        return None
    half = features.sound.rate / 2
    highest = TELEPHONE_HZ if half < VOWELS_HZ else min(NEAR * features.used_hz, KEPT * half)
    if edge.fall_db > STEEP_DB:
        if edge.hz >= highest:
            return Measurement(0.0)
        if not edge.shown:
            return Undecided("it has no fricative that shows where its spectrum ends")
    elif spectrum.above_rounding_db(highest) < AUDIBLE_DB:
        return Undecided(
            f"its sounds are too soft at {highest:.0f} Hz to show whether they end there"
        )
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
    shared="the voice will be as dull as its recordings; work at the rate that holds them, with "
    "`voiceprep convert --rate`",
)
