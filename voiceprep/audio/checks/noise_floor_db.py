"""The noise floor: the level of the pauses between speech, as the ear weighs it."""

from ...quality.check import Check, Measurement, Reading, Undecided
from ..features import AudioFeatures
from ..levels import floor_dba


def read_floor(features: AudioFeatures) -> Reading | None:
    """The level of the pauses in dBFS(A); None where there is no speech."""
    level = floor_dba(features)
    if level is None or isinstance(level, Undecided):
        return level
    return Measurement(level, f"its pauses are at {level:.0f} dBFS(A)")


CHECK = Check(
    name="noise_floor_db",
    reads="sound",
    measure=read_floor,
    limit=-50.0,
    unit="dBFS(A)",
    usual="{limit:g} dBFS(A) or lower is usual",
    advice="listen to a pause; `voiceprep denoise` removes steady noise",
    fix="denoise",
    shared="the voice will speak with this noise; `voiceprep denoise` removes what is steady of it",
)
