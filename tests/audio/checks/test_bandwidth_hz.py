import numpy as np
import pytest

from voiceprep.audio.checks.bandwidth_hz import CHECK, read_bandwidth
from voiceprep.audio.faults.band_limit import inject
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import Undecided, judge

from ...signals import RATE, hiss, noise, placed, said, speech

SPEECH = Sound(speech(), RATE)


@pytest.mark.parametrize("lost", [0.2, 0.3, 0.5])
def test_the_edge_is_read_where_it_is(lost):
    narrow = inject(SPEECH, lost, np.random.default_rng(0))
    reading = read_bandwidth(AudioFeatures(narrow))
    assert reading.value == pytest.approx(RATE / 2 * (1 - lost), rel=0.05)
    assert "no sound above" in reading.evidence


def test_the_evidence_names_a_rate_that_holds_it():
    narrow = inject(SPEECH, 1 - 16000 / RATE, np.random.default_rng(0))
    assert "sampled at 16000 Hz" in read_bandwidth(AudioFeatures(narrow)).evidence


@pytest.mark.parametrize(("lost", "ok"), [(0.0, True), (0.6, False)])
def test_a_telephone_is_too_narrow(lost, ok):
    assert judge(CHECK, "a", AudioFeatures(inject(SPEECH, lost, np.random.default_rng(0)))).ok is ok


def test_silence_has_none():
    assert read_bandwidth(AudioFeatures(Sound(np.zeros(RATE, np.float32), RATE))) is None


def test_a_low_rate_says_itself():
    reading = read_bandwidth(AudioFeatures(Sound(speech(rate=8000), 8000)))
    assert reading.value == 4000
    assert "recorded at 8000 Hz" in reading.evidence


def test_a_vowel_alone_does_not_tell():
    vowel = Sound(placed([(0.2, said(0.5))], 0.9), RATE)
    assert isinstance(read_bandwidth(AudioFeatures(vowel)), Undecided)


def test_the_end_of_a_fricative_beside_the_speech_is_not_its_noise():
    rate = 11025
    sounds = [(0.01, said(0.5, rate=rate)), (0.51, hiss(0.3, 0.1, rate))]
    clip = placed(sounds, 0.81, rate)
    assert judge(CHECK, "a", AudioFeatures(Sound(clip, rate))).ok


def test_noise_that_hides_fricatives_does_not_make_a_telephone():
    word = np.concatenate((hiss(0.25, 0.01), said(0.6)))
    clean = placed([(0.4, word), (1.6, word), (2.8, word)], 4.0, room=1e-4)
    assert judge(CHECK, "a", AudioFeatures(Sound(clean, RATE))).ok
    noisy = Sound((clean + noise(4.0, 0.01, seed=5)).astype(np.float32), RATE)
    assert read_bandwidth(AudioFeatures(noisy)) == Undecided(
        "its pauses are too loud to show how far its voice reaches"
    )
