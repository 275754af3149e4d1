import numpy as np

from voiceprep.audio.faults.wrong_rate import inject
from voiceprep.audio.sound import Sound

from ...signals import RATE, speech


def test_the_header_is_off_by_its_size_and_the_samples_are_untouched():
    clean = Sound(speech(), RATE)
    spoilt = [inject(clean, 2.0, np.random.default_rng(seed)) for seed in range(8)]
    assert {sound.rate for sound in spoilt} == {2 * RATE, RATE // 2}
    assert all(sound.samples is clean.samples for sound in spoilt)
