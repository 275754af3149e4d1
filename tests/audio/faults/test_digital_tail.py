import numpy as np

from voiceprep.audio.faults.digital_tail import add_zeros
from voiceprep.audio.sound import Sound

from ...signals import RATE, speech


def test_so_many_seconds_of_zeros_are_added():
    longer = add_zeros(Sound(speech(), RATE), 0.8, np.random.default_rng(0)).samples
    assert np.array_equal(longer[: len(speech())], speech())
    assert len(longer) - len(speech()) == round(0.8 * RATE)
    assert not longer[len(speech()) :].any()
