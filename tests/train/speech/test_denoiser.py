"""The denoiser takes off what it has heard, as much as it is told, and nothing else."""

import math

import pytest
import torch

from voiceprep.audio.stft import StftConfig
from voiceprep.train.speech.denoiser import Denoiser

CONFIG = StftConfig()


def tone(hz, level, samples=22528):
    return level * torch.cos(2 * torch.pi * hz * torch.arange(samples) / CONFIG.rate)


def power(sound):
    return float(sound[2000:-2000].square().mean())


# In the middle of a transform's bin: every frame has the same spectrum, the mirrored first one too.
HUM_HZ = 10 * CONFIG.rate / CONFIG.fft_length


def test_a_steady_hum_goes_and_speech_elsewhere_stays():
    hum, speech = tone(HUM_HZ, 0.01), tone(2000.0, 0.3)
    denoise = Denoiser(hum, CONFIG, 1.0)
    assert power(denoise(hum)) < 0.05 * power(hum)
    left = denoise(hum + speech)
    assert power(left - speech) < 0.1 * power(hum)


@pytest.mark.parametrize("strength", [0.1, 0.5])
def test_the_strength_is_the_share_that_goes(strength):
    hum = tone(HUM_HZ, 0.01)
    left = Denoiser(hum, CONFIG, strength)(hum)
    assert power(left) == pytest.approx((1 - strength) ** 2 * power(hum), rel=0.02)


@pytest.mark.parametrize("level", [1.0, 0.01])
def test_a_hum_is_as_loud_as_its_loudest_tone(level):
    hum = tone(HUM_HZ, level) + tone(3 * HUM_HZ, 0.5 * level)
    expected = 20 * math.log10(level)
    assert Denoiser(hum, CONFIG, 0.1).hum_dbfs == pytest.approx(expected, abs=0.1)


def test_of_no_strength_it_changes_nothing():
    sound = torch.randn(5000) * 0.1
    kept = Denoiser(tone(HUM_HZ, 0.01), CONFIG, 0.0)(sound)
    torch.testing.assert_close(kept, sound, atol=1e-6, rtol=0)


@pytest.mark.parametrize("samples", [0, 1, 512, 513, 1000])
def test_a_sound_keeps_its_length_however_short(samples):
    assert len(Denoiser(tone(HUM_HZ, 0.01), CONFIG, 0.1)(torch.zeros(samples))) == samples
