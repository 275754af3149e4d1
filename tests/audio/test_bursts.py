import numpy as np
import pytest

from tests.signals import RATE, hiss, noise, placed, said, tone
from voiceprep.audio.silence import find_speech
from voiceprep.audio.sound import Sound

NEAR = 0.03
SECONDS = 0.03


def click(level, seconds=0.002):
    """A ring that dies away at once, as of the mouth."""
    size = round(4 * seconds * RATE)
    ring = tone(size / RATE, 2500, 1.0)[:size] + noise(size / RATE, 0.3)[:size]
    return (level * np.exp(-np.arange(size) / (seconds * RATE)) * ring).astype(np.float32)


def narrow(level):
    """The release of a t within few bands, over as soon as a click."""
    time = (np.arange(round(0.012 * RATE)) / RATE - 0.006) / 0.0004
    ring = np.sin(2 * np.pi * 6000 * np.arange(len(time)) / RATE)
    return (level * np.exp(-(time**2)) * ring).astype(np.float32)


def around(sound, gap, room=3e-4):
    """Where speech is found, in seconds, from 0.6 to 1.8, with a sound before and after it."""
    parts = [(0.6 - gap - len(sound) / RATE, sound), (0.6, said()), (1.8 + gap, sound)]
    found = find_speech(Sound(placed(parts, 2.8, room=room), RATE))
    return found.spans[0][0], found.spans[-1][1]


@pytest.mark.parametrize("room", [3e-4, 1e-3])
@pytest.mark.parametrize("level", [0.002, 0.005, 0.02])
@pytest.mark.parametrize("gap", [0.1, 0.18])
def test_a_burst_beyond_a_closure_belongs_to_the_speech(gap, level, room):
    ends = around(hiss(SECONDS, level), gap, room)
    assert ends == pytest.approx((0.6 - gap - SECONDS, 1.8 + gap + SECONDS), abs=NEAR)


@pytest.mark.parametrize("level", [0.02, 0.05])
def test_a_burst_of_few_bands_may_be_as_short_as_a_click(level):
    assert around(narrow(level), 0.15) == pytest.approx((0.444, 1.956), abs=NEAR)


@pytest.mark.parametrize("level", [0.006, 0.02, 0.1])
@pytest.mark.parametrize("gap", [0.12, 0.18])
def test_a_click_beyond_a_closure_does_not(gap, level):
    assert around(click(level), gap) == pytest.approx((0.6, 1.8), abs=NEAR)


def test_a_burst_farther_away_does_not():
    assert around(hiss(SECONDS, 0.02), 0.25) == pytest.approx((0.6, 1.8), abs=NEAR)


def test_a_longer_hiss_is_a_breath():
    breath = hiss(0.12, 0.004)
    assert around(breath, 0.16) == pytest.approx((0.6, 1.8), abs=NEAR)


def test_a_burst_like_others_of_the_background_is_one_of_them():
    bursts = [(start, hiss(SECONDS, 0.01)) for start in (0.05, 0.22, 0.41, 1.98, 2.4, 2.6)]
    found = find_speech(Sound(placed([*bursts, (0.6, said())], 2.8), RATE))
    assert (found.lead, found.tail) == pytest.approx((0.6, 1.0), abs=NEAR)
