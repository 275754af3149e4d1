import numpy as np
import pytest

from voiceprep.audio.checks.dc_offset import CHECK, read_offset
from voiceprep.audio.convert import load_as_is
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import Undecided, judge

from ...signals import RATE, asymmetric, placed, said, write


def hear(samples):
    return AudioFeatures(Sound(samples.astype(np.float32), RATE))


def clip(room=3e-4):
    return placed([(0.5, said())], 2.5, room=room)


def read_file(path):
    loaded = load_as_is(path)
    return read_offset(AudioFeatures(loaded.sound, loaded.converted.facts.get("offset", 0.0)))


def test_clean_speech_has_none():
    assert judge(CHECK, "a", hear(clip())).ok


@pytest.mark.parametrize("offset", [0.02, -0.02, 0.1])
@pytest.mark.parametrize("room", [3e-4, 0])
def test_an_offset_is_read_at_its_size(offset, room):
    reading = read_offset(hear(clip(room) + offset))
    assert reading.value == pytest.approx(abs(offset), abs=0.001)
    assert f"{offset:+.2f}" in reading.evidence and "dBFS" in reading.evidence


@pytest.mark.parametrize("room", [3e-4, 0])
def test_an_offset_that_reading_removed_counts(tmp_path, room):
    reading = read_file(write(tmp_path / "a.wav", clip(room) + 0.03))
    assert reading.value == pytest.approx(0.03, abs=0.001)


def test_an_asymmetric_voice_has_none():
    samples = 3 * asymmetric(room=1e-4)
    assert abs(np.mean(samples)) > CHECK.limit
    assert judge(CHECK, "a", hear(samples)).value < 1e-4


def test_a_wander_that_differs_from_pause_to_pause_is_none():
    samples = clip()
    samples[: RATE // 2] -= 0.02
    samples[-RATE // 2 :] += 0.02
    assert judge(CHECK, "a", hear(samples)).ok


@pytest.mark.parametrize("samples", [said(1.0), clip(room=0)], ids=["no pause", "digital silence"])
def test_without_room_tone_it_is_undecided(samples):
    assert isinstance(read_offset(hear(samples)), Undecided)


def test_silence_has_none():
    assert read_offset(hear(np.zeros(RATE))) is None
