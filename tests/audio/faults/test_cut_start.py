import numpy as np
import pytest

from voiceprep.audio.faults.cut_start import cut_start
from voiceprep.audio.sound import Sound

from ...signals import RATE, placed, said

CLEAN = Sound(placed([(0.1, said(1.0)), (1.3, said(1.0))], 2.5), RATE)


@pytest.mark.parametrize("seconds", [0.02, 0.06, 0.12])
def test_the_first_vowel_lacks_so_many_seconds(seconds):
    cut = cut_start(CLEAN, seconds, np.random.default_rng(0))
    assert cut.seconds == pytest.approx(2.4 - seconds, abs=0.015)
    assert np.array_equal(cut.samples, CLEAN.samples[-len(cut.samples) :])
