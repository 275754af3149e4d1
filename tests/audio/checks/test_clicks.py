import numpy as np
import pytest

from voiceprep.audio.checks.clicks import CHECK, read_clicks
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import Undecided, judge

from ...signals import RATE, hiss, noise, placed, said, speech


def word(rate=RATE):
    """A word that swells and fades, since one that begins at once begins with a click."""
    return said(1.0, rate=rate) * np.hanning(rate).astype(np.float32) ** 0.5


CLEAN = placed([(0.1, word()), (1.3, word())], 2.5)


@pytest.mark.parametrize("samples", [CLEAN, speech(), noise()])
def test_voices_and_noise_do_not_click(samples):
    assert judge(CHECK, "a", AudioFeatures(Sound(samples, RATE))).ok


@pytest.mark.parametrize("rate", [16000, 22050, 44100, 128000])
def test_a_click_is_found_where_it_is(rate):
    samples = placed([(0.1, word(rate))], 1.3, rate=rate)
    samples[round(0.6 * rate)] += 0.3
    finding = judge(CHECK, "a", AudioFeatures(Sound(samples, rate)))
    assert not finding.ok
    assert len(finding.spans) <= 2
    assert finding.spans[0][0] == pytest.approx(0.6, abs=0.001)


def test_each_of_two_clicks_has_its_span():
    samples = CLEAN.copy()
    samples[[round(0.6 * RATE), round(1.8 * RATE)]] += 0.3
    spans = read_clicks(AudioFeatures(Sound(samples, RATE))).spans
    assert {round(start, 1) for start, _ in spans} == {0.6, 1.8}


def test_how_loud_the_sound_is_changes_nothing():
    sounds = [Sound(gain * CLEAN, RATE) for gain in np.float32([0.3, 1])]
    values = [read_clicks(AudioFeatures(sound)).value for sound in sounds]
    assert values[0] == pytest.approx(values[1], rel=0.1)


@pytest.mark.parametrize("samples", [CLEAN[:10], CLEAN[:0], np.zeros(RATE, np.float32)])
def test_a_few_samples_and_silence_tell_nothing(samples):
    assert read_clicks(AudioFeatures(Sound(samples, RATE))) is None


def burst(rate):
    """A p that is released: 1 ms of a burst, 30 ms of breath, and a vowel."""
    sharp = noise(0.001, 0.3, rate) * np.hanning(round(0.001 * rate))
    return placed([(0, sharp), (0, hiss(0.03, 0.02, rate)), (0.03, word(rate))], 1.03, rate, 0)


def last_pulse(rate):
    """A pulse of the voice that comes late, and how the vocal tract rings after it."""
    time = np.arange(round(0.03 * rate)) / rate
    formants = ((500, 60), (1500, 90), (2500, 120))
    return sum(
        np.exp(-np.pi * wide * time) * np.sin(2 * np.pi * hz * time) for hz, wide in formants
    )


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_the_burst_of_a_p_is_no_click(rate):
    samples = placed([(0.1, word(rate)), (1.2, burst(rate))], 2.5, rate)
    assert judge(CHECK, "a", AudioFeatures(Sound(samples, rate))).ok


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_a_late_pulse_of_a_voice_is_no_click(rate):
    last = 0.1 * last_pulse(rate).astype(np.float32)
    samples = placed([(0.1, word(rate)), (1.13, last)], 1.4, rate)
    assert judge(CHECK, "a", AudioFeatures(Sound(samples, rate))).ok


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
@pytest.mark.parametrize("where", [0.05, 0.6])
def test_a_click_in_a_pause_and_one_in_a_vowel_are_found_at_any_rate(rate, where):
    samples = placed([(0.1, word(rate))], 1.3, rate)
    samples[round(where * rate)] += 0.3
    assert not judge(CHECK, "a", AudioFeatures(Sound(samples, rate))).ok


def test_a_vowel_that_steps_to_digital_silence_clicks():
    samples = placed([(0.1, word())], 1.3)
    start = round(0.6 * RATE)
    samples[start + int(np.argmax(samples[start : start + 400])) :] = 0
    assert not judge(CHECK, "a", AudioFeatures(Sound(samples, RATE))).ok


def test_a_peak_that_overflows_clicks():
    samples = CLEAN / np.abs(CLEAN).max()
    pulse = samples[round(0.6 * RATE) : round(0.608 * RATE)]
    pulse[pulse > 0.8 * pulse.max()] -= 2 * pulse.max()
    assert not judge(CHECK, "a", AudioFeatures(Sound(samples, RATE))).ok


@pytest.mark.parametrize("samples", [CLEAN[round(0.4 * RATE) :], CLEAN[: round(2 * RATE)]])
def test_an_end_in_the_middle_of_a_vowel_is_no_click(samples):
    assert judge(CHECK, "a", AudioFeatures(Sound(samples, RATE))).ok


def test_an_offset_that_dies_away_at_the_start_is_no_click():
    decay = np.exp(-np.arange(len(CLEAN)) / (0.03 * RATE)).astype(np.float32)
    assert judge(CHECK, "a", AudioFeatures(Sound(CLEAN + 0.5 * decay, RATE))).ok


@pytest.mark.parametrize("place", [30, len(CLEAN) - 30])
def test_a_click_at_either_end_is_left_open(place):
    samples = CLEAN.copy()
    samples[place] += 0.3
    assert isinstance(read_clicks(AudioFeatures(Sound(samples, RATE))), Undecided)
