import numpy as np
import pytest

from tests.signals import sweep, tone, write
from voiceprep.audio.cache import cache_mel, save_npy
from voiceprep.audio.mel import MelConfig, log_mel
from voiceprep.audio.sound import read_sound
from voiceprep.errors import Unusable


def test_a_mel_is_cached_as_it_is_computed(tmp_path):
    wav = write(tmp_path / "sound.wav", sweep(1.0))
    assert cache_mel(wav, tmp_path / "sound.npy", MelConfig()) == 1.0
    cached = np.load(tmp_path / "sound.npy")
    assert cached.dtype == np.float32
    assert np.array_equal(cached, log_mel(read_sound(wav).samples, MelConfig()))


def test_a_wav_of_another_rate_is_refused_with_what_to_do(tmp_path):
    wav = write(tmp_path / "sound.wav", tone(rate=16000), rate=16000)
    with pytest.raises(
        Unusable, match=r"its rate is 16000 Hz, that of the mel 22050 Hz: .*--rate 22050"
    ):
        cache_mel(wav, tmp_path / "sound.npy", MelConfig())
    assert not (tmp_path / "sound.npy").exists()


def test_a_wav_of_400_samples_is_too_short(tmp_path):
    wav = write(tmp_path / "sound.wav", tone()[:400])
    with pytest.raises(Unusable, match="400 samples"):
        cache_mel(wav, tmp_path / "sound.npy", MelConfig())
    assert not (tmp_path / "sound.npy").exists()


def test_the_file_has_the_name_it_was_given(tmp_path):
    save_npy(tmp_path / "part", np.zeros((80, 3), np.float32))
    assert np.load(tmp_path / "part").shape == (80, 3)
