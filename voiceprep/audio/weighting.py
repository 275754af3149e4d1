"""A-weighting by IEC 61672: how loud a frequency is to the ear, relative to 1 kHz."""

import numpy as np

# The poles of the filter, in Hz, and its gain at 1 kHz without the correction.
POLES_HZ = (20.6, 107.7, 737.9, 12194.0)
GAIN_DB = 2.0


def a_weights(hz: np.ndarray) -> np.ndarray:
    """The A-weighting of frequencies in Hz, as factors of their power."""
    lowest, low, high, highest = np.square(POLES_HZ)
    squared = np.square(hz)
    response = highest * squared**2
    response /= (squared + lowest) * np.sqrt((squared + low) * (squared + high))
    response /= squared + highest
    weights: np.ndarray = np.square(response) * 10 ** (GAIN_DB / 10)
    return weights
