"""A last word that is cut off: the sound ends while it still is loud.

A voice takes several hundredths of a second to fade into the room. A vowel that lacks its last
60 ms reads -14 dB at the least in four voices, while clips that end by themselves read -26 dB at
the most. A cut that was padded with silence afterwards is not found.
"""

from ...check import Check, Reading
from ..hearing import LEVEL_SECONDS, Hearing

# How much of the edge is looked at: so little that no natural beginning is loud in it already.
EDGE_BLOCKS = 2


def read_end(hearing: Hearing) -> Reading | None:
    """The loudest of the last moments, in dB from the loud moments of the whole sound."""
    return read_edge(hearing, at_end=True)


def read_edge(hearing: Hearing, at_end: bool) -> Reading | None:
    """The same of one of both ends; None where the sound is too short to have a middle."""
    levels = hearing.levels_db
    if hearing.speech is None or len(levels) < 10 * EDGE_BLOCKS:
        return None
    edge = levels[-EDGE_BLOCKS:] if at_end else levels[:EDGE_BLOCKS]
    value = float(edge.max()) - hearing.voice_db
    seconds, width = hearing.sound.seconds, EDGE_BLOCKS * LEVEL_SECONDS
    where = "ends" if at_end else "begins"
    span = (seconds - width, seconds) if at_end else (0.0, width)
    return Reading(value, f"{where} {abs(value):.0f} dB from the level of its voice", (span,))


CHECK = Check(
    name="cut_end",
    reads="sound",
    measure=read_end,
    limit=-18.0,
    unit="dB from the voice",
    advice="its last sound is cut off: take it from the recording anew, with the room after it",
    weight="error",
)
