import numpy as np
import pytest
from scipy.signal import iirpeak, lfilter

from voiceprep.audio.pitch import HOP_SECONDS, Pitch, find_pitch
from voiceprep.audio.sound import Sound

from ..signals import RATE, noise, said, tone


@pytest.mark.parametrize("hz", [80, 120, 220, 440])
@pytest.mark.parametrize("rate", [8000, 22050, 48000])
def test_a_voice_has_the_pitch_it_was_made_with(hz, rate):
    time = np.arange(rate) / rate
    voice = sum(np.sin(2 * np.pi * hz * number * time) / number for number in range(1, 8))
    pitch = find_pitch(Sound((0.1 * voice).astype(np.float32), rate))
    assert len(pitch.voiced) > 0.8 * len(pitch.hz)
    assert np.median(pitch.voiced) == pytest.approx(hz, rel=0.01)
    assert not pitch.jumps.any()


def test_it_follows_a_glide_as_pyin_does():
    import librosa

    sound = Sound(said(0.4, pitch_hz=150), RATE)
    theirs, voiced, _ = librosa.pyin(sound.samples, fmin=60, fmax=500, sr=RATE, hop_length=256)
    times = np.flatnonzero(voiced) * 256 / RATE
    ours = find_pitch(sound).hz[np.minimum((times / HOP_SECONDS).astype(int), 25)]
    both = np.isfinite(ours)
    assert both.mean() > 0.8
    assert np.median(np.abs(np.log2(ours[both] / theirs[voiced][both]))) < 0.02


def rough(hz, rate=16000):
    """A voice without even periods: of unlike pulses, at unlike distances."""
    random = np.random.default_rng(0)
    pulses = np.zeros(2 * rate)
    places = np.cumsum(rate / hz * (1 + 0.015 * random.standard_normal(round(1.8 * hz)))).astype(
        int
    )
    pulses[places] = 1 + 0.3 * random.standard_normal(len(places))
    voice = pulses
    for formant, width in ((600, 80), (1200, 100)):
        voice = lfilter(*iirpeak(formant, formant / width, fs=rate), voice)
    return Sound((0.3 * voice / np.abs(voice).max()).astype(np.float32), rate)


@pytest.mark.parametrize("hz", [85, 100])
def test_a_rough_voice_is_a_voice(hz):
    pitch = find_pitch(rough(hz))
    assert len(pitch.voiced) > 0.5 * len(pitch.hz)
    assert np.median(pitch.voiced) == pytest.approx(hz, rel=0.05)


def test_noise_and_silence_have_none():
    assert len(find_pitch(Sound(noise(), RATE)).voiced) < 5
    assert len(find_pitch(Sound(np.zeros(RATE, np.float32), RATE)).voiced) == 0


@pytest.mark.parametrize("count", [0, 1, 10, 100])
def test_a_few_samples_are_no_voice(count):
    assert len(find_pitch(Sound(tone()[:count], RATE)).voiced) == 0


def test_a_jump_is_an_octave_and_no_fifth():
    pitch = Pitch(np.array([100, 101, 202, 200, 300, np.nan, 150, 75]))
    assert pitch.jumps.tolist() == [False, False, True, False, False, False, False, True]
