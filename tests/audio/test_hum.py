import numpy as np
import pytest

from tests.signals import RATE, noise
from voiceprep.audio.hum import find_hum
from voiceprep.audio.sound import Sound


@pytest.mark.parametrize("base_hz", [49.9, 50.07, 60.1])
@pytest.mark.parametrize("level", [0.0003, 0.01])
def test_the_mains_are_found_where_they_are_loud_or_soft(base_hz, level):
    time = np.arange(5 * RATE) / RATE
    tones = sum(np.sin(2 * np.pi * base_hz * number * time + number) for number in range(1, 9))
    hum = find_hum(Sound((noise(5, 0.001) + level * tones).astype(np.float32), RATE))
    assert hum.base_hz == pytest.approx(base_hz, abs=0.05)
    assert hum.mains_hz == round(base_hz, -1)
    assert min(hum.heights_db[:8]) > max(hum.heights_db[8:])


def test_noise_has_next_to_none_and_a_moment_cannot_tell():
    assert find_hum(Sound(noise(5), RATE)).height_db < 8
    assert find_hum(Sound(noise(0.5), RATE)) is None
    assert find_hum(Sound(np.zeros(RATE, np.float32), RATE)) is None
