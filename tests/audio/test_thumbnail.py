import numpy as np
import pytest

from tests.signals import RATE, said, tone
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.audio.thumbnail import BANDS, COLUMNS, FRAMES, draw_mel, draw_waveform
from voiceprep.errors import Unusable


def test_a_waveform_is_the_least_and_the_largest_of_every_column():
    samples = np.linspace(-0.5, 0.5, 10 * COLUMNS, dtype=np.float32)
    drawn = draw_waveform(samples)
    assert drawn.shape == (COLUMNS, 2)
    assert drawn[0].tolist() == pytest.approx([samples[0], samples[9]])
    assert drawn[-1, 1] == samples[-1]


@pytest.mark.parametrize("count", [0, 1, COLUMNS - 1, COLUMNS + 1])
def test_no_sample_is_left_out(count):
    samples = np.zeros(count, np.float32)
    samples[-1:] = 0.7
    drawn = draw_waveform(samples)
    assert len(drawn) == min(count, COLUMNS)
    assert not count or drawn.max() == np.float32(0.7)


def test_a_tone_is_a_line_at_its_place():
    low, high = (draw_mel(AudioFeatures(Sound(tone(6.0, hz), RATE))) for hz in (200.0, 4000.0))
    assert low.shape == high.shape == (BANDS, FRAMES)
    assert np.ptp(low.argmax(axis=0)[2:-2]) == 0
    assert low[:, 50].argmax() < high[:, 50].argmax()


@pytest.mark.parametrize("rate", [8000, 11025, 48000])
def test_every_rate_has_a_picture(rate):
    assert np.isfinite(draw_mel(AudioFeatures(Sound(said(0.5, rate=rate), rate)))).all()


def test_a_sound_too_short_for_a_spectrum_is_told():
    with pytest.raises(Unusable, match="too short"):
        draw_mel(AudioFeatures(Sound(np.zeros(10, np.float32), RATE)))
