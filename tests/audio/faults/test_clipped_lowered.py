import numpy as np

from voiceprep.audio.faults import clipped_lowered, clipping
from voiceprep.audio.sound import Sound

from ...signals import RATE, speech


def test_it_is_the_clipped_sound_turned_down():
    clean = Sound(speech(), RATE)
    clipped = clipping.inject(clean, 6, np.random.default_rng(0)).samples
    for seed in range(5):
        lowered = clipped_lowered.inject(clean, 6, np.random.default_rng(seed)).samples
        gain = np.dot(lowered, clipped) / np.dot(clipped, clipped)
        assert -12 <= 20 * np.log10(gain) <= -1
        assert np.abs(lowered - gain * clipped).max() < 3 / 2**15
