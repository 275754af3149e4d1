import numpy as np
import pytest

from voiceprep.audio.checks.peak_to_loudness import CHECK, read_ratio
from voiceprep.audio.faults import clipped_encoded
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import Undecided, judge

from ...signals import RATE, said, speech, tone

SPEECH = Sound(speech(), RATE)


def hear(samples):
    return AudioFeatures(Sound(samples.astype(np.float32), RATE))


@pytest.mark.parametrize("gain", [1.0, 0.1])
def test_speech_has_peaks_however_loud_it_is(gain):
    assert judge(CHECK, "a", hear(gain * SPEECH.samples)).ok


@pytest.mark.parametrize("size", clipped_encoded.FAULT.sizes[1:])
def test_what_was_clipped_before_it_was_encoded_has_none(size):
    corrupted = clipped_encoded.inject(SPEECH, size, np.random.default_rng(0))
    finding = judge(CHECK, "a", AudioFeatures(corrupted))
    assert not finding.ok and "look for the original" in finding.advice


def test_pauses_do_not_change_it():
    plain = read_ratio(hear(SPEECH.samples)).value
    padded = np.concatenate([SPEECH.samples, np.zeros(5 * RATE, np.float32)])
    assert read_ratio(hear(padded)).value == pytest.approx(plain, abs=0.3)


def test_one_vowel_is_too_short_to_tell():
    assert isinstance(read_ratio(hear(said(0.4))), Undecided)


def test_a_tone_is_undecided():
    beep = np.concatenate([np.zeros(RATE // 2), tone(1.5, 440.0, 0.5), np.zeros(RATE // 2)])
    assert isinstance(read_ratio(hear(beep)), Undecided)


def test_of_silence_nothing_is_told():
    assert read_ratio(hear(np.zeros(RATE))) is None
