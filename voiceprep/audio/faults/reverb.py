"""Reverberation: the sound through a synthetic impulse response of known decay.

The late part of a room's response is like exponentially decaying white noise (Polack, 1988); the
direct sound before it has the same energy as all that follows.
"""

import numpy as np

from ...quality.fault import Fault
from ..sound import Sound

FIRST_ECHO_SECONDS = 0.003


def add_reverb(sound: Sound, t60: float, random: np.random.Generator) -> Sound:
    """The sound in a room that decays by 60 dB in `t60` seconds, at the same level."""
    from scipy.signal import fftconvolve

    response = impulse_response(t60, sound.rate, random)
    wet = fftconvolve(sound.samples, response)
    power = np.sum(sound.samples.astype(np.float64) ** 2), np.sum(wet**2)
    wet *= np.sqrt(power[0] / max(power[1], 1e-20))
    wet /= max(float(np.abs(wet).max(initial=0.0)), 1.0)
    return Sound(wet.astype(np.float32), sound.rate)


def impulse_response(t60: float, rate: int, random: np.random.Generator) -> np.ndarray:
    """A unit impulse, then decaying noise of energy 1 down to -60 dB, float64."""
    time = np.arange(round(t60 * rate)) / rate
    tail = random.standard_normal(len(time)) * 10 ** (-3 * time / t60)
    tail[: round(FIRST_ECHO_SECONDS * rate)] = 0
    tail /= np.sqrt(np.sum(tail**2))
    return np.concatenate(([1.0], tail[1:]))


FAULT = Fault(
    name="reverb",
    inject=add_reverb,
    sizes=(0.3, 0.6, 1.2),
    unit="s of T60",
    found_by=("reverb_seconds",),
)
