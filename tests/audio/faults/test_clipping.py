import numpy as np
import pytest

from voiceprep.audio.faults.clipping import inject
from voiceprep.audio.sound import Sound

from ...signals import RATE, speech


@pytest.mark.parametrize("decibels", [1, 3, 9])
def test_what_is_under_full_scale_is_turned_up_and_the_rest_cut_off(decibels):
    clean = Sound(speech(), RATE)
    spoilt = inject(clean, decibels, np.random.default_rng(0)).samples
    gain = 10 ** (decibels / 20) / np.abs(clean.samples).max()
    kept = np.abs(gain * clean.samples) < 0.99
    assert np.allclose(spoilt[kept], gain * clean.samples[kept], atol=3 / 2**15)
    assert np.all(np.abs(spoilt[np.abs(gain * clean.samples) > 1]) >= 1 - 3 / 2**15)
