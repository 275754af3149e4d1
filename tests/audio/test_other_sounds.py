import numpy as np
import pytest

from tests.signals import RATE, noise, placed, said, tone
from voiceprep.audio.other_sounds import doubtful_ends
from voiceprep.audio.silence import find_speech
from voiceprep.audio.sound import Sound


def syllables(count, pitch_hz=120.0):
    """Voiced syllables with another vowel each, and so a spectrum that never stays."""
    random = np.random.default_rng(round(pitch_hz))
    parts = []
    for _ in range(count):
        time = np.arange(round(0.15 * RATE)) / RATE
        formants = random.uniform([250, 900], [900, 2800])
        voice = sum(
            sum(np.exp(-(((pitch_hz * number - hz) / 200) ** 2)) for hz in formants)
            * np.sin(2 * np.pi * pitch_hz * number * time)
            for number in range(1, 40)
        )
        parts.append(0.1 * voice / np.std(voice) * np.hanning(len(time)) ** 0.3)
    return np.concatenate(parts).astype(np.float32)


def decaying(samples, seconds):
    return samples * np.exp(-np.arange(len(samples)) / RATE / seconds).astype(np.float32)


def laughter():
    ha = said(0.1, 0.08, pitch_hz=200) * np.hanning(round(0.1 * RATE)).astype(np.float32)
    return np.tile(np.append(ha, noise(0.1, 0.004)), 4)


OTHERS = {
    "a blow": decaying(noise(0.3, 0.3), 0.05),
    "a knock": noise(0.05, 0.3),
    "laughter": laughter(),
    "a tone": tone(0.5, 880, 0.1),
    "a chord": sum(tone(0.6, hz, 0.06) for hz in (440, 554, 659)),
}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("before", [False, True])
def test_what_is_no_speech_beyond_a_pause_is_told_and_kept(name, before):
    other = OTHERS[name]
    size = len(other) / RATE
    places = (1.0 + size, 0.3) if before else (0.3, 2.6)
    parts = list(zip(places, (syllables(10), other), strict=True))
    speech = find_speech(Sound(placed(parts, 4.5), RATE))
    told, silent = speech.uncertain_end, speech.uncertain_start
    if before:
        told, silent = silent, told
    assert told
    assert not silent
    assert speech.others[0][0] == pytest.approx(places[1], abs=0.03)
    assert speech.spans[0][0] == pytest.approx(min(places), abs=0.03)


def test_a_last_word_beyond_a_pause_is_speech():
    parts = [(0.3, syllables(10)), (2.6, syllables(3, 150.0))]
    speech = find_speech(Sound(placed(parts, 4.0), RATE))
    assert (speech.uncertain_start, speech.uncertain_end, speech.others) == ("", "", ())
    assert speech.tail == pytest.approx(0.95, abs=0.02)


def test_the_rest_of_a_word_that_is_cut_off_by_the_file_is_speech():
    sound = placed([(0.3, said(1.2)), (1.9, said(1.0))], 3.2)[: 2 * RATE]
    speech = find_speech(Sound(sound, RATE))
    assert not speech.uncertain_end
    assert speech.tail < 0.02


def test_a_voice_that_stays_on_one_vowel_is_no_measure_of_another():
    speech = find_speech(Sound(placed([(0.3, said(1.2)), (2.1, said(0.4))], 3.4), RATE))
    assert not speech.uncertain_end


def test_a_click_that_is_cut_off_is_told():
    parts = [(0.3, syllables(6)), (2.0, decaying(noise(0.02, 0.3), 0.005))]
    speech = find_speech(Sound(placed(parts, 3.0), RATE))
    assert not speech.uncertain_end
    assert speech.tail == pytest.approx(1.8, abs=0.02)
    ((start, end),) = speech.others
    assert start == pytest.approx(2.0, abs=0.02)
    assert end - start < 0.06


def test_one_stretch_of_sound_has_no_doubtful_end():
    assert doubtful_ends([(0, 100), (120, 200)], None, None) == ([], [])
