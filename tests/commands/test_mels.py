import sys

import numpy as np
import pytest
import torch

from tests.signals import sweep, tone, write
from voiceprep.audio.cache import CacheConfig
from voiceprep.audio.mel import MelConfig
from voiceprep.commands.convert import convert
from voiceprep.commands.mels import mels
from voiceprep.config import read_toml
from voiceprep.errors import SourceError, ToolMissing


@pytest.fixture
def converted(dataset):
    convert(dataset / "mp3dir", dataset=dataset)
    return dataset


def test_every_wav_gets_its_mel(converted):
    result = mels(dataset=converted)
    assert result.exit_code == 0
    mel = np.load(converted / "mels" / "a.npy")
    assert (mel.shape, mel.dtype) == ((80, 87), np.float32)
    assert read_toml(converted / "mels" / "mel.toml")["mel"]["hop_length"] == 256


def test_a_second_run_does_nothing(converted):
    mels(dataset=converted)
    before = {path: path.stat().st_mtime_ns for path in (converted / "mels").iterdir()}
    result = mels(dataset=converted)
    assert result.counts["skipped"] == 3
    assert {path: path.stat().st_mtime_ns for path in (converted / "mels").iterdir()} == before


def test_only_what_is_stale_is_computed_again(converted):
    mels(dataset=converted)
    write(converted / "mp3dir" / "b.wav", tone(1.0, rate=44100), 44100)
    convert(converted / "mp3dir", dataset=converted)
    result = mels(dataset=converted)
    assert [row.id for row in result.outcomes if row.status == "done"] == ["b"]


def test_another_setting_makes_all_stale(converted):
    mels(dataset=converted)
    assert mels(dataset=converted, mel=MelConfig(fmax_hz=7000.0)).counts["done"] == 3


def test_a_changed_mel_is_kept_aside(converted):
    mels(dataset=converted)
    np.save(converted / "mels" / "a.npy", np.zeros(3))
    result = mels(dataset=converted)
    assert "a.npy.bak" in result.outcomes[0].why
    assert np.load(converted / "mels" / "a.npy.bak").shape == (3,)
    assert np.load(converted / "mels" / "a.npy").shape == (80, 87)


def test_nvidias_format_takes_the_place_of_the_other(converted):
    mels(dataset=converted)
    plain = np.load(converted / "mels" / "a.npy")
    mels(dataset=converted, cache=CacheConfig(format="pt"))
    assert np.array_equal(torch.load(converted / "mels" / "a.pt").numpy(), plain)
    assert not list((converted / "mels").glob("*.npy"))


def test_without_torch_nvidias_format_says_what_to_install(converted, monkeypatch):
    monkeypatch.delitem(sys.modules, "voiceprep.train.checkpoints.formats.mel_pt", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ToolMissing) as caught:
        mels(dataset=converted, cache=CacheConfig(format="pt"))
    assert (caught.value.tool, caught.value.exit_code) == ("torch", 4)


def test_a_wav_of_another_rate_or_too_short_is_quarantined(converted):
    write(converted / "wavs" / "d.wav", tone(rate=16000), 16000)
    write(converted / "wavs" / "e.wav", sweep()[:400])
    write(converted / "wavs" / "f.wav", np.stack([sweep(), sweep()], axis=1))
    refused = [row for row in mels(dataset=converted).outcomes if row.status != "done"]
    assert [(row.id, row.status) for row in refused] == [(id, "quarantined") for id in "def"]
    whys = [row.why for row in refused]
    for why, cause in zip(whys, ("16000 Hz", "400 samples", "2 channels"), strict=True):
        assert cause in why


def test_a_folder_of_wavs_may_be_named(tmp_path):
    write(tmp_path / "own" / "x.wav", sweep())
    mels(tmp_path / "own", tmp_path / "cache", dataset=tmp_path)
    assert (tmp_path / "cache" / "x.npy").exists()


def test_a_dataset_without_wavs_is_an_error(tmp_path):
    with pytest.raises(SourceError) as caught:
        mels(dataset=tmp_path)
    assert caught.value.path == tmp_path / "wavs"
    assert not (tmp_path / "mels").exists()
