import numpy as np
import pytest

from voiceprep.audio.checks.dropouts import CHECK, read_dropouts
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import Undecided, judge

from ...signals import RATE, placed, said, tone

CLEAN = placed([(0.1, said(1.0)), (1.3, said(1.0))], 2.5)


def holed(start, seconds, value):
    samples = CLEAN.copy()
    samples[round(start * RATE) : round((start + seconds) * RATE)] = value
    return AudioFeatures(Sound(samples, RATE))


@pytest.mark.parametrize("value", [0.0, 0.03])
@pytest.mark.parametrize("seconds", [0.005, 0.04])
def test_a_hole_in_a_vowel_is_read_at_its_length_and_place(value, seconds):
    finding = judge(CHECK, "a", holed(0.6, seconds, value))
    assert not finding.ok
    assert finding.value == pytest.approx(seconds, abs=0.0005)
    assert finding.spans[0] == pytest.approx((0.6, 0.6 + seconds), abs=0.0005)


def test_zeros_in_a_pause_are_no_hole():
    assert read_dropouts(holed(1.15, 0.1, 0.0)).value == 0


def test_a_flattened_top_is_no_hole():
    samples = np.clip(4 * CLEAN, -0.2, 0.2)
    assert judge(CHECK, "a", AudioFeatures(Sound(samples, RATE))).ok


def test_clean_speech_has_none_and_of_silence_nothing_is_told():
    assert read_dropouts(AudioFeatures(Sound(CLEAN, RATE))).value == 0
    assert read_dropouts(AudioFeatures(Sound(np.zeros(RATE, np.float32), RATE))) is None


def test_in_a_sound_so_soft_that_its_room_stands_still_it_cannot_tell():
    reading = read_dropouts(AudioFeatures(Sound(0.01 * CLEAN, RATE)))
    assert isinstance(reading, Undecided)


def low_voice(rate=RATE):
    """A second of pulses at 50 Hz that die away before the next."""
    time = np.arange(round(0.02 * rate)) / rate
    pulse = 0.5 * np.exp(-time / 0.001) * np.sin(2 * np.pi * 700 * time)
    return (np.round(np.tile(pulse, 50) * 2**15) / 2**15).astype(np.float32)


@pytest.mark.parametrize("rate", [8000, 22050])
def test_a_low_voice_that_comes_to_rest_between_its_pulses_has_none(rate):
    samples = placed([(0.5, low_voice(rate))], 2.0, rate, 0)
    assert judge(CHECK, "a", AudioFeatures(Sound(samples, rate))).ok


@pytest.mark.parametrize("low_hz", [0, 8])
def test_silence_in_an_offset_or_on_a_rumble_is_none(low_hz):
    samples = placed([(0.1, low_voice()), (1.3, low_voice())], 2.5, room=0)
    time = np.arange(len(samples)) / RATE
    fade = np.clip(np.abs(time - 1.2) / 0.1 - 1, 0, 1)
    low = 0.1 * np.cos(2 * np.pi * low_hz * (time - 1.2))
    moved = (samples * fade + low).astype(np.float32)
    assert judge(CHECK, "a", AudioFeatures(Sound(moved, RATE))).ok


def test_a_closure_that_a_voice_fades_into_is_none():
    samples = CLEAN.copy()
    start, end, fade = round(0.5 * RATE), round(0.56 * RATE), round(0.01 * RATE)
    samples[start:end] = 0
    samples[start - fade : start] *= np.linspace(1, 0, fade) ** 2
    assert judge(CHECK, "a", AudioFeatures(Sound(samples, RATE))).ok


@pytest.mark.parametrize("rate", [8000, 44100])
def test_a_hole_is_found_at_any_rate(rate):
    samples = placed([(0.1, said(1.0, rate=rate))], 1.3, rate)
    samples[round(0.6 * rate) : round(0.61 * rate)] = 0
    assert not judge(CHECK, "a", AudioFeatures(Sound(samples, rate))).ok


def test_a_soft_wave_of_8_bits_that_moves_by_no_step_cannot_be_told():
    coarse = (np.round(CLEAN * 2**7) / 2**7).astype(np.float32)
    reading = read_dropouts(AudioFeatures(Sound(coarse, RATE)))
    assert reading == Undecided(
        "its steps are so coarse, as those of 8 bits, that soft sounds stand still"
    )


def synthetic():
    """Vowels that end where they cross zero, with closures of digital silence between them."""
    vowel = np.tile(tone(0.01, 300, 0.2), 20)
    return placed([(start, vowel) for start in (0.1, 0.38, 0.65)], 1.2, room=0)


def test_a_closure_of_digital_silence_in_a_voice_that_pauses_so_cannot_be_told():
    reading = read_dropouts(AudioFeatures(Sound(synthetic(), RATE)))
    assert reading == Undecided("its pauses are digital silence, and a dropout may look as they do")


def test_a_wave_that_breaks_is_a_dropout_beside_digital_silence_too():
    samples = synthetic()
    start, end = (np.array([0.4508, 0.4608]) * RATE).round().astype(int)
    samples[start:end] = 0
    reading = read_dropouts(AudioFeatures(Sound(samples, RATE)))
    assert reading.spans == (pytest.approx((0.4508, 0.4608), abs=0.0001),)
