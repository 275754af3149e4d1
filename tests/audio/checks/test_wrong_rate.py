import numpy as np
import pytest

from voiceprep.audio.checks.wrong_rate import CHECK, read_rate
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import Undecided

from ...signals import RATE, placed, said


def syllables(times):
    """Four seconds of voice that swells so many times a second."""
    voice = said(4.0)
    swell = 0.55 - 0.45 * np.cos(2 * np.pi * times * np.arange(len(voice)) / RATE)
    return placed([(0.3, (voice * swell).astype(np.float32))], 4.6)


@pytest.mark.parametrize(("rate", "least", "most"), [(RATE, 0, 0.5), (2 * RATE, 0.8, 3)])
def test_usual_pace_is_well_and_twice_that_is_not(rate, least, most):
    reading = read_rate(AudioFeatures(Sound(syllables(4.0), rate)))
    assert least <= reading.value <= most


def test_it_is_off_by_default_and_says_how_weak_it_is():
    assert "%" in CHECK.off


def test_too_little_speech_is_not_told():
    short = AudioFeatures(Sound(placed([(0.3, said(0.8))], 1.5), RATE))
    assert isinstance(read_rate(short), Undecided)
    assert read_rate(AudioFeatures(Sound(np.zeros(RATE, np.float32), RATE))) is None
