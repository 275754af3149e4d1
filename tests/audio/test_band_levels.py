import numpy as np
import pytest

from tests.signals import RATE, noise, tone
from voiceprep.audio.band_levels import BANDS, band_edges, band_powers, hop_length
from voiceprep.audio.sound import Sound


@pytest.mark.parametrize("rate", [8000, 22050, 48000])
def test_a_tone_is_loudest_in_its_band(rate):
    powers, silent = band_powers(Sound(tone(1.0, 1000, 0.1, rate), rate))
    band = int(np.searchsorted(band_edges(rate), 1000)) - 1
    assert powers.shape == (1 + rate // hop_length(rate), BANDS)
    assert not silent.any()
    assert set(powers[5:-5].argmax(axis=1)) == {band}


def test_zeros_in_a_sound_are_digital_silence():
    _, silent = band_powers(Sound(np.append(noise(1.0), np.zeros(RATE, "f4")), RATE))
    assert not silent[:190].any()
    assert silent[210:-10].all()
