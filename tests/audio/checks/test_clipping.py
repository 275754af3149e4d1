import numpy as np
import pytest

from voiceprep.audio.checks.clipping import CHECK, read_clipping
from voiceprep.audio.faults import clipped_lowered, clipping
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import judge

from ...signals import RATE, said, speech, tone

SPEECH = Sound(speech(), RATE)


def hear(samples):
    return AudioFeatures(Sound(samples.astype(np.float32), RATE))


@pytest.mark.parametrize("gain", [1, 0.3, 2.5])
def test_whole_speech_is_well_at_any_level(gain):
    assert judge(CHECK, "a", hear(SPEECH.samples * gain)).ok


@pytest.mark.parametrize("fault", [clipping, clipped_lowered])
@pytest.mark.parametrize("size", [3, 9])
def test_cut_tops_are_found_at_full_scale_and_below(fault, size):
    spoilt = fault.inject(SPEECH, size, np.random.default_rng(0))
    assert not judge(CHECK, "a", AudioFeatures(spoilt)).ok


def test_it_says_where_they_lie():
    sound = np.concatenate((0.2 * tone(1), np.clip(2 * tone(0.5), -0.6, 0.6), 0.2 * tone(1)))
    reading = read_clipping(hear(sound))
    assert reading.spans[0][0] == pytest.approx(1, abs=0.01)
    assert reading.spans[-1][1] == pytest.approx(1.5, abs=0.01)
    assert "0.600" in reading.evidence


def test_each_flat_top_counts_once():
    sound = 0.2 * tone(1, hz=1000)
    sound[2000:2004] = sound[9000:9003] = 0.5
    assert read_clipping(hear(sound)).value == 2


def test_a_rounded_top_of_a_deep_tone_is_not_flat():
    assert judge(CHECK, "a", hear(said(pitch_hz=80.0))).ok


def test_what_is_too_soft_for_flat_and_bent_is_not_told():
    assert read_clipping(hear(0.01 * SPEECH.samples)) is None
