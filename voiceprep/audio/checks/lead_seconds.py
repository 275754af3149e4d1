"""The silence before the speech: a model learns to wait as long."""

from ...check import Check, Reading
from ..hearing import Hearing


def read_lead(hearing: Hearing) -> Reading | None:
    """The seconds before the speech; None where no speech is found."""
    if hearing.speech is None:
        return None
    lead = hearing.speech.lead
    return Reading(lead, f"{lead:.2f} s before the speech", ((0.0, lead),))


CHECK = Check(
    name="lead_seconds",
    reads="sound",
    measure=read_lead,
    limit=0.4,
    unit="s",
    advice="`voiceprep trim` leaves 0.1 s of it",
    mend="trim",
)
