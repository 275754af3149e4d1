import numpy as np
import pytest

from voiceprep.audio.checks.noise_floor_db import CHECK, read_floor
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import Undecided, judge

from ...signals import RATE, placed, said, tone


def hear(room, more=0):
    samples = placed([(0.5, said())], 2.5, room=room) + more
    return AudioFeatures(Sound(samples.astype(np.float32), RATE))


@pytest.mark.parametrize(("room", "decibels", "ok"), [(3e-4, -71, True), (0.01, -40.6, False)])
def test_the_room_is_read_at_its_level(room, decibels, ok):
    reading = read_floor(hear(room))
    assert reading.value == pytest.approx(decibels, abs=1)
    assert "dBFS(A)" in reading.evidence
    assert judge(CHECK, "a", hear(room)).ok is ok


@pytest.mark.parametrize("more", [0.03, tone(2.5, 20.0, 0.1)])
def test_what_nobody_hears_is_no_noise(more):
    assert judge(CHECK, "a", hear(3e-4, more)).ok


def test_digital_silence_is_undecided():
    assert isinstance(read_floor(hear(0)), Undecided)


def test_a_sound_without_speech_has_no_pauses():
    assert read_floor(AudioFeatures(Sound(np.zeros(RATE, np.float32), RATE))) is None
