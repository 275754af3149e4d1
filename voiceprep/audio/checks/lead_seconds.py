"""The silence before the speech: a model learns to wait as long."""

from ...quality.check import Check, Measurement, Reading, Undecided
from ..features import AudioFeatures


def read_lead(features: AudioFeatures) -> Reading | None:
    """The seconds before the speech; None where no speech is found."""
    if features.speech is None:
        return None
    if why := features.speech.uncertain_start:
        return Undecided(f"the start of its speech is uncertain: {why}")
    lead = features.speech.lead
    return Measurement(lead, f"{lead:.2f} s of silence before the speech", ((0.0, lead),))


CHECK = Check(
    name="lead_seconds",
    reads="sound",
    measure=read_lead,
    limit=0.4,
    unit="s",
    usual="at most {limit:g} s is usual",
    advice="`voiceprep trim` cuts it to 0.1 s",
    fix="trim",
    shared="a model learns to wait as long before it speaks; `voiceprep trim` cuts all alike",
)
