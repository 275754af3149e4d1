"""The longest pause within the speech: attention gets lost in it."""

from ...check import Check, Reading
from ..hearing import Hearing


def read_pause(hearing: Hearing) -> Reading | None:
    """The longest pause in seconds, 0 where there is none; None where no speech is found."""
    if hearing.speech is None:
        return None
    pauses = hearing.speech.pauses(0.0)
    if not pauses:
        return Reading(0.0)
    start, end = max(pauses, key=lambda pause: pause[1] - pause[0])
    return Reading(end - start, f"pause of {end - start:.2f} s", ((start, end),))


CHECK = Check(
    name="pause_seconds",
    reads="sound",
    measure=read_pause,
    limit=1.0,
    unit="s",
    advice="shorten it, or make two clips of it",
)
