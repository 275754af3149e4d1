import numpy as np
import pytest

from voiceprep.audio.faults.click import add_click
from voiceprep.audio.sound import Sound

from ...signals import RATE, placed, said

CLEAN = Sound(placed([(0.1, said(1.0)), (1.3, said(1.0))], 2.5), RATE)


@pytest.mark.parametrize("level", [-20.0, -10.0])
def test_two_samples_in_a_word_are_moved_by_so_much(level):
    change = add_click(CLEAN, level, np.random.default_rng(1)).samples - CLEAN.samples
    assert np.count_nonzero(change) == 2
    peak = np.abs(CLEAN.samples).max()
    assert np.abs(change).max() == pytest.approx(peak * 10 ** (level / 20), rel=1e-4)
    place = np.argmax(np.abs(change)) / RATE
    assert 0.1 <= place <= 1.1 or 1.3 <= place <= 2.3


def test_it_stays_within_full_scale():
    loud = Sound(CLEAN.samples / np.abs(CLEAN.samples).max(), RATE)
    assert np.abs(add_click(loud, 0.0, np.random.default_rng(1)).samples).max() <= 1
