import numpy as np
import pytest

from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.levels import ROUNDING_DB, floor_db, speech_db
from voiceprep.audio.sound import Sound

from ..signals import RATE, placed, said


def test_pauses_do_not_lower_the_level_of_speech():
    for seconds in (2.0, 6.0):
        features = AudioFeatures(Sound(placed([(0.4, said(level=0.1))], seconds, room=1e-3), RATE))
        assert speech_db(features) == pytest.approx(-20, abs=0.3)
        assert floor_db(features) == pytest.approx(-60, abs=1)


def test_zeros_lie_at_the_level_of_rounding():
    assert floor_db(AudioFeatures(Sound(placed([(0.4, said())], 2.0, room=0), RATE))) == ROUNDING_DB


def test_there_is_none_without_speech():
    features = AudioFeatures(Sound(np.zeros(RATE, np.float32), RATE))
    assert speech_db(features) is None
    assert floor_db(features) is None
