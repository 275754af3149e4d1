"""The longest pause within the speech: a model's attention can get lost in it."""

from ...quality.check import Check, Measurement, Reading, Undecided
from ..features import AudioFeatures


def read_pause(features: AudioFeatures) -> Reading | None:
    """The longest pause in seconds, 0 where there is none; None where no speech is found."""
    if features.speech is None:
        return None
    if why := features.speech.uncertain_start or features.speech.uncertain_end:
        return Undecided(f"where its speech lies is uncertain: {why}")
    pauses = features.speech.pauses(0.0)
    if not pauses:
        return Measurement(0.0)
    start, end = max(pauses, key=lambda pause: pause[1] - pause[0])
    return Measurement(
        end - start, f"a pause of {end - start:.2f} s within the speech", ((start, end),)
    )


CHECK = Check(
    name="pause_seconds",
    reads="sound",
    measure=read_pause,
    limit=1.0,
    unit="s",
    usual="at most {limit:g} s is usual",
    advice="shorten it, or split the clip there",
    shared="the voice pauses long, and a model learns to; its attention can get lost in a pause",
)
