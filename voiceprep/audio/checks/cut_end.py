"""A last word that is cut off: the sound ends while it is still loud.

A voice takes tens of milliseconds to decay into room tone. A vowel that lacks its last 60 ms
measures -14 dB or more in four voices, a clip that ends naturally -26 dB or less. A cut that was
padded with silence afterwards is not found.
"""

from ...quality.check import Check, Measurement
from ..features import LEVEL_SECONDS, AudioFeatures

# How much of the edge is measured: so little that no natural onset is already loud in it.
EDGE_BLOCKS = 2


def read_end(features: AudioFeatures) -> Measurement | None:
    """The peak level of the last 10 ms, in dB relative to the speech level of the sound."""
    return read_edge(features, at_end=True)


def read_edge(features: AudioFeatures, at_end: bool) -> Measurement | None:
    """The same at either end; None for a short sound, or without speech."""
    levels = features.levels_db
    if features.speech is None or len(levels) < 10 * EDGE_BLOCKS:
        return None
    edge = levels[-EDGE_BLOCKS:] if at_end else levels[:EDGE_BLOCKS]
    value = float(edge.max()) - features.voice_db
    seconds, width = features.sound.seconds, EDGE_BLOCKS * LEVEL_SECONDS
    where = "ends" if at_end else "begins"
    span = (seconds - width, seconds) if at_end else (0.0, width)
    return Measurement(
        value, f"it {where} at {value:+.0f} dB relative to its speech level", (span,)
    )


CHECK = Check(
    name="cut_end",
    reads="sound",
    measure=read_end,
    limit=-18.0,
    unit="dB from the voice",
    usual="{limit:g} dB or lower is usual",
    advice="the last sound is cut off; cut the clip again with some silence after it",
    weight="error",
)
