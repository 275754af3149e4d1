"""Mels made audible: sounds of known spectra, heard again from their magnitudes alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals import noise, speech, sweep, tone
from voiceprep.audio.griffin_lim import griffin_lim, mel_to_magnitudes, mel_to_sound
from voiceprep.audio.mel import MelConfig, log_mel, mel_filters
from voiceprep.audio.stft import StftConfig, magnitudes
from voiceprep.errors import Unusable

CONFIG = MelConfig()


def convergence(samples, wanted, config=CONFIG):
    """How far the magnitudes are from the wanted ones, in parts of these, but at the very ends."""
    found = 2 * magnitudes(samples / 2, config)
    off = (found - wanted)[:, 4:-4]
    return np.linalg.norm(off) / np.linalg.norm(wanted)


@pytest.mark.parametrize("sound, most", [(tone(), 0.03), (sweep(), 0.07), (speech(), 0.05)])
def test_a_sound_is_found_again_from_its_magnitudes(sound, most):
    wanted = magnitudes(sound, CONFIG)
    found = griffin_lim(wanted, CONFIG)
    assert found.dtype == np.float32
    assert len(found) == (wanted.shape[1] - 1) * 256
    assert convergence(found, wanted) < most


def test_each_round_of_refinement_comes_nearer():
    wanted = magnitudes(speech(), CONFIG)
    rounds = [convergence(griffin_lim(wanted, CONFIG, count), wanted) for count in (0, 4, 16, 64)]
    assert rounds == sorted(rounds, reverse=True)
    assert rounds[-1] < 0.5 * rounds[0]


def test_momentum_comes_nearer_than_the_plain_algorithm():
    wanted = magnitudes(speech(), CONFIG)
    plain = convergence(griffin_lim(wanted, CONFIG, momentum=0), wanted)
    assert convergence(griffin_lim(wanted, CONFIG), wanted) < 0.8 * plain


def test_it_comes_as_near_as_librosas_with_half_its_rounds():
    librosa = pytest.importorskip("librosa")
    wanted = magnitudes(speech(), CONFIG)
    theirs = librosa.griffinlim(wanted, n_iter=32, hop_length=256, momentum=0.99, random_state=0)
    assert convergence(griffin_lim(wanted, CONFIG, 16), wanted) < convergence(theirs, wanted)


def test_a_tone_keeps_its_pitch_and_its_level():
    found = griffin_lim(magnitudes(tone(hz=437.0, level=0.5), CONFIG), CONFIG)
    middle = found[4096:-4096]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), 1 << 18))
    assert abs(np.argmax(spectrum) * 22050 / (1 << 18) - 437) < 0.5
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.01)


@pytest.mark.parametrize(
    "config",
    [
        StftConfig(fft_length=512, hop_length=100, win_length=400),
        StftConfig(fft_length=1024, hop_length=512, win_length=1024),
        StftConfig(fft_length=256, hop_length=60, win_length=256),
    ],
)
def test_windows_of_any_length_and_overlap_will_do(config):
    wanted = magnitudes(sweep(1.0), config)
    found = griffin_lim(wanted, config)
    assert len(found) == (wanted.shape[1] - 1) * config.hop_length
    assert convergence(found, wanted, config) < 0.2


@given(seed=st.integers(0, 99))
@settings(max_examples=5, deadline=None)
def test_a_seed_gives_the_same_samples_and_another_gives_others(seed):
    wanted = magnitudes(speech(0.5), CONFIG)
    one, same, other = (griffin_lim(wanted, CONFIG, 2, seed=n) for n in (seed, seed, seed + 1))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("sound", [speech(), sweep(), noise(), tone()])
def test_the_magnitudes_of_a_mel_have_that_mel(sound):
    mel = log_mel(sound, CONFIG)
    found = mel_to_magnitudes(mel, CONFIG)
    assert found.dtype == np.float32
    assert found.min() >= 0
    again = np.log(np.maximum(mel_filters(CONFIG) @ found, CONFIG.log_floor))
    assert np.abs(again - mel).mean() < 0.02
    assert not found[400:].any()


def test_they_are_nearer_to_the_truth_than_by_the_pseudo_inverse():
    sound = speech()
    mel, truth = log_mel(sound, CONFIG), magnitudes(sound, CONFIG)
    inverse = np.maximum(np.linalg.pinv(mel_filters(CONFIG)) @ np.exp(mel), 0)
    found = mel_to_magnitudes(mel, CONFIG)
    assert np.linalg.norm(found - truth) < 0.95 * np.linalg.norm(inverse - truth)


def test_the_sound_of_a_mel_has_nearly_that_mel():
    mel = log_mel(speech(), CONFIG)
    sound = mel_to_sound(mel, CONFIG)
    assert sound.rate == 22050
    again = log_mel(sound.samples, CONFIG)
    assert again.shape == mel.shape
    assert np.abs(again - mel).mean() < 0.25


def test_a_mel_too_loud_for_any_sound_is_turned_down():
    sound = mel_to_sound(np.full((80, 60), 500.0, np.float32), CONFIG)
    assert 0.99 < np.abs(sound.samples).max() <= 1


def test_silence_stays_silent_and_what_is_short_or_broken_is_told():
    floor = np.full((80, 40), np.log(1e-5), np.float32)
    assert np.abs(mel_to_sound(floor, CONFIG).samples).max() < 1e-3
    assert not griffin_lim(np.zeros((513, 10)), CONFIG).any()
    for frames in (0, 1):
        assert len(mel_to_sound(floor[:, :frames], CONFIG).samples) == 0
    assert len(mel_to_sound(floor[:, :2], CONFIG).samples) == 256
    floor[3, 3] = np.nan
    with pytest.raises(Unusable, match="not finite"):
        mel_to_sound(floor, CONFIG)
