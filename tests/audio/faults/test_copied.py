import numpy as np
import pytest

from voiceprep.audio.faults.copied import copy
from voiceprep.audio.sound import Sound

from ...signals import RATE, lag, speech


@pytest.mark.parametrize("seconds", [0.0, 0.3, 1.0])
def test_a_copy_is_shorter_by_so_much_and_still_the_same_sound(seconds):
    clean = Sound(speech(), RATE)
    other = copy(clean, seconds, np.random.default_rng(0))
    assert other.seconds == pytest.approx(clean.seconds - seconds, abs=0.1)
    at = -lag(other.samples, clean.samples)
    start = max(at, 0)
    theirs = clean.samples[start : at + len(other.samples)]
    ours = other.samples[start - at :][: len(theirs)]
    assert np.corrcoef(ours, theirs[: len(ours)])[0, 1] > 0.9
