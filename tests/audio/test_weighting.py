import numpy as np
import pytest

from voiceprep.audio.weighting import a_weights


# From the table of IEC 61672.
@pytest.mark.parametrize(
    ("hz", "decibels"),
    [(50, -30.2), (100, -19.1), (500, -3.2), (1000, 0), (2000, 1.2), (8000, -1.1)],
)
def test_the_weights_are_those_of_the_standard(hz, decibels):
    assert 10 * np.log10(a_weights(np.array([hz]))) == pytest.approx([decibels], abs=0.15)


def test_an_offset_has_no_weight():
    assert a_weights(np.zeros(1)) == [0]
