"""The noise floor: the level of the pauses between speech, as the ear weighs it."""

from ...quality.check import Check, Measurement, Undecided
from ..features import AudioFeatures
from ..levels import floor_dba


def read_floor(features: AudioFeatures) -> Measurement | Undecided | None:
    """The A-weighted level of the pauses; None where there is no speech."""
    level = floor_dba(features)
    if level is None or isinstance(level, Undecided):
        return level
    return Measurement(level, f"its pauses are at {level:.0f} dBA")


CHECK = Check(
    name="noise_floor_db",
    reads="sound",
    measure=read_floor,
    limit=-50.0,
    unit="dBA",
    usual="{limit:g} dBA or lower is usual",
    advice="listen to a pause; `voiceprep denoise` removes steady noise",
    fix="denoise",
    shared="the voice will speak with this noise; `voiceprep denoise` removes what is steady of it",
)
