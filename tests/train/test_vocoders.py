"""Vocoders: as long as the mel, in chunks the same as at once, and what breaks is told."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.train.checkpoints import made_checkpoint
from tests.train.models.test_waveglow import SMALL, randomised
from tests.train.vocoding import MEL, made_mel, waveglow_checkpoint
from voiceprep.audio.mel import MelConfig, log_mel
from voiceprep.errors import CheckpointError, SettingError, Unusable
from voiceprep.train.mels import read_mel
from voiceprep.train.models.waveglow import WaveGlow, WaveGlowConfig
from voiceprep.train.settings import VocoderConfig
from voiceprep.train.vocoders import GriffinLim, WaveGlowVocoder, chunks, receptive_field

EXAMPLE = Path(__file__).parents[3] / "shared" / "reference" / "dle_example_mel.pt"
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
        monkeypatch.setattr("voiceprep.train.vocoders.receptive_field", lambda _, less=less: less)
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


@given(
    st.integers(0, 500), st.integers(1, 100), st.integers(0, 40), st.integers(0, 40),
    st.integers(1, 5),
)  # fmt: skip
@settings(max_examples=200)
def test_chunks_are_the_whole_with_what_is_around_them(frames, size, before, after, step):
    found = list(chunks(frames, size, before, after, step))
    assert [place for one in found for place in range(one.begin, one.end)] == [*range(frames)]
    for one in found:
        assert one.first % step == one.begin % step == 0
        assert one.begin - one.first >= min(before, one.begin)
        assert one.last - one.end >= min(after, frames - one.end)
        assert one.end - one.begin <= -(-size // step) * step


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
    from voiceprep.train.device import Machine

    exact = WaveGlowVocoder.load(path, AT_ONCE)(made_mel(40), 1)
    rough = WaveGlowVocoder.load(path, AT_ONCE, Machine(precision="bf16"))(made_mel(40), 1)
    assert 0 < np.abs(exact - rough).max() < 0.1 * np.abs(exact).max()


def test_what_is_not_finite_is_told():
    mel = made_mel(10)
    mel[2, 3] = np.nan
    with pytest.raises(Unusable, match="mel are not finite"):
        vocoder()(mel, 1)
    with pytest.raises(Unusable, match="mel are not finite"):
        GriffinLim(MEL)(mel, 1)
    broken = WaveGlowVocoder(randomised(SMALL), MEL, AT_ONCE, lambda noise, _: noise[0] / 0)
    with pytest.raises(Unusable, match="sound is not finite"):
        broken(made_mel(10), 1)


@pytest.mark.parametrize("make", [lambda: GriffinLim(MEL), vocoder])
def test_an_empty_mel_is_no_sound(make):
    assert make()(made_mel(0), 1).shape == (0,)


def test_griffin_lim_is_as_long_as_the_mel_and_has_its_spectrum():
    config = MelConfig()
    places = np.arange(22050) / 22050
    tone = (0.3 * np.sin(2 * np.pi * (300 + 400 * places) * places)).astype(np.float32)
    mel = log_mel(tone, config)
    sound = GriffinLim(config)(mel, 1)
    assert sound.shape == (mel.shape[1] * config.hop_length,)
    heard = log_mel(np.clip(sound, -1, 1), config)[:, 5 : mel.shape[1] - 5]
    loud = mel[:, 5:-5] > -3
    assert np.abs(heard - mel[:, 5:-5])[loud].mean() < 0.3


def test_settings_that_clash_are_refused():
    with pytest.raises(SettingError, match="hop length 16 for mels of 4 and 32"):
        vocoder(mel=replace(MEL, hop_length=32))


def test_a_checkpoint_of_another_model_or_with_broken_weights_is_refused(tmp_path):
    path = tmp_path / "voice.pt"
    made_checkpoint().save(path)
    with pytest.raises(CheckpointError, match="holds a tacotron2, where a waveglow is wanted"):
        WaveGlowVocoder.load(path)
    held = waveglow_checkpoint()
    held.weights["WN.1.start.bias"][0] = np.nan
    held.save(path)
    with pytest.raises(CheckpointError, match=r"not finite numbers, WN\.1\.start\.bias first"):
        WaveGlowVocoder.load(path)


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
