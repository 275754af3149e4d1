"""The noise floor: the level of the pauses between speech."""

from ...quality.check import Check, Measurement
from ..features import AudioFeatures
from ..levels import floor_db


def read_floor(features: AudioFeatures) -> Measurement | None:
    """The level of the pauses in dBFS; None where there is no speech or no pause."""
    level = floor_db(features)
    return None if level is None else Measurement(level, f"its pauses are at {level:.0f} dBFS")


CHECK = Check(
    name="noise_floor_db",
    reads="sound",
    measure=read_floor,
    limit=-40.0,
    unit="dBFS",
    usual="{limit:g} dBFS or lower is usual",
    advice="listen to a pause; `voiceprep denoise` removes steady noise",
    fix="denoise",
)
