"""Crops of recordings: their mels are the whole recording's, and none is silent."""

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceprep.audio.mel import MelConfig, log_mel
from voiceprep.errors import Unreadable, Unusable
from voiceprep.train.data.crops import frames_of, mel_within, read_crop
from voiceprep.train.settings import CropConfig

MEL = MelConfig()
CONFIG = CropConfig(segment_length=8000)


def rng(seed=0):
    return np.random.default_rng(seed)


def write(path, samples, rate=22050):
    soundfile.write(path, samples, rate, "FLOAT")
    return path


@pytest.fixture
def noise(tmp_path):
    """Two seconds of noise, as they can be read back."""
    samples = (0.1 * rng().standard_normal(44100)).astype(np.float32)
    return write(tmp_path / "noise.wav", samples), samples


@settings(max_examples=30, deadline=None)
@given(seconds=st.floats(0.4, 1.5), place=st.floats(0, 1), length=st.integers(256, 9000))
def test_the_mel_of_a_crop_is_cut_out_of_the_whole(seconds, place, length):
    samples = (0.1 * rng(1).standard_normal(int(22050 * seconds))).astype(np.float32)
    length = min(length, len(samples))
    first = int(place * ((len(samples) - length) // 256))
    whole = log_mel(samples, MEL)[:, first : first + frames_of(length, MEL)]
    found = mel_within(samples, first, frames_of(length, MEL), MEL)
    assert found.shape == whole.shape
    assert np.abs(found - whole).max() < 1e-4


def place_of(crop, samples):
    (start,) = (
        int(at)
        for at in np.flatnonzero(samples == crop.samples[0])
        if np.array_equal(samples[at : at + len(crop.samples)], crop.samples)
    )
    return start


def test_a_crop_has_the_mel_of_its_recording_from_where_it_begins(noise):
    path, samples = noise
    for seed in range(5):
        crop = read_crop(path, rng(seed), MEL, CONFIG)
        first, shift = divmod(place_of(crop, samples), 256)
        whole = log_mel(samples[shift:], MEL)[:, first : first + 32]
        assert np.abs(crop.mel - whole).max() < 1e-4


def test_a_crop_begins_anywhere(noise):
    path, samples = noise
    starts = [place_of(read_crop(path, rng(seed), MEL, CONFIG), samples) for seed in range(20)]
    assert len({start % 256 for start in starts}) > 10


def test_as_in_the_original_the_mel_can_be_made_of_the_crop_alone(noise):
    crop = read_crop(noise[0], rng(), MEL, CropConfig(mel_of="crop"))
    assert np.array_equal(crop.mel, log_mel(crop.samples, MEL))


def test_the_same_draw_gives_the_same_crop(noise):
    one, other = (read_crop(noise[0], rng(7), MEL, CONFIG) for _ in range(2))
    assert np.array_equal(one.samples, other.samples)
    assert not np.array_equal(one.samples, read_crop(noise[0], rng(8), MEL, CONFIG).samples)


def test_a_short_clip_is_filled_up_with_silence(tmp_path):
    samples = np.full(3000, 0.25, np.float32)
    crop = read_crop(write(tmp_path / "a.wav", samples), rng(), MEL, CONFIG)
    assert crop.samples.shape == (8000,)
    assert crop.mel.shape == (80, 32)
    assert np.array_equal(crop.samples[:3000], samples)
    assert not crop.samples[3000:].any()


def test_no_crop_is_silent_though_most_of_the_clip_is(tmp_path):
    samples = np.zeros(22050 * 20, np.float32)
    samples[300000] = 0.5
    path = write(tmp_path / "a.wav", samples)
    for seed in range(10):
        assert read_crop(path, rng(seed), MEL, CONFIG).samples.max() == 0.5


@pytest.mark.parametrize("level", [0.0, 5e-4])
def test_a_clip_that_is_silent_throughout_is_an_error(tmp_path, level):
    path = write(tmp_path / "a.wav", np.full(22050, level, np.float32))
    with pytest.raises(Unusable, match="silent"):
        read_crop(path, rng(), MEL, CONFIG)


def test_what_cannot_be_read_is_an_error(tmp_path):
    with pytest.raises(Unreadable, match=r"gone\.wav"):
        read_crop(tmp_path / "gone.wav", rng(), MEL, CONFIG)
    with pytest.raises(Unusable, match="16000 Hz"):
        read_crop(write(tmp_path / "a.wav", np.ones(9000), 16000), rng(), MEL, CONFIG)
