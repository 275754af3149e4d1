"""How loud the room is where nobody speaks."""

from ...check import Check, Reading
from ..hearing import Hearing
from ..levels import floor_db


def read_floor(hearing: Hearing) -> Reading | None:
    """The level of the pauses in dBFS; None where there is no speech or no pause."""
    level = floor_db(hearing)
    return None if level is None else Reading(level, f"pauses lie at {level:.0f} dBFS")


CHECK = Check(
    name="noise_floor_db",
    reads="sound",
    measure=read_floor,
    limit=-40.0,
    unit="dBFS",
    advice="listen to a pause; `voiceprep denoise` takes steady noise out",
    mend="denoise",
)
