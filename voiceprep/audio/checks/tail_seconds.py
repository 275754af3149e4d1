"""The silence after the speech: with long and uneven tails a model does not learn when to stop."""

from ...check import Check, Reading
from ..hearing import Hearing


def read_tail(hearing: Hearing) -> Reading | None:
    """The seconds after the speech; None where no speech is found."""
    if hearing.speech is None:
        return None
    tail, end = hearing.speech.tail, hearing.speech.seconds
    return Reading(tail, f"tail of {tail:.2f} s", ((end - tail, end),))


CHECK = Check(
    name="tail_seconds",
    reads="sound",
    measure=read_tail,
    limit=0.4,
    unit="s",
    advice="`voiceprep trim` leaves 0.15 s of it",
    mend="trim",
)
