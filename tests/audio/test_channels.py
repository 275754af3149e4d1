import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from tests.signals import RATE, noise, speech, tone
from voiceprep.audio.channels import choose_mix, count_clipped, replace_invalid, survey


def measured(*channels):
    block = np.stack(channels, axis=1).astype(np.float32)
    return survey([block[:7000], block[7000:]], len(channels), RATE)


def test_two_like_sides_are_mixed_by_their_mean():
    mix = choose_mix(measured(noise(seed=1), noise(seed=1)), "mean")
    assert mix.weights.tolist() == [0.5, 0.5]
    assert not mix.warning


def test_sides_of_opposite_phase_are_told_and_the_louder_one_taken():
    mix = choose_mix(measured(-0.5 * noise(), noise()), "mean")
    assert mix.weights.tolist() == [0.0, 1.0]
    assert mix.warning == "the channels cancel out: the right channel was used alone"


def test_a_silent_side_is_told_and_left_out():
    mix = choose_mix(measured(noise(), 0 * noise()), "mean")
    assert mix.weights.tolist() == [1.0, 0.0]
    assert mix.warning == "the right channel is silent: the left channel was used alone"


def test_an_offset_alone_is_a_silent_side():
    mix = choose_mix(measured(0 * noise() + 0.2, noise()), "mean")
    assert mix.weights.tolist() == [0.0, 1.0]
    assert mix.warning


def test_silent_channels_of_six_are_left_out():
    channels = [noise(seed=1), noise(seed=2), *[0 * noise()] * 4]
    mix = choose_mix(measured(*channels), "mean")
    assert mix.weights.tolist() == [0.5, 0.5, 0, 0, 0, 0]
    silent = "channel 3 and channel 4 and channel 5 and channel 6"
    assert mix.warning == f"{silent} are silent: left out"


@pytest.mark.parametrize(
    ("channel", "weights"),
    [("left", [1, 0, 0]), ("right", [0, 1, 0]), ("loudest", [0, 0, 1])],
)
def test_one_channel_is_taken_as_asked(channel, weights):
    channels = measured(0.1 * noise(), 0.2 * noise(), noise())
    assert choose_mix(channels, channel).weights.tolist() == weights


@pytest.mark.parametrize("channel", ["mean", "left", "right", "loudest"])
def test_a_single_channel_is_always_that_one(channel):
    assert choose_mix(measured(noise()), channel).weights.tolist() == [1.0]


def test_levels_and_offsets_are_measured():
    channels = measured(tone(2.0, level=0.5) + 0.1, tone(2.0, level=0.25))
    assert channels.peak == pytest.approx(0.6, abs=1e-4)
    assert channels.means == pytest.approx([0.1, 0.0], abs=1e-4)
    assert channels.powers == pytest.approx([0.125, 0.03125], rel=1e-3)


def test_a_run_at_full_scale_is_clipped_and_a_lone_peak_is_not():
    samples = np.zeros(100, np.float32)
    samples[10] = samples[20] = samples[21] = 1.0
    assert count_clipped(samples) == 0
    samples[40:50], samples[60:63], samples[63] = 1.0, -1.0, 1.0
    assert count_clipped(samples) == 10 + 3


@pytest.mark.parametrize(("hz", "rate"), [(80.0, 22050), (120.0, 44100), (440.0, 48000)])
def test_a_clean_tone_up_to_full_scale_is_not_clipped(hz, rate):
    whole_numbers = np.rint(tone(1.0, hz, 1.0, rate) * 32767) / np.float32(32768)
    assert survey([whole_numbers[:, np.newaxis]], 1, rate).clipped == 0


def test_floats_far_beyond_full_scale_are_not_clipped():
    assert measured(speech() * 20).peak > 2
    assert measured(speech() * 20).clipped == 0


