from dataclasses import replace

import pytest

from tests.train.diagnosis.made_runs import ran
from voiceprep.train.diagnosis.causes import FINE


@pytest.fixture(scope="module")
def runs():
    """Ten sentences with four seeds; the gate of two never opens, a third skips once."""
    rows = []
    for number in range(10):
        fine, silent = ran(FINE, number), ran("finished but gate silent", number)
        run = silent if number in (3, 7) else fine
        rows += [replace(run, seed=seed) for seed in range(4)]
    rows[0] = replace(ran("skipped", 0), seed=0)
    return rows
