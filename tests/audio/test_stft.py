import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals import noise, tone
from voiceprep.audio import stft as stft_room
from voiceprep.audio.stft import StftConfig, frame_count, hann_window, magnitudes
from voiceprep.errors import SettingError, Unusable

CONFIG = StftConfig()


def plain_magnitudes(samples, config):
    """One transform after the other, in float64."""
    half = config.fft_length // 2
    padded = np.pad(samples.astype(np.float64), half, mode="reflect")
    starts = range(0, len(padded) - config.fft_length + 1, config.hop_length)
    frames = [padded[at : at + config.fft_length] * hann_window(config) for at in starts]
    return np.abs([np.fft.rfft(frame) for frame in frames]).T


@pytest.mark.parametrize(
    "config", [CONFIG, StftConfig(fft_length=2048, hop_length=300, win_length=1200)]
)
def test_it_equals_one_plain_transform_after_the_other(config):
    samples = noise(1.5)
    found = magnitudes(samples, config)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, plain_magnitudes(samples, config), atol=1e-5)


@settings(deadline=None, max_examples=30)
@given(st.integers(513, 5000))
def test_every_hop_has_its_frame(count):
    found = magnitudes(noise(1.0)[:count], CONFIG)
    assert found.shape == (513, 1 + count // 256)
    assert frame_count(count, CONFIG) == found.shape[1]


def test_the_seams_of_blocks_cannot_be_seen(monkeypatch):
    samples = noise(1.0)
    whole = magnitudes(samples, CONFIG)
    monkeypatch.setattr(stft_room, "BLOCK", 5)
    assert np.array_equal(magnitudes(samples, CONFIG), whole)


def test_a_tone_stands_in_its_bin():
    found = magnitudes(tone(1.0, hz=22050 / 1024 * 40, level=1.0), CONFIG)
    assert found.argmax(axis=0)[5:-5].tolist() == [40] * (found.shape[1] - 10)
    assert found[40, 20] == pytest.approx(512 / 2, rel=1e-3)


@pytest.mark.parametrize("count", [0, 1, 400, 512])
def test_a_sound_too_short_for_one_frame_is_told(count):
    with pytest.raises(
        Unusable, match=f"too short: {count} samples, a spectrogram needs more than 512"
    ):
        magnitudes(tone()[:count], CONFIG)


@pytest.mark.parametrize(("value", "why"), [(np.nan, "not finite"), (1.5, "beyond the full scale")])
def test_impossible_samples_are_told(value, why):
    samples = tone()
    samples[100] = value
    with pytest.raises(Unusable, match=why):
        magnitudes(samples, CONFIG)


@pytest.mark.parametrize(
    "values",
    [
        {"rate": 0},
        {"fft_length": 1023},
        {"win_length": 2048},
        {"hop_length": 0},
        {"hop_length": 1025},
    ],
)
def test_lengths_that_clash_are_told(values):
    with pytest.raises(SettingError, match=next(iter(values))):
        StftConfig(**values)


@pytest.mark.parametrize(
    "config", [CONFIG, StftConfig(hop_length=128), StftConfig(win_length=512, hop_length=128)]
)
def test_the_windows_add_up_to_the_same_everywhere(config):
    window, hop = hann_window(config), config.hop_length
    sums = sum(np.roll(window, start) for start in range(0, config.fft_length, hop))
    np.testing.assert_allclose(sums, config.win_length / 2 / hop, atol=1e-12)
