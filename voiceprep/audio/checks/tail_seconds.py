"""The silence after the speech: long, uneven tails keep a model from learning when to stop."""

from ...quality.check import Check, Measurement, Reading, Undecided
from ..features import AudioFeatures


def read_tail(features: AudioFeatures) -> Reading | None:
    """The seconds after the speech; None where no speech is found."""
    if features.speech is None:
        return None
    if why := features.speech.uncertain_end:
        return Undecided(f"the end of its speech is uncertain: {why}")
    tail, end = features.speech.tail, features.speech.seconds
    return Measurement(tail, f"{tail:.2f} s of silence after the speech", ((end - tail, end),))


CHECK = Check(
    name="tail_seconds",
    reads="sound",
    measure=read_tail,
    limit=0.4,
    unit="s",
    usual="at most {limit:g} s is usual",
    advice="`voiceprep trim` cuts it to 0.15 s",
    fix="trim",
    shared="a model learns to stay silent as long before it stops; `voiceprep trim` cuts all alike",
)
