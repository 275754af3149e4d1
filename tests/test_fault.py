import numpy as np
import pytest

from voiceprep.audio.checks import CHECKS
from voiceprep.audio.faults import FAULTS
from voiceprep.audio.sound import Sound

from .signals import RATE, speech


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_names_checks_that_exist(fault):
    assert set(fault.found_by) <= {check.name for check in CHECKS}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_same_chance_gives_the_same_fault_and_leaves_the_sound_as_it_was(fault):
    sound = Sound(speech(1.0), RATE)
    before = sound.samples.copy()
    first, second = (
        fault.inject(sound, fault.sizes[1], np.random.default_rng(3)) for _ in range(2)
    )
    assert np.array_equal(first.samples, second.samples)
    assert np.array_equal(sound.samples, before)
    assert first.samples.dtype == np.float32
