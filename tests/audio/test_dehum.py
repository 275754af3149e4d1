import numpy as np
import pytest

from tests.signals import RATE, noise, placed, said, tone
from voiceprep.audio.checks.hum_db import CHECK, read_hum
from voiceprep.audio.dehum import dehum
from voiceprep.audio.faults.hum import inject
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound


def voice(seconds=5.0, seed=0, rate=RATE):
    words = [(0.4, said(1.2, 0.1, rate, 110.0)), (2.2, said(1.8, 0.1, rate, 130.0))]
    return Sound(placed(words, seconds, rate, 3e-4, seed), rate)


def decibels(samples):
    return 10 * np.log10(np.mean(np.square(samples, dtype=np.float64)))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("under_speech_db", [40, 30, 20, 10])
def test_hum_goes_and_the_voice_stays(under_speech_db, seed):
    clean = voice(seed=seed)
    treated = dehum(inject(clean, under_speech_db, np.random.default_rng(seed)))
    assert read_hum(AudioFeatures(treated.sound)).value < CHECK.limit
    assert decibels(treated.sound.samples - clean.samples) < decibels(clean.samples) - 40
    spoken = slice(round(0.4 * RATE), round(4.0 * RATE))
    change = decibels(treated.sound.samples[spoken]) - decibels(clean.samples[spoken])
    assert abs(change) < 0.05


@pytest.mark.parametrize("seconds", [1.3, 4.0, 9.7])
@pytest.mark.parametrize("rate", [16000, 44100])
def test_it_holds_for_short_and_long_sounds_of_any_rate(seconds, rate):
    clean = Sound(placed([(0.4, said(0.6, rate=rate))], seconds, rate, 3e-4), rate)
    spoilt = inject(clean, 20, np.random.default_rng(1))
    left = dehum(spoilt).sound.samples - clean.samples
    assert decibels(left) < decibels(spoilt.samples - clean.samples) - 15


def test_hum_that_swells_is_followed():
    clean, time = voice(12.0), np.arange(12 * RATE) / RATE
    hum = sum(np.sin(2 * np.pi * 50.03 * number * time) for number in range(1, 9))
    hum *= 0.002 * (1 + 0.5 * np.sin(2 * np.pi * time / 12))
    left = dehum(Sound((clean.samples + hum).astype(np.float32), RATE)).sound.samples
    assert decibels(left - clean.samples) < decibels(hum) - 20


def test_a_clean_voice_hardly_changes():
    clean = voice()
    treated = dehum(clean)
    assert decibels(treated.sound.samples - clean.samples + 1e-9) < decibels(clean.samples) - 45


def test_once_is_nearly_twice():
    once = dehum(inject(voice(), 20, np.random.default_rng(0))).sound
    twice = dehum(once).sound
    assert decibels(twice.samples - once.samples + 1e-9) < decibels(once.samples) - 45


@pytest.mark.parametrize(
    "samples", [np.zeros(RATE, np.float32), tone(0.5, hz=50), np.zeros(0, np.float32)]
)
def test_where_nothing_can_be_told_the_sound_comes_back(samples):
    sound = Sound(samples, RATE)
    treated = dehum(sound)
    assert treated.sound is sound
    assert treated.note == "no hum was found to remove"


def test_it_tells_what_it_took():
    hum = sum(tone(4, 60.05 * number, 0.003) for number in range(1, 8))
    facts = dehum(Sound(noise(4, 1e-3) + hum, RATE)).facts
    assert facts["mains_hz"] == pytest.approx(60.05, abs=0.002)
    assert facts["height_db"] > 8
