import numpy as np
import pytest
import soxr

from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.fingerprint import STEP_SECONDS, find_words
from voiceprep.audio.sound import Sound
from voiceprep.errors import Unusable

from ..signals import RATE, noise, speech


def different(one, other):
    """The share of bits that differ where both words say something."""
    size = min(len(one), len(other))
    both = (one[:size] != 0) & (other[:size] != 0)
    return np.unpackbits((one[:size][both] ^ other[:size][both]).view(np.uint8)).mean()


def words(samples, rate=RATE):
    return find_words(AudioFeatures(Sound(samples.astype(np.float32), rate)))


def test_a_quieter_copy_has_the_same_words():
    assert different(words(speech()), words(0.1 * speech())) < 0.01


@pytest.mark.parametrize("rate", [16000, 44100])
def test_a_copy_at_another_rate_has_nearly_the_same_words(rate):
    assert different(words(speech()), words(soxr.resample(speech(), RATE, rate), rate)) < 0.1


def test_a_trimmed_copy_has_nearly_the_same_words_earlier():
    steps = 20
    trimmed = speech()[round((steps + 0.4) * STEP_SECONDS * RATE) :]
    assert different(words(speech())[steps:], words(trimmed)) < 0.15


def test_two_sounds_differ_in_half_of_their_bits():
    assert different(words(noise(seed=1)), words(noise(seed=2))) == pytest.approx(0.5, abs=0.08)


def test_silence_says_nothing_and_a_few_samples_raise():
    assert not words(np.zeros(RATE)).all()
    with pytest.raises(Unusable):
        words(np.zeros(10))
