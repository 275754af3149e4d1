import numpy as np
import pytest

from voiceprep.audio.checks.reverb_seconds import CHECK, read_reverb
from voiceprep.audio.faults.reverb import add_reverb
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import Undecided, judge

from ...signals import RATE, noise, placed, said


def words(count=14):
    """Words that end at once, with pauses after them."""
    parts = [(0.1 + 0.3 * number, said(0.1, pitch_hz=110 + 9 * number)) for number in range(count)]
    return Sound(placed(parts, 0.3 * count + 0.3), RATE)


def test_a_dry_voice_is_well_and_a_ringing_room_is_not():
    assert judge(CHECK, "a", AudioFeatures(words())).ok
    assert not judge(
        CHECK, "a", AudioFeatures(add_reverb(words(), 0.8, np.random.default_rng(0)))
    ).ok


def test_a_longer_decay_reads_higher_with_and_without_noise():
    for level in (0.0, 0.003):
        values = []
        for t60 in (0.2, 0.5, 1.2):
            wet = add_reverb(words(), t60, np.random.default_rng(0)).samples
            values.append(
                read_reverb(AudioFeatures(Sound(wet + noise(len(wet) / RATE, level), RATE)))
            )
        assert [value.value for value in values] == sorted(value.value for value in values)
        assert values[1].value == pytest.approx(0.5, rel=0.35)


@pytest.mark.parametrize("samples", [noise()[:10], np.zeros(RATE, np.float32), noise(0.1)])
def test_what_has_no_falls_tells_nothing(samples):
    assert read_reverb(AudioFeatures(Sound(samples, RATE))) is None


@pytest.mark.parametrize("count", [1, 3])
def test_a_few_vowels_that_die_slowly_are_no_room(count):
    vowel = said(0.5) * 10 ** (-np.linspace(0, 2, round(0.5 * RATE)))
    parts = [(0.2 + number, vowel.astype(np.float32)) for number in range(count)]
    reading = read_reverb(AudioFeatures(Sound(placed(parts, count + 0.2), RATE)))
    assert isinstance(reading, Undecided)


def test_the_noise_of_a_pause_ends_no_sound():
    reading = read_reverb(AudioFeatures(Sound(placed([(0.2, said(0.5))], 6.0, room=0.01), RATE)))
    assert isinstance(reading, Undecided)


def test_bumps_without_a_decay_are_no_ends_of_sounds():
    vowel = said(1.0) * 10 ** (-np.linspace(0, 2, RATE))
    bumps = [(1.6 + 0.3 * number, 0.3 * said(0.02)) for number in range(8)]
    clip = Sound(placed([(0.2, vowel.astype(np.float32)), *bumps], 4.2), RATE)
    assert isinstance(read_reverb(AudioFeatures(clip)), Undecided)
