import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals import RATE, speech, tone
from voiceprep.audio.dither import quantize, settle, to_floats, write_sound
from voiceprep.audio.sound import Sound


def test_dither_adds_a_quarter_of_a_step_squared_and_hides_no_tone():
    faint = tone(20.0, level=0.4 * 2.0**-15)
    noisy = quantize(faint, 16, np.random.Generator(np.random.SFC64(0)))
    assert not quantize(faint, 16, None).any()
    error = noisy - faint * 2**15
    # Triangular noise of two steps and the rounding: 1/6 + 1/12 of a step squared.
    assert np.mean(error**2) == pytest.approx(0.25, rel=0.02)
    assert np.corrcoef(noisy, faint)[0, 1] > 0.4
    assert abs(np.corrcoef(error, faint)[0, 1]) < 0.01


def test_without_dither_samples_are_rounded():
    samples = np.array([0.4, 0.6, -0.4, -1.6, 32767.2, -32768.0], np.float32) / 2**15
    assert quantize(samples, 16, None).tolist() == [0, 1, 0, -2, 32767, -32768]


@pytest.mark.parametrize("bits", [16, 24])
def test_a_settled_sound_is_written_and_read_as_it_is(tmp_path, bits):
    sound = settle(Sound(0.3 * speech(1.0), RATE), bits)
    write_sound(tmp_path / "a.wav", sound, bits)
    assert np.array_equal(soundfile.read(tmp_path / "a.wav", dtype="float32")[0], sound.samples)
    assert soundfile.info(tmp_path / "a.wav").subtype == f"PCM_{bits}"


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 999), st.sampled_from([16, 24]), st.floats(0, 4))
def test_settling_twice_is_settling_once(seed, bits, gain):
    random = np.random.default_rng(seed)
    samples = (gain * random.standard_normal(200)).astype(np.float32)
    once = settle(Sound(samples, RATE), bits)
    assert settle(once, bits) is once
    assert np.abs(once.samples).max() <= 1


def test_only_samples_between_steps_are_dithered():
    steps = np.arange(-500, 500, dtype=np.int16)
    samples = to_floats(steps)
    samples[::2] += 2.0**-17
    settled = settle(Sound(samples, RATE), 16).samples
    assert np.array_equal(settled[1::2], to_floats(steps)[1::2])
    assert np.abs(settled - samples).max() <= 1.5 * 2.0**-15
    assert np.any(np.abs(settled - samples)[::2] > 2.0**-16)
