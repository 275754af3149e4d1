import numpy as np
import pytest

from voiceprep.audio.hearing import Hearing
from voiceprep.audio.levels import ROUNDING_DB, floor_db, speech_db
from voiceprep.audio.sound import Sound

from ..signals import RATE, placed, said


def test_pauses_do_not_lower_the_level_of_speech():
    for seconds in (2.0, 6.0):
        hearing = Hearing(Sound(placed([(0.4, said(level=0.1))], seconds, room=1e-3), RATE))
        assert speech_db(hearing) == pytest.approx(-20, abs=0.3)
        assert floor_db(hearing) == pytest.approx(-60, abs=1)


def test_zeros_lie_at_the_level_of_rounding():
    assert floor_db(Hearing(Sound(placed([(0.4, said())], 2.0, room=0), RATE))) == ROUNDING_DB


def test_there_is_none_without_speech():
    hearing = Hearing(Sound(np.zeros(RATE, np.float32), RATE))
    assert speech_db(hearing) is None
    assert floor_db(hearing) is None
