import numpy as np

from voiceprep.audio.faults.jump import jump
from voiceprep.audio.sound import Sound

from ...signals import RATE, placed, said

CLEAN = Sound(placed([(0.1, said(1.0)), (1.3, said(1.0))], 2.5), RATE)


def test_so_many_seconds_are_gone_and_the_ends_stay():
    shorter = jump(CLEAN, 0.01, np.random.default_rng(0)).samples
    assert len(CLEAN.samples) - len(shorter) == round(0.01 * RATE)
    assert np.array_equal(shorter[:1000], CLEAN.samples[:1000])
    assert np.array_equal(shorter[-1000:], CLEAN.samples[-1000:])
