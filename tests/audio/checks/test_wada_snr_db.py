import numpy as np
import pytest

from voiceprep.audio.checks.wada_snr_db import SHAPE, read_wada, spread_table
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound

from ...signals import RATE


def amplitudes(decibels, seed=0):
    """A million samples that are spread as the method takes speech and noise to be."""
    random = np.random.default_rng(seed)
    size = 1_000_000
    speech = random.gamma(SHAPE, 1, size) * random.choice((-1, 1), size)
    noisy = speech / speech.std() + 10 ** (-decibels / 20) * random.standard_normal(size)
    return (0.02 * noisy).astype(np.float32)


@pytest.mark.parametrize("decibels", [-5, 0, 10, 25, 40])
def test_the_ratio_is_read_where_amplitudes_are_as_it_takes_them_to_be(decibels):
    reading = read_wada(AudioFeatures(Sound(amplitudes(decibels), RATE)))
    assert reading.value == pytest.approx(decibels, abs=0.5)


def test_it_does_not_depend_on_the_level():
    sound = amplitudes(15)
    readings = [read_wada(AudioFeatures(Sound(sound * np.float32(g), RATE))) for g in (1, 0.01)]
    assert readings[0].value == pytest.approx(readings[1].value, abs=0.01)


def test_the_spread_rises_from_that_of_noise_to_that_of_speech():
    _, spreads = spread_table()
    assert np.all(np.diff(spreads) > 0)
    # Of Gaussian noise alone: ln sqrt(2 / pi) + (gamma + ln 2) / 2.
    assert spreads[0] == pytest.approx(0.4094, abs=0.001)


def test_zeros_do_not_pass_for_the_lowest_noise():
    sound = amplitudes(10)
    padded = np.concatenate((np.zeros(500_000, np.float32), sound))
    reading = read_wada(AudioFeatures(Sound(padded, RATE)))
    assert reading.value == pytest.approx(10, abs=0.5)


def test_too_little_is_not_told():
    assert read_wada(AudioFeatures(Sound(amplitudes(10)[:7000], RATE))) is None
