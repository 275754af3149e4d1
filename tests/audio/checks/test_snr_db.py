import numpy as np
import pytest

from voiceprep.audio.checks.snr_db import CHECK, read_snr
from voiceprep.audio.faults import hiss
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import Undecided, judge

from ...signals import RATE, noise, placed, said, tone


def clip(decibels, rate=RATE):
    voice = said(level=0.1, rate=rate)
    return placed([(0.5, voice)], 2.5, rate, room=0.1 * 10 ** (-decibels / 20))


def hear(samples, rate=RATE):
    return AudioFeatures(Sound(samples.astype(np.float32), rate))


@pytest.mark.parametrize("decibels", [20, 30, 40, 50])
def test_the_ratio_follows_the_noise(decibels):
    quiet = read_snr(hear(clip(60)))
    reading = read_snr(hear(clip(decibels)))
    assert quiet.value - reading.value == pytest.approx(60 - decibels, abs=1)
    assert "dBFS(A) is" in reading.evidence and "dB(A) above" in reading.evidence


@pytest.mark.parametrize("rate", [8000, RATE, 48000])
@pytest.mark.parametrize(("decibels", "ok"), [(40, True), (20, False)])
def test_noisy_speech_is_found(decibels, ok, rate):
    assert judge(CHECK, "a", hear(clip(decibels, rate), rate)).ok is ok


@pytest.mark.parametrize("inject", [hiss.inject_white, hiss.inject_pink])
def test_a_hiss_of_moderate_size_is_found(inject):
    noisy = inject(Sound(clip(60), RATE), 25.0, np.random.default_rng(0))
    assert not judge(CHECK, "a", AudioFeatures(noisy)).ok


@pytest.mark.parametrize("more", [0.02, tone(2.5, 20.0, 0.05)])
def test_an_offset_and_a_rumble_are_not_heard(more):
    plain = read_snr(hear(clip(45))).value
    assert read_snr(hear(clip(45) + more)).value == pytest.approx(plain, abs=2)


@pytest.mark.parametrize(
    "samples",
    [
        placed([(0.5, said())], 2.5, room=0),
        np.concatenate([said(0.4), noise(0.06, 0.01)] * 4)[: -round(0.06 * RATE)],
    ],
    ids=["digital silence", "closures"],
)
def test_without_room_tone_it_is_undecided(samples):
    assert isinstance(read_snr(hear(samples)), Undecided)


def test_silence_has_none():
    assert read_snr(hear(np.zeros(RATE))) is None
