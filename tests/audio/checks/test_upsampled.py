import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from voiceprep.audio.checks.upsampled import CHECK
from voiceprep.audio.dither import settle
from voiceprep.audio.faults import band_limit, mp3
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import Undecided, judge

from ...signals import RATE, placed, speech

SPEECH = Sound(speech(), RATE)


def found(sound, used_hz=np.inf):
    return judge(CHECK, "a", AudioFeatures(sound, used_hz=used_hz))


@pytest.mark.parametrize(
    ("fault", "size"), [*((band_limit.FAULT, size) for size in (0.15, 0.3, 0.5)), (mp3.FAULT, 24)]
)
def test_a_source_of_less_is_found(fault, size):
    assert not found(fault.inject(SPEECH, size, np.random.default_rng(0))).ok


def test_a_ragged_edge_of_few_bits_is_not_called_well():
    assert isinstance(found(mp3.inject(SPEECH, 16, np.random.default_rng(0))), Undecided)


@pytest.mark.parametrize("order", [1, 2])
def test_a_dull_microphone_is_none(order):
    dull = sosfilt(butter(order, 4000, fs=RATE, output="sos"), SPEECH.samples)
    assert found(SPEECH).ok
    assert found(Sound(dull.astype(np.float32), RATE)).ok


def test_what_is_as_quiet_as_rounding_cannot_tell():
    dull = sosfilt(butter(6, 3000, fs=RATE, output="sos"), SPEECH.samples)
    assert isinstance(found(settle(Sound(dull.astype(np.float32), RATE), 16)), Undecided)


def test_an_mp3_of_many_bits_is_well():
    assert found(mp3.inject(SPEECH, 160, np.random.default_rng(0))).ok


def gated(hz, sounds=1):
    """Buzzes of a voice without anything above a frequency."""
    rate = 44100
    pulses = np.zeros(rate // 2)
    pulses[:: rate // 200] = 1.0
    vowel = sosfilt(butter(40, hz, fs=rate, output="sos"), pulses)
    parts = [(0.2 + 0.8 * place, vowel.astype(np.float32)) for place in range(sounds)]
    return settle(Sound(placed(parts, 0.8 * sounds + 0.2, rate, room=0.0), rate), 16)


def test_a_vowel_alone_shows_no_edge():
    assert isinstance(found(gated(4000)), Undecided)


def test_several_vowels_that_end_at_one_place_show_an_edge():
    assert not found(gated(4000, sounds=4)).ok


@pytest.mark.parametrize("sounds", [1, 4])
def test_a_noise_gate_between_the_formants_shows_no_edge(sounds):
    whole = gated(6000, sounds)
    gap = sosfilt(butter(20, (1500, 4000), "bandstop", fs=whole.rate, output="sos"), whole.samples)
    hole = Sound(gap.astype(np.float32), whole.rate)
    assert isinstance(found(settle(hole, 16)), Undecided)


def test_an_edge_above_what_is_used_is_well():
    narrow = band_limit.inject(SPEECH, 0.2, np.random.default_rng(0))
    assert not found(narrow).ok
    assert found(narrow, used_hz=8000.0).ok


def test_the_filter_of_a_telephone_is_no_fault_of_a_file_of_its_rate():
    said_there = Sound(speech(rate=8000), 8000)
    filtered = sosfilt(butter(20, 3350, fs=8000, output="sos"), said_there.samples)
    assert found(settle(Sound(filtered.astype(np.float32), 8000), 16)).ok
    assert not found(band_limit.inject(said_there, 0.3, np.random.default_rng(0))).ok
