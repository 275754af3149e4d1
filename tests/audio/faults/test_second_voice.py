import numpy as np
import pytest

from voiceprep.audio.faults.second_voice import change_voice
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound

from ...signals import RATE, said


@pytest.mark.parametrize("semitones", [2.0, 4.0, 7.0])
@pytest.mark.parametrize("seed", [0, 1])
def test_pitch_moves_by_so_many_semitones_and_the_length_stays(semitones, seed):
    clean = Sound(said(2.0, pitch_hz=180), RATE)
    other = change_voice(clean, semitones, np.random.default_rng(seed))
    assert len(other.samples) == len(clean.samples)
    pitches = [np.median(AudioFeatures(sound).pitch.voiced) for sound in (clean, other)]
    assert abs(12 * np.log2(pitches[1] / pitches[0])) == pytest.approx(semitones, abs=0.3)


def test_formants_move_with_the_pitch():
    clean = Sound(said(2.0, pitch_hz=100), RATE)
    other = change_voice(clean, 7.0, np.random.default_rng(0))
    centres = []
    for sound in (clean, other):
        powers = AudioFeatures(sound).powers.mean(axis=1)
        centres.append(np.sum(np.arange(len(powers)) * powers) / powers.sum())
    assert abs(12 * np.log2(centres[1] / centres[0])) == pytest.approx(7, abs=2)


def test_a_few_samples_stay():
    few = Sound(said()[:10], RATE)
    assert change_voice(few, 4.0, np.random.default_rng(0)) is few
