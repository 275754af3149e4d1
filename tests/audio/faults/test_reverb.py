import numpy as np
import pytest

from voiceprep.audio.faults.reverb import add_reverb, impulse_response
from voiceprep.audio.sound import Sound

from ...signals import RATE, speech


@pytest.mark.parametrize("t60", [0.3, 0.6, 1.2])
def test_the_response_decays_by_60_db_in_that_time(t60):
    tail = impulse_response(t60, RATE, np.random.default_rng(0))[200:]
    # Schroeder's backward sum falls in a straight line.
    left = 10 * np.log10(np.cumsum(tail[::-1] ** 2)[::-1])
    middle = slice(0, len(left) // 2)
    slope = np.polyfit(np.arange(len(left))[middle] / RATE, left[middle], 1)[0]
    assert -60 / slope == pytest.approx(t60, rel=0.05)


def test_the_echo_is_as_strong_as_the_direct_sound():
    response = impulse_response(0.6, RATE, np.random.default_rng(0))
    assert np.sum(response[1:] ** 2) == pytest.approx(response[0] ** 2)


def test_the_level_is_kept():
    wet = add_reverb(Sound(speech(), RATE), 0.6, np.random.default_rng(0)).samples
    assert np.sum(wet**2) == pytest.approx(np.sum(speech() ** 2), rel=0.01)
