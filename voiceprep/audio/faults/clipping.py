"""Clipping at full scale, as of an input level that is too high."""

import numpy as np

from ...quality.fault import Fault
from ..dither import settle
from ..sound import Sound


def inject(sound: Sound, size: float, random: np.random.Generator) -> Sound:  # noqa: ARG001
    """Turned up until its highest peak is `size` dB over full scale, in 16 bits."""
    peak = float(np.max(np.abs(sound.samples)))
    gain = np.float32(10 ** (size / 20) / max(peak, 1e-9))
    return settle(Sound(np.clip(sound.samples * gain, -1, 1), sound.rate), 16)


FAULT = Fault("clipping", inject, (1.0, 3.0, 9.0), "dB over full scale", ("clipping",))
