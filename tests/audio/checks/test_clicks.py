import numpy as np
import pytest

from voiceprep.audio.checks.clicks import CHECK, read_clicks
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import judge

from ...signals import RATE, noise, placed, said, speech


def word(rate=RATE):
    """A word that swells and fades, since one that begins at once begins with a click."""
    return said(1.0, rate=rate) * np.hanning(rate).astype(np.float32) ** 0.5


CLEAN = placed([(0.1, word()), (1.3, word())], 2.5)


@pytest.mark.parametrize("samples", [CLEAN, speech(), noise()])
def test_voices_and_noise_do_not_click(samples):
    assert judge(CHECK, "a", AudioFeatures(Sound(samples, RATE))).ok


@pytest.mark.parametrize("rate", [16000, 22050, 44100])
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
