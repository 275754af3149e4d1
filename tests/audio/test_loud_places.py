import numpy as np
import pytest

from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.loud_places import loud_place, loud_runs
from voiceprep.audio.sound import Sound

from ..signals import RATE, placed, said

CLEAN = AudioFeatures(Sound(placed([(0.1, said(0.3)), (1.3, said(1.0))], 2.5), RATE))


def test_the_loud_stretches_are_the_words():
    assert np.array(loud_runs(CLEAN)) == pytest.approx(np.array([(0.1, 0.4), (1.3, 2.3)]), abs=0.02)


def test_a_place_has_room_for_what_is_put_there():
    random = np.random.default_rng(0)
    places = [loud_place(CLEAN, 0.5, random) for _ in range(20)]
    assert min(places) > 1.25
    assert max(places) < 1.85


def test_of_a_sound_of_nothing_there_is_only_its_start():
    empty = AudioFeatures(Sound(np.zeros(0, np.float32), RATE))
    assert loud_place(empty, 0.1, np.random.default_rng(0)) == 0
