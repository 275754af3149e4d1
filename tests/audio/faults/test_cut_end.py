import numpy as np
import pytest

from voiceprep.audio.faults.cut_end import cut_end
from voiceprep.audio.sound import Sound

from ...signals import RATE, placed, said

CLEAN = Sound(placed([(0.1, said(1.0)), (1.3, said(1.0))], 2.5), RATE)
RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("seconds", [0.02, 0.06, 0.12])
def test_the_last_vowel_lacks_so_many_seconds(seconds):
    cut = cut_end(CLEAN, seconds, RANDOM)
    assert cut.seconds == pytest.approx(2.3 - seconds, abs=0.015)
    assert np.array_equal(cut.samples, CLEAN.samples[: len(cut.samples)])


def test_a_sound_of_nothing_stays():
    empty = Sound(np.zeros(0, np.float32), RATE)
    assert cut_end(empty, 0.06, RANDOM) is empty
