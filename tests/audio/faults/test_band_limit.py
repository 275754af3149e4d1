import numpy as np
import pytest

from voiceprep.audio.faults.band_limit import inject
from voiceprep.audio.sound import Sound

from ...signals import RATE, noise


@pytest.mark.parametrize("lost", [0.15, 0.3, 0.5])
def test_what_is_above_the_edge_is_lost_and_what_is_below_stays(lost):
    clean = Sound(noise(3), RATE)
    narrow = inject(clean, lost, np.random.default_rng(0))
    assert len(narrow.samples) == len(clean.samples)
    share = np.fft.rfftfreq(len(clean.samples)) * 2
    before, after = (np.abs(np.fft.rfft(sound.samples)) ** 2 for sound in (clean, narrow))
    above, below = share > 1 - 0.97 * lost, share < 0.9 * (1 - lost)
    assert after[above].sum() < 1e-5 * before[above].sum()
    assert after[below].sum() == pytest.approx(before[below].sum(), rel=0.01)


def test_a_sound_at_full_scale_is_not_clipped_into_the_lost_band():
    loud = noise(3, level=0.3).clip(-1, 1)
    narrow = inject(Sound(loud, RATE), 0.5, np.random.default_rng(0))
    power = np.abs(np.fft.rfft(narrow.samples)) ** 2
    assert power[len(power) * 6 // 10 :].sum() < 1e-6 * power.sum()
