import numpy as np
import pytest

from voiceprep.audio.faults.hum import inject
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.levels import speech_db
from voiceprep.audio.sound import Sound

from ...signals import RATE, placed, said


@pytest.mark.parametrize("decibels", [40, 30, 20])
def test_it_lies_so_far_under_the_speech_at_multiples_of_the_mains(decibels):
    clean = Sound(placed([(0.5, said(2.0))], 4.0), RATE)
    hum = inject(clean, decibels, np.random.default_rng(0)).samples - clean.samples
    level = 10 * np.log10(np.mean(hum.astype(float) ** 2))
    assert speech_db(AudioFeatures(clean)) - level == pytest.approx(decibels, abs=0.1)
    hz = np.fft.rfftfreq(len(hum), 1 / RATE)
    powers = np.abs(np.fft.rfft(hum * np.hanning(len(hum)))) ** 2
    near = [np.abs(hz / mains - np.rint(hz / mains)) < 0.05 for mains in (50, 60)]
    assert max(powers[lines & (hz > 40)].sum() for lines in near) > 0.99 * powers.sum()


def test_a_sound_without_speech_gets_it_too():
    assert np.any(
        inject(Sound(np.zeros(RATE, np.float32), RATE), 20, np.random.default_rng(0)).samples
    )
