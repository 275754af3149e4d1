import numpy as np
import pytest

from voiceprep.audio.faults.dropout import drop_out
from voiceprep.audio.sound import Sound

from ...signals import RATE, placed, said

CLEAN = Sound(placed([(0.1, said(1.0)), (1.3, said(1.0))], 2.5), RATE)


@pytest.mark.parametrize("seed", range(4))
def test_so_many_seconds_stand_still_and_the_rest_stays(seed):
    holed = drop_out(CLEAN, 0.01, np.random.default_rng(seed)).samples
    changed = np.flatnonzero(holed != CLEAN.samples)
    hole = holed[changed[0] : changed[-1] + 1]
    assert len(hole) == pytest.approx(0.01 * RATE, abs=2)
    assert np.ptp(hole) == 0
