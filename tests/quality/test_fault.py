import numpy as np
import pytest

from voiceprep.audio.faults import FAULTS
from voiceprep.audio.sound import Sound

from ..signals import RATE, placed, said

CLEAN = placed([(0.1, said(1.0)), (1.3, said(1.0))], 2.5)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_spoils_a_copy_and_chance_repeats(fault):
    sound = Sound(CLEAN.copy(), RATE)
    one, again = (fault.inject(sound, fault.sizes[1], np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(sound.samples, CLEAN)
    assert np.array_equal(one.samples, again.samples)
    assert one.samples.dtype == np.float32
    assert np.abs(one.samples).max() <= 1
    assert one.rate != RATE or not np.array_equal(one.samples, CLEAN)
