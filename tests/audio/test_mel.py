import os
from pathlib import Path

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.audio.test_stft import plain_magnitudes
from tests.signals import noise, speech, sweep, tone
from voiceprep.audio import stft as stft_room
from voiceprep.audio.griffin_lim import mel_to_sound
from voiceprep.audio.mel import MelConfig, linear_mel, log_mel, mel_filters
from voiceprep.audio.sound import read_sound
from voiceprep.config import build, digest, to_plain
from voiceprep.errors import SettingError, Unusable

CONFIG = MelConfig()


@pytest.mark.parametrize(
    "config", [CONFIG, MelConfig(mel_channels=128, fmin_hz=50.0, fmax_hz=11025.0)]
)
def test_the_filters_are_slaneys(config):
    theirs = librosa.filters.mel(
        sr=config.rate,
        n_fft=config.fft_length,
        n_mels=config.mel_channels,
        fmin=config.fmin_hz,
        fmax=config.fmax_hz,
        dtype=np.float64,
    )
    np.testing.assert_allclose(mel_filters(config), theirs, atol=1e-12)


@pytest.mark.parametrize(
    "samples", [sweep(2.0, level=1.0), noise(1.0), tone(1.0, level=0.99), speech()]
)
def test_it_is_exact_to_a_plain_computation_in_float64(samples):
    plain = mel_filters(CONFIG) @ plain_magnitudes(samples, CONFIG)
    found = linear_mel(samples, CONFIG)
    assert np.abs(found - plain).max() < 1e-6
    loud = plain > 1e-3
    assert np.abs(log_mel(samples, CONFIG) - np.log(np.maximum(plain, 1e-5)))[loud].max() < 1e-4


def test_it_equals_librosa():
    samples = speech()
    theirs = librosa.feature.melspectrogram(
        y=samples.astype(np.float64),
        sr=22050,
        n_fft=1024,
        hop_length=256,
        pad_mode="reflect",
        power=1.0,
        n_mels=80,
        fmax=8000.0,
    )
    assert np.abs(linear_mel(samples, CONFIG) - theirs).max() < 1e-6
    off = np.abs(log_mel(samples, CONFIG) - np.log(np.maximum(theirs, 1e-5)))
    assert off[theirs > 1e-3].max() < 1e-4


@pytest.mark.parametrize("channel", [0, 10, 40, 79])
def test_a_tone_stands_highest_in_its_own_channel(channel):
    edges = librosa.mel_frequencies(n_mels=82, fmin=0.0, fmax=8000.0)
    mel = log_mel(tone(1.0, hz=edges[channel + 1]), CONFIG)
    assert set(mel.argmax(axis=0)[3:-3].tolist()) == {channel}


@settings(deadline=None, max_examples=30)
@given(st.integers(513, 9000))
def test_any_length_has_a_frame_for_every_hop(count):
    mel = log_mel(noise(1.0)[:count], CONFIG)
    assert mel.shape == (80, 1 + count // 256)
    assert np.isfinite(mel).all()


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_a_sound_cut_into_other_blocks_has_the_same_mel(monkeypatch, block):
    whole = log_mel(speech(), CONFIG)
    monkeypatch.setattr(stft_room, "BLOCK", block)
    # The sums of a product of matrices may come in another order, not more.
    np.testing.assert_allclose(log_mel(speech(), CONFIG), whole, atol=1e-6)


@pytest.mark.parametrize(
    ("samples", "why"),
    [
        (tone()[:512], "512 samples"),
        (np.full(22050, np.nan, np.float32), "not finite"),
        (1.5 * tone(level=1.0), "full scale"),
        ((tone() * 2**15).astype(np.int16), "full scale"),
    ],
)
def test_a_sound_that_has_no_mel_is_told(samples, why):
    with pytest.raises(Unusable, match=why):
        log_mel(samples, CONFIG)


def test_silence_lies_at_the_floor():
    mel = log_mel(np.zeros(22050, np.float32), CONFIG)
    assert mel.dtype == np.float32
    assert mel.shape == (80, 87)
    np.testing.assert_allclose(mel, np.log(1e-5), rtol=1e-6)


def test_twice_as_loud_is_one_octave_of_the_logarithm_more():
    sound = sweep(1.0, level=0.3)
    loud = log_mel(sound, CONFIG) > -8
    rise = log_mel(2 * sound, CONFIG) - log_mel(sound, CONFIG)
    np.testing.assert_allclose(rise[loud], np.log(2), atol=1e-4)


@pytest.mark.parametrize("name", ["LJ001-0002", "LJ001-0008"])
def test_recordings_have_the_mels_of_the_original(name):
    data = Path(os.environ.get("VOICEPREP_DATA") or "missing")
    truth = data.parent / "reference" / f"mel_{name}.npy"
    if not truth.exists():
        pytest.skip("the sample recordings are not here")
    sound = read_sound(data / "ljspeech-mini" / "wavs" / f"{name}.wav")
    mel, theirs = log_mel(sound.samples, CONFIG), np.load(truth)
    assert mel.shape == theirs.shape
    # The original computes its transform as a convolution in float32.
    assert np.abs(mel - theirs).max() < 2.5e-3


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"mel_channels": 0}, "mel_channels"),
        ({"fmin_hz": 9000.0}, "fmin_hz"),
        ({"fmax_hz": 12000.0}, "half the rate"),
        ({"log_floor": 0.0}, "log_floor"),
        ({"ref_db": 0.0}, "scale"),
        ({"scale": "db_unit", "symmetric_max": 1.0}, "scale"),
        ({"scale": "db_unit", "max_db": 0.0}, "max_db"),
        ({"preemphasis": 1.0}, "preemphasis"),
        ({"reduction": 0}, "reduction"),
        ({"framing": "lws", "win_length": 800}, "framing"),
        ({"framing": "lws", "hop_length": 300}, "framing"),
    ],
)
def test_values_that_clash_are_told(values, why):
    with pytest.raises(SettingError, match=why):
        MelConfig(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"scale": "db_unit"},
        {"scale": "db_symmetric", "symmetric_max": 1.0},
        {"preemphasis": 0.97},
        {"reduction": 4},
        {"linear": True},
        {"framing": "lws"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_other_kinds_of_mel_are_described_and_not_computed(values):
    config = MelConfig(**values)
    for compute in (log_mel, linear_mel):
        with pytest.raises(SettingError, match="no model here uses such mels yet") as caught:
            compute(np.zeros(4096, np.float32), config)
        assert caught.value.key == next(iter(values))
    with pytest.raises(SettingError) as caught:
        mel_to_sound(np.zeros((80, 4), np.float32), config)
    assert caught.value.key == next(iter(values))


def test_settings_that_came_later_are_written_only_where_they_differ():
    # The digest from before there was any of them: caches that were made then stay valid.
    assert digest({"mel": CONFIG}) == "be5394d9ea434da3"
    plain = to_plain({"mel": MelConfig(scale="db_unit", max_db=80.0)})["mel"]
    assert plain == to_plain({"mel": CONFIG})["mel"] | {"scale": "db_unit", "max_db": 80.0}
    assert build(MelConfig, plain, "mel") == MelConfig(scale="db_unit", max_db=80.0)
