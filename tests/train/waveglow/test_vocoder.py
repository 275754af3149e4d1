"""Vocoders: as long as the mel, in chunks the same as at once, and what breaks is told."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.train.vocoding import MEL, made_mel, waveglow_checkpoint
from tests.train.waveglow.test_network import SMALL, randomised
from voiceprep.audio.mel import MelConfig
from voiceprep.errors import SettingError, Unusable
from voiceprep.train.data.mel_files import read_mel
from voiceprep.train.device import Machine
from voiceprep.train.settings import VocoderConfig
from voiceprep.train.speech.griffin_lim import GriffinLim
from voiceprep.train.speech.vocoder import load_vocoder
from voiceprep.train.waveglow.config import WaveGlowConfig
from voiceprep.train.waveglow.network import WaveGlow
from voiceprep.train.waveglow.vocoder import WaveGlowVocoder, receptive_field

EXAMPLE = Path(__file__).parents[4] / "shared" / "reference" / "dle_example_mel.pt"
AT_ONCE = VocoderConfig(denoiser=0, chunk_seconds=1000)


def vocoder(config=AT_ONCE, sizes=SMALL, mel=MEL):
    return WaveGlowVocoder(randomised(sizes), mel, config)


def seconds(frames):
    return frames * MEL.hop_length / MEL.rate


@pytest.mark.parametrize("denoiser", [0.0, 0.3])
@pytest.mark.parametrize("frames", [1, 7, 40, 201])
def test_chunks_sound_as_the_whole_does(frames, denoiser):
    whole = vocoder(replace(AT_ONCE, denoiser=denoiser))(made_mel(frames), 5)
    parts = vocoder(VocoderConfig(denoiser=denoiser, chunk_seconds=seconds(12)))
    assert len(whole) == frames * MEL.hop_length
    np.testing.assert_allclose(parts(made_mel(frames), 5), whole, rtol=0, atol=1e-5)


@pytest.mark.parametrize("factor", [1e3, float("nan")])
def test_what_is_no_hum_is_left_in_and_told(factor):
    model = randomised(SMALL)
    with torch.no_grad():
        model.convinv[0].conv.weight /= factor
    speak = WaveGlowVocoder(model, MEL, VocoderConfig(denoiser=0.01))
    assert len(speak.notes) == 1 and "the denoiser is left out" in speak.notes[0]
    if np.isfinite(factor):
        plain = WaveGlowVocoder(model, MEL, AT_ONCE)
        assert not plain.notes
        np.testing.assert_allclose(speak(made_mel(40), 5), plain(made_mel(40), 5), atol=1e-5)


def test_with_less_around_them_chunks_would_sound_otherwise(monkeypatch):
    mel = made_mel(60)
    whole = vocoder()(mel, 5)
    before, after = receptive_field(SMALL)
    for less in ((0, after), (before, 0)):
        monkeypatch.setattr(
            "voiceprep.train.waveglow.vocoder.receptive_field", lambda _, less=less: less
        )
        parts = vocoder(replace(AT_ONCE, chunk_seconds=seconds(12)))(mel, 5)
        assert np.abs(parts - whole).max() > 1e-4


@torch.no_grad()
def test_the_receptive_field_is_what_a_frame_reaches():
    model, (before, after) = randomised(SMALL).double(), receptive_field(SMALL)
    noise = torch.randn(1, SMALL.groups, 120, dtype=torch.float64)
    mel = torch.randn(1, 4, 60, dtype=torch.float64)
    changed = mel.clone()
    changed[:, :, 30] += 1
    moved = (model.inverse(noise, mel) - model.inverse(noise, changed))[0].abs() > 0
    frames = moved.nonzero()[:, 0] // SMALL.hop_length
    assert 30 - after <= frames.min() < frames.max() <= 30 + before


def test_the_receptive_field_of_the_published_sizes_is_over_a_second_on_each_side():
    assert receptive_field(WaveGlowConfig()) == (99, 96)


@pytest.mark.parametrize("groups", [6, 10])
def test_groups_that_do_not_divide_the_hop_length(groups):
    sizes = replace(SMALL, groups=groups)
    whole = vocoder(sizes=sizes)(made_mel(50), 1)
    parts = vocoder(replace(AT_ONCE, chunk_seconds=seconds(12)), sizes)(made_mel(50), 1)
    assert len(whole) == 50 * 16
    np.testing.assert_allclose(parts, whole, rtol=0, atol=1e-5)


def test_the_noise_is_the_seeds_and_its_spread_is_sigma():
    one, other = vocoder()(made_mel(30), 1), vocoder()(made_mel(30), 2)
    assert np.array_equal(one, vocoder()(made_mel(30), 1))
    assert not np.array_equal(one, other)
    flat = WaveGlowVocoder(WaveGlow(SMALL), MEL, replace(AT_ONCE, sigma=0.25))
    # A model whose flows only rotate keeps the spread of what it is given.
    assert flat(made_mel(2000), 1).std() == pytest.approx(0.25, rel=0.02)


def test_bfloat16_sounds_nearly_the_same(tmp_path):
    path = tmp_path / "waveglow.pt"
    waveglow_checkpoint().save(path)
    exact = load_vocoder(path, AT_ONCE, Machine())(made_mel(40), 1)
    rough = load_vocoder(path, AT_ONCE, Machine(precision="bf16"))(made_mel(40), 1)
    assert 0 < np.abs(exact - rough).max() < 0.1 * np.abs(exact).max()


def test_what_is_not_finite_is_told():
    mel = made_mel(10)
    mel[2, 3] = np.nan
    with pytest.raises(Unusable, match="mel are not finite"):
        vocoder()(mel, 1)
    broken = WaveGlowVocoder(randomised(SMALL), MEL, AT_ONCE, lambda noise, _: noise[0] / 0)
    with pytest.raises(Unusable, match="sound is not finite"):
        broken(made_mel(10), 1)


def test_an_empty_mel_is_no_sound():
    assert vocoder()(made_mel(0), 1).shape == (0,)


def test_settings_that_clash_are_refused():
    with pytest.raises(SettingError, match="hop length 16 for mels of 4 and 32"):
        vocoder(mel=replace(MEL, hop_length=32))


@pytest.mark.skipif(not EXAMPLE.exists(), reason="the example mel is not at hand")
def test_the_originals_example_mel_sounds_by_both():
    mel = read_mel(EXAMPLE, MelConfig())
    sizes = WaveGlowConfig(flows=2, early_every=2, wn_layers=3, wn_channels=8)
    for sounding in (
        GriffinLim(MelConfig()),
        WaveGlowVocoder(randomised(sizes), MelConfig(), VocoderConfig(chunk_seconds=3)),
    ):
        sound = sounding(mel, 1)
        assert sound.shape == (780 * 256,)
        assert np.isfinite(sound).all()
        assert 1e-3 < np.sqrt(np.mean(sound**2)) < 10
