import numpy as np
import pytest
import soxr

from tests.signals import RATE, noise, speech, tone
from voiceprep.audio.channel_delay import Stretches


def delays(*channels, rate=RATE, reference=0):
    block = np.stack(channels).astype(np.float32)
    stretches = Stretches(rate)
    for part in np.array_split(block, 3, axis=1):
        stretches.add(part, 0)
    return stretches.delays(reference)


def late(samples, seconds, rate=RATE):
    """The samples later by any time, a fraction of a sample too."""
    spectrum = np.fft.rfft(samples, 2 * len(samples))
    turns = np.arange(len(spectrum)) / (2 * len(samples)) * seconds * rate
    return np.fft.irfft(spectrum * np.exp(-2j * np.pi * turns))[: len(samples)].astype(np.float32)


@pytest.mark.parametrize("rate", [8000, 16000, RATE, 44100, 48000, 96000])
@pytest.mark.parametrize("milliseconds", [0.0, 0.05, 0.12, 0.45, -0.45, 2.0])
def test_the_delay_of_a_channel_is_measured(rate, milliseconds):
    sound = soxr.resample(speech(), RATE, rate)
    found = delays(sound, late(sound, milliseconds / 1000, rate), rate=rate)
    assert found == pytest.approx([0, milliseconds / 1000], abs=0.01e-3)


def test_noise_another_level_and_inverted_polarity_change_nothing():
    sound = speech()
    other = -0.3 * late(sound, 0.00045) + noise(3.0, 0.01)
    assert delays(sound, other) == pytest.approx([0, 0.00045], abs=0.01e-3)
    assert delays(sound, other, reference=1) == pytest.approx([-0.00045, 0], abs=0.01e-3)


@pytest.mark.parametrize(
    "other", [noise(3.0), speech(seed=1)[::-1], 0 * noise(3.0)], ids=["noise", "speech", "silence"]
)
def test_another_sound_has_no_delay(other):
    assert np.isnan(delays(speech(), other)[1])


@pytest.mark.parametrize("hz", [220, 440, 1000, 4000])
def test_a_tone_has_none_for_it_fits_at_many(hz):
    sine = tone(3.0, hz)
    assert np.isnan(delays(sine, np.roll(sine, 9))[1])


def test_a_delay_beyond_those_of_a_comb_is_not_looked_for():
    assert np.isnan(delays(speech(), late(speech(), 0.005))[1])


def test_without_a_stretch_of_sound_nothing_is_compared():
    assert delays(speech(0.1), speech(0.1)) is None
