import numpy as np
import pytest

from voiceprep.audio.checks.octave_jumps import CHECK, read_jumps
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import Undecided, judge

from ...signals import RATE, noise, tone


def test_a_steady_voice_does_not_jump():
    assert judge(CHECK, "a", AudioFeatures(Sound(tone(hz=150), RATE))).value == 0


def test_a_voice_that_breaks_all_the_time_is_read_with_its_places():
    pieces = [tone(0.08, 120 * (1 + number % 2)) for number in range(20)]
    reading = read_jumps(AudioFeatures(Sound(np.concatenate(pieces), RATE)))
    assert reading.value == pytest.approx(19 / 100, abs=0.04)
    assert len(reading.spans) == pytest.approx(19, abs=4)


def test_noise_tells_nothing():
    assert read_jumps(AudioFeatures(Sound(noise(0.3), RATE))) is None


def test_a_few_voiced_frames_do_not_tell():
    pieces = [tone(0.08, 120 * (1 + number % 2)) for number in range(8)]
    short = AudioFeatures(Sound(np.concatenate(pieces), RATE))
    assert isinstance(read_jumps(short), Undecided)
    assert isinstance(judge(CHECK, "a", short), Undecided)


def test_what_is_far_below_the_voice_is_no_voice():
    pieces = [tone(0.08, 120 * (1 + number % 2), level=0.005) for number in range(12)]
    sound = Sound(np.concatenate([tone(2.0, 150), *pieces]), RATE)
    assert read_jumps(AudioFeatures(sound)).value == 0
