import numpy as np
import pytest

from tests.signals import RATE, noise, speech
from voiceprep.audio.spikes import Octaves, check_scale, is_burst
from voiceprep.errors import Unusable

SPEECH = speech() / np.abs(speech()).max()


def spike_level(samples):
    octaves = Octaves()
    for block in np.split(samples.astype(np.float32), 3):
        octaves.add(block, float(np.abs(block).max()))
    return octaves.spike_level()


def spiked(**spikes):
    sound = SPEECH.copy()
    sound[[int(place[2:]) for place in spikes]] = list(spikes.values())
    return sound


@pytest.mark.parametrize(
    ("spikes", "most"),
    [
        ({"at5000": 17000}, 17000),
        ({"at0": -99}, 99),
        ({f"at{SPEECH.size - 1}": 20}, 20),
        ({"at5": 4e9, "at6": 50, "at40000": -3000}, 50),
    ],
)
def test_samples_far_above_all_others_are_spikes(spikes, most):
    assert 1 < spike_level(spiked(**spikes)) < most


@pytest.mark.parametrize("scale", [1.0, 1.5, 3.0, 100.0, 2.0**15, 2.0**31])
def test_a_sound_of_any_scale_has_none(scale):
    assert spike_level(SPEECH * scale) == 0
    assert spike_level(np.rint(SPEECH * scale)) == 0


def test_a_band_limited_impulse_is_no_spike():
    impulse = 3.0 * np.sinc(np.arange(-3000, 3000, dtype=np.float32))
    assert spike_level(impulse + 0.001 * noise(6000 / RATE)) > 0  # on its sample it is one
    assert spike_level(3.0 * np.sinc(np.arange(-3000, 3000) + 0.3)) == 0
    assert spike_level(3.0 * np.sinc(np.arange(-3000, 3000) / 1.3)) == 0


def test_more_than_a_hundredth_is_no_spike():
    sound = SPEECH.copy()
    sound[::50] = 17000
    assert spike_level(sound) == 0


def test_frames_close_together_are_a_burst():
    assert is_burst(np.arange(0, 170, 10))
    assert not is_burst(np.arange(0, 160, 10))
    assert not is_burst(np.arange(0, 5000, 17))


def blocks(samples):
    return iter(np.array_split(samples.astype(np.float32)[:, np.newaxis], 3))


@pytest.mark.parametrize("place", [0.0, 0.7, 1.5])
def test_a_part_of_another_scale_is_told_with_its_place(place):
    sound, first = SPEECH.copy(), round(place * RATE)
    sound[first : first + RATE] *= 2.0**15
    edge = 1.0 if place == 0 else place
    with pytest.raises(Unusable, match=r"jumps by \d\d dB at") as caught:
        check_scale(blocks(sound), RATE)
    assert float(caught.value.why.split(" at ")[1].split()[0]) == pytest.approx(edge, abs=0.3)
    assert caught.value.seconds == pytest.approx(3.0, abs=0.03)


def test_a_burst_within_speech_is_told():
    sound = SPEECH.copy()
    sound[30000:31000] = 17000 * np.sin(np.arange(1000))
    with pytest.raises(Unusable):
        check_scale(blocks(sound), RATE)


def pause(kind):
    count = 2 * RATE
    fading = np.exp(-np.arange(count) / 3000) * 2**15
    return {
        "zeros": np.zeros(count),
        "last bits": np.random.default_rng(0).integers(-1, 2, count),
        "hiss": 3 * noise(2.0),
        "echo": fading * 10 * noise(2.0),
        "swell": (fading * 10 * noise(2.0))[::-1],
    }[kind]


@pytest.mark.parametrize("kind", ["zeros", "last bits", "hiss", "echo", "swell"])
def test_a_pause_in_a_sound_scaled_as_integers_is_no_part_of_another_scale(kind):
    loud = np.rint(SPEECH * 2**15)
    check_scale(blocks(np.concatenate([loud, pause(kind), loud])), RATE)
