"""How loud a mel is at its end, on mels of known level."""

import numpy as np
import pytest

from voiceprep.train.diagnosis.sound import SoundMeasures, measure_sound, relative_levels


def mel(*levels_db):
    """Frames of 20 channels at levels in dB."""
    return np.repeat(np.array(levels_db)[None] / 20 * np.log(10), 20, 0)


def test_levels_are_relative_to_the_loud_parts():
    levels = relative_levels(mel(*[-20] * 50, *[-26] * 10, -80))
    assert levels[[0, 55, 60]] == pytest.approx([0, -6, -60])


def test_silence_is_counted_from_the_last_sound():
    found = measure_sound(mel(*[-20] * 50, *[-80] * 7, *[-25] * 3, *[-70] * 12))
    assert found.trailing_silence == 12
    assert found.tail_db == pytest.approx(-50)
    assert measure_sound(mel(*[-20] * 50)) == SoundMeasures(pytest.approx(0), 0)


def test_the_gain_of_a_voice_changes_nothing():
    voice = mel(*[-20] * 50, *[-60] * 12)
    assert measure_sound(voice - 3).tail_db == pytest.approx(measure_sound(voice).tail_db)


def test_an_empty_mel_has_no_silence():
    assert measure_sound(np.zeros((20, 0))) == SoundMeasures(0.0, 0)
