import numpy as np
import pytest

from voiceprep.audio.quantiles import in_order, quantile


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.95, 0.999, 1.0])
@pytest.mark.parametrize("shape", [1, 2, 7, 1000, (40, 24)])
def test_quantiles_are_those_of_numpy(shape, share):
    values = np.random.default_rng(1).normal(-30, 10, shape).astype(np.float32)
    expected = np.quantile(values, share, axis=0)
    assert quantile(values, share) == pytest.approx(expected, rel=1e-6)
    assert in_order(np.sort(values, axis=0), share) == pytest.approx(expected, rel=1e-6)
