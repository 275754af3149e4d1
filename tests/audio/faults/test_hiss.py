import numpy as np
import pytest

from voiceprep.audio.faults.hiss import inject_pink, inject_white
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.levels import speech_db
from voiceprep.audio.sound import Sound

from ...signals import RATE, placed, said

CLEAN = Sound(placed([(0.5, said(2.0))], 4.0), RATE)


def added(inject, decibels):
    return inject(CLEAN, decibels, np.random.default_rng(0)).samples - CLEAN.samples


def octave(noise, low):
    hz = np.fft.rfftfreq(len(noise), 1 / RATE)
    powers = np.abs(np.fft.rfft(noise)) ** 2
    return 10 * np.log10(powers[(hz >= low) & (hz < 2 * low)].sum())


@pytest.mark.parametrize("inject", [inject_white, inject_pink])
@pytest.mark.parametrize("decibels", [35, 25, 15])
def test_it_lies_so_far_under_the_speech(inject, decibels):
    level = 10 * np.log10(np.mean(added(inject, decibels).astype(float) ** 2))
    assert speech_db(AudioFeatures(CLEAN)) - level == pytest.approx(decibels, abs=0.1)


@pytest.mark.parametrize(("inject", "rise"), [(inject_white, 3.0), (inject_pink, 0.0)])
def test_white_rises_by_three_decibels_an_octave_and_pink_stays(inject, rise):
    noise = added(inject, 25)
    for low in (500, 1000, 2000):
        assert octave(noise, 2 * low) - octave(noise, low) == pytest.approx(rise, abs=0.5)
