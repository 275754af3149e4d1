import numpy as np
import pytest

from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.levels import DIGITAL, SHORT, find_pauses, floor_dba, speech_db, speech_dba
from voiceprep.audio.sound import Sound

from ..signals import RATE, noise, placed, said, tone


def hear(samples):
    return AudioFeatures(Sound(samples.astype(np.float32), RATE))


def clip(seconds=2.0, room=1e-3):
    return placed([(0.4, said(level=0.1))], seconds, room=room)


@pytest.mark.parametrize("seconds", [2.0, 6.0])
def test_pauses_do_not_lower_the_level_of_speech(seconds):
    features = hear(clip(seconds))
    assert speech_db(features) == pytest.approx(-20, abs=0.3)
    assert speech_dba(features) == pytest.approx(speech_dba(hear(clip(2.0))), abs=0.3)


def test_white_noise_is_as_loud_to_the_ear_as_it_is():
    # Its A-weighted level, up to 11 kHz, is 0.6 dB below the plain one.
    assert floor_dba(hear(clip(room=1e-3))) == pytest.approx(-60.6, abs=1)


@pytest.mark.parametrize("rumble", [0 * tone(2.0) + 0.03, tone(2.0, 20.0, 0.05)])
def test_an_offset_and_a_rumble_are_not_heard(rumble):
    assert floor_dba(hear(clip(room=1e-3) + rumble)) == pytest.approx(-60.6, abs=1)


def test_of_hum_the_ear_hears_little():
    hummed = clip(room=1e-4) + tone(2.0, 50.0, 0.02)
    assert floor_dba(hear(hummed)) == pytest.approx(-37 - 30.2, abs=1.5)


@pytest.mark.parametrize("still", [0.0, 0.03])
def test_digital_silence_says_nothing_of_the_noise(still):
    assert floor_dba(hear(clip(room=0) + still)) is DIGITAL


def test_what_is_left_of_a_pause_beside_digital_silence_counts():
    gated = clip(3.0, room=1e-3)
    gated[-RATE // 2 :] = 0
    assert floor_dba(hear(gated)) == pytest.approx(-60.6, abs=1)
    assert all(end <= 2.5 * RATE for _, end in find_pauses(hear(gated)))


def test_closures_are_no_pauses():
    # Four syllables with 60 ms between them, and nothing around them.
    syllables = np.concatenate([said(0.4), noise(0.06, 1e-3)] * 4)[: -round(0.06 * RATE)]
    assert floor_dba(hear(syllables)) is SHORT


def test_there_is_none_without_speech():
    features = hear(np.zeros(RATE))
    assert speech_db(features) is None
    assert speech_dba(features) is None
    assert floor_dba(features) is None
