"""A first word that is cut: the sound is loud from its first moment on.

Of voices that are made without any breath (espeak-ng) every clip does so, and is told.
"""

from ...check import Check, Reading
from ..hearing import Hearing
from .cut_end import read_edge


def read_start(hearing: Hearing) -> Reading | None:
    """The loudest of the first moments, in dB from the loud moments of the whole sound."""
    return read_edge(hearing, at_end=False)


CHECK = Check(
    name="cut_start",
    reads="sound",
    measure=read_start,
    limit=-18.0,
    unit="dB from the voice",
    advice="its first sound is cut off: take it from the recording anew, with the room before it",
    weight="error",
)
