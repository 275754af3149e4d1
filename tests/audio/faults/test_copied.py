import numpy as np
import pytest

from voiceprep.audio.faults.copied import copy
from voiceprep.audio.sound import Sound
from voiceprep.errors import Unusable

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


@pytest.mark.parametrize(("seconds", "rate"), [(0.8, RATE), (3.0, 30000)])
def test_what_is_too_short_or_of_no_rate_of_mp3s_is_not_copied(seconds, rate):
    with pytest.raises(Unusable, match=f"{seconds} s at {rate} Hz"):
        copy(Sound(speech(seconds, rate=rate), rate), 1.0, np.random.default_rng(0))
