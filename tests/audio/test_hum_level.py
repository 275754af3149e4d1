import numpy as np
import pytest

from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.hum_level import LOWEST_DB, critical_hz, hear_hum
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import Undecided

from ..signals import RATE, placed, said, tone

WORDS = placed([(0.4, said(pitch_hz=110.0)), (2.2, said(pitch_hz=130.0))], 4.0, room=3e-4)


def heard(samples):
    return hear_hum(AudioFeatures(Sound(np.asarray(samples, np.float32), RATE)))


@pytest.mark.parametrize("level_db", [-60, -50, -40])
def test_the_level_is_that_of_the_harmonics_that_are_heard(level_db):
    amplitude = 10 ** (level_db / 20)
    hum = heard(
        WORDS + tone(4.0, 100.0, 0.0) + tone(4.0, 150.0, amplitude) + tone(4.0, 250.0, amplitude)
    )
    assert (hum.mains_hz, hum.lines) == (50.0, (3, 5))
    # Two tones of this amplitude have its square as their power together.
    assert hum.level_db == pytest.approx(level_db, abs=1)


def test_low_tones_weigh_less():
    low, high = (
        heard(WORDS + tone(4.0, 50.0, 0.004) + tone(4.0, hz, 0.004)).weighted_db
        for hz in (150, 450)
    )
    # The A-weighting is -14.5 dB at 150 Hz and -4.1 dB at 450 Hz.
    assert high - low == pytest.approx(10.4, abs=1)


def test_without_hum_nothing_is_heard():
    hum = heard(WORDS)
    assert (hum.lines, hum.weighted_db) == ((), LOWEST_DB)


def test_of_a_short_sound_it_says_nothing():
    assert isinstance(heard(WORDS[: RATE // 2]), Undecided)
    assert heard(np.zeros(4 * RATE)) is None


def test_the_critical_band_grows_with_the_frequency():
    assert critical_hz(np.array([0.0, 1000.0])) == pytest.approx([24.7, 132.6], abs=0.1)