def test_clipping_is_seen_through_a_lossy_codec(tmp_path):
    clipped = np.clip(20 * speech(rate=44100), -1, 1)
    path = tmp_path / "sound.ogg"
    soundfile.write(path, clipped, 44100, format="OGG", subtype="VORBIS")
    decoded = soundfile.read(path, dtype="float32")[0]
    assert np.abs(decoded).max() > 1.02
    assert measured(decoded).clipped > 1000


def test_what_is_no_number_becomes_zero_and_is_counted():
    block = np.array([[0.5, np.nan], [np.inf, -np.inf], [1e30, 2.0**31]], np.float32)
    mended, bad = replace_invalid(block)
    assert mended.tolist() == [[0.5, 0.0], [0.0, 0.0], [0.0, 2.0**31]]
    assert bad == 4
    assert survey([block], 2, RATE).not_finite == 4


@pytest.mark.parametrize("offset", [0.0, 0.1, -0.3])
def test_a_channel_that_never_moves_has_no_swing(offset):
    channels = measured(0 * noise() + np.float32(offset), noise())
    assert (channels.highs - channels.lows)[0] == 0


@given(st.lists(st.integers(1, 500), min_size=1, max_size=6), st.integers(1, 3))
def test_blocks_make_no_difference(sizes, channels):
    random = np.random.default_rng(0)
    sound = random.standard_normal((sum(sizes), channels)).astype(np.float32)
    blocks = np.split(sound, np.cumsum(sizes)[:-1])
    one, many = survey([sound], channels, RATE), survey(blocks, channels, RATE)
    assert (one.frames, one.peak) == (many.frames, many.peak)
    assert (one.lows.tolist(), one.highs.tolist()) == (many.lows.tolist(), many.highs.tolist())
    np.testing.assert_allclose(one.means, many.means, atol=1e-6)
    np.testing.assert_allclose(one.products, many.products, rtol=1e-4, atol=1e-5)


def late(samples, frames):
    return np.concatenate([np.zeros(frames, np.float32), samples[: len(samples) - frames]])


@pytest.mark.parametrize("sign", [1, -1])
def test_a_late_side_is_told_and_left_out(sign):
    sound = speech()
    mix = choose_mix(measured(sound, sign * late(sound, 10)), "mean")
    assert mix.weights.tolist() == [1.0, 0.0]
    assert mix.warning == "the right channel is 0.45 ms late: the left channel was used alone"
    mix = choose_mix(measured(late(sound, 10), sound), "mean")
    assert mix.weights.tolist() == [0.0, 1.0]


def test_a_late_side_that_is_much_louder_is_taken():
    mix = choose_mix(measured(0.3 * speech(), late(speech(), 10)), "mean")
    assert mix.weights.tolist() == [0.0, 1.0]
    assert mix.warning == "the left channel is 0.45 ms early: the right channel was used alone"


@pytest.mark.parametrize("frames", [1, 2, 110])
def test_a_delay_that_makes_no_comb_is_mixed(frames):
    mix = choose_mix(measured(speech(), late(speech(), frames)), "mean")
    assert (mix.weights.tolist(), mix.warning) == ([0.5, 0.5], "")


def test_of_many_channels_the_late_and_the_silent_ones_are_left_out():
    sound = speech()
    channels = [sound, 0.9 * sound, late(0.9 * sound, 20), 0 * sound, noise(3.0)]
    mix = choose_mix(measured(*channels), "mean")
    assert mix.weights.tolist() == pytest.approx([1 / 3, 1 / 3, 0, 0, 1 / 3])
    assert mix.remedy == "left out"
    assert "channel 4" in mix.trouble
    assert "channel 3 is 0.91 ms late" in mix.trouble


def test_two_sides_of_another_sound_are_mixed():
    mix = choose_mix(measured(speech() + noise(3.0, seed=1), speech() + noise(3.0, seed=2)), "mean")
    assert (mix.weights.tolist(), mix.warning) == ([0.5, 0.5], "")
