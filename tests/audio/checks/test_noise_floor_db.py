import numpy as np
import pytest

from voiceprep.audio.checks.noise_floor_db import CHECK, read_floor
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.levels import ROUNDING_DB
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import judge

from ...signals import RATE, placed, said


def hear(room):
    return AudioFeatures(Sound(placed([(0.5, said())], 2.5, room=room), RATE))


@pytest.mark.parametrize(("room", "decibels", "ok"), [(3e-4, -70.5, True), (0.02, -34, False)])
def test_the_room_is_read_at_its_level(room, decibels, ok):
    assert read_floor(hear(room)).value == pytest.approx(decibels, abs=1)
    assert judge(CHECK, "a", hear(room)).ok is ok


def test_zeros_are_as_quiet_as_rounding():
    assert read_floor(hear(0)).value == pytest.approx(ROUNDING_DB)


def test_a_sound_without_speech_has_no_pauses():
    assert read_floor(AudioFeatures(Sound(np.zeros(RATE, np.float32), RATE))) is None
