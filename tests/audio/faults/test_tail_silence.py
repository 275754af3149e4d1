import numpy as np
import pytest

from voiceprep.audio.faults.tail_silence import add_tail
from voiceprep.audio.sound import Sound

from ...signals import RATE, placed, said

ROOM = 3e-4
CLEAN = Sound(placed([(0.3, said(0.8)), (1.5, said(0.8))], 2.5, room=ROOM), RATE)


def test_so_many_seconds_of_the_clips_own_room_are_added():
    longer = add_tail(CLEAN, 0.8, np.random.default_rng(0))
    assert longer.seconds == pytest.approx(CLEAN.seconds + 0.8, abs=1 / RATE)
    tail = longer.samples[-round(0.8 * RATE) :]
    assert np.std(tail) == pytest.approx(ROOM, rel=0.2)
    kept = len(CLEAN.samples) - round(0.011 * RATE)
    assert np.array_equal(longer.samples[:kept], CLEAN.samples[:kept])


def test_a_clip_without_speech_gets_zeros():
    silent = Sound(np.zeros(RATE, np.float32), RATE)
    assert not add_tail(silent, 0.3, np.random.default_rng(0)).samples.any()
