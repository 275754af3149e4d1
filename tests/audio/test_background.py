import numpy as np
import pytest

from tests.signals import RATE, noise, placed, said, speech
from voiceprep.audio.background import Background
from voiceprep.audio.band_levels import band_powers
from voiceprep.audio.room import find_room
from voiceprep.audio.silence import find_speech
from voiceprep.audio.sound import Sound

NEAR = 0.05


def babble(seconds, level):
    voices = sum(np.roll(speech(seconds, seed=seed), 7919 * seed) for seed in range(6))
    return (level * voices / np.std(voices)).astype(np.float32)


def ticks(seconds, level):
    """A room that ticks and rumbles without a rest."""
    sound = noise(seconds, level)
    for place in range(0, len(sound) - 400, round(0.09 * RATE)):
        sound[place : place + 400] += noise(400 / RATE, 8 * level, seed=place)
    return sound


def background(samples):
    powers, silent = band_powers(Sound(np.asarray(samples, np.float32), RATE))
    return Background.around(powers, silent, find_room(powers, silent))


@pytest.mark.parametrize("under_db", [20, 30, 40])
@pytest.mark.parametrize("kind", [babble, ticks])
def test_speech_ends_where_it_is_louder_than_an_unsteady_background(kind, under_db):
    level = 0.1 * 10 ** (-under_db / 20) / (3 if kind is ticks else 1)
    found = find_speech(Sound(placed([(0.8, said(1.2))], 3.0, room=0) + kind(3.0, level), RATE))
    assert found.lead == pytest.approx(0.8, abs=NEAR)
    assert found.tail == pytest.approx(1.0, abs=NEAR)
    assert not found.uncertain_start
    assert not found.uncertain_end


@pytest.mark.parametrize("level", [0.005, 0.02])
def test_soft_speech_in_front_of_a_background_is_speech(level):
    parts = [(0.8, said(1.2)), (2.0, said(0.3, level, pitch_hz=400))]
    found = find_speech(Sound(placed(parts, 3.5, room=0) + babble(3.5, 0.003), RATE))
    assert found.lead == pytest.approx(0.8, abs=NEAR)
    assert found.tail == pytest.approx(1.2, abs=NEAR)


@pytest.mark.parametrize(("level", "uncertain"), [(0.006, True), (0.012, True), (0.024, False)])
def test_where_the_last_sound_is_little_louder_than_the_background_is_uncertain(level, uncertain):
    parts = [(0.8, said(1.2)), (2.0, said(0.3, level, pitch_hz=400))]
    found = find_speech(Sound(placed(parts, 3.5, room=0) + ticks(3.5, 0.001), RATE))
    assert found.lead == pytest.approx(0.8, abs=NEAR)
    assert not found.uncertain_start
    assert bool(found.uncertain_end) == uncertain
    assert found.tail < 1.2 + NEAR


def test_a_steady_background_is_not_doubted():
    sound = placed([(0.8, said(1.2))], 3.0, room=1e-3)
    around = background(sound)
    assert not (around.unsteady or around.restless or around.ticks)
    assert around.comparable


def test_weak_sound_up_to_the_end_of_the_file_is_uncertain():
    sound = np.concatenate([said(1.0), said(0.6, 0.008)])
    found = find_speech(Sound(np.append(np.zeros(RATE // 2, "f4"), sound) + noise(2.1, 1e-4), RATE))
    assert found.uncertain_end
    assert not found.uncertain_start
    assert found.tail < NEAR


def test_without_a_background_at_both_ends_there_is_nothing_to_compare():
    around = background(said(1.0))
    assert not around.both_sides
    assert not around.comparable
