import numpy as np
import pytest

from tests.signals import RATE, noise, placed, said
from voiceprep.audio.band_levels import band_powers
from voiceprep.audio.room import ROOM, SOUND, find_room, near_silence, runs
from voiceprep.audio.sound import Sound


def room_of(samples):
    return find_room(*band_powers(Sound(np.asarray(samples, np.float32), RATE)))


def test_speech_stands_out_of_the_room_tone():
    room = room_of(placed([(0.5, said(1.0))], 2.0, room=1e-3))
    assert room.excess[110:290].min() > SOUND
    assert np.mean(room.excess[:90] < ROOM) > 0.95


def test_of_a_background_that_is_given_most_does_not_stand_out():
    swelling = noise(3.0, 3e-3) * (1.2 + np.sin(np.arange(3 * RATE) / 3000)).astype("f4")
    room = room_of(swelling + placed([(1.0, said(1.0))], 3.0, room=0))
    frames = np.ones(len(room.levels), bool)
    frames[180:420] = False
    unsteady = room.with_unsteady(frames)
    assert np.mean(unsteady.excess[frames] > SOUND) < 0.06
    assert unsteady.excess[210:390].min() > SOUND


@pytest.mark.parametrize("count", [1, 9, 100])
def test_what_is_near_silence_has_the_length_of_the_sound(count):
    silent = np.zeros(count, bool)
    silent[0] = True
    near = near_silence(silent)
    assert len(near) == count
    assert near.sum() == min(count, 7)


def test_runs_have_a_start_and_an_end():
    assert runs(np.array([1, 1, 0, 1], bool)) == [(0, 2), (3, 4)]
