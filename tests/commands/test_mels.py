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
from voiceprep.errors import ToolMissing, UserError


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
    assert "nothing to do" in "\n".join(result.lines())


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
    assert "the changed a.npy is kept as a.npy.bak" in result.outcomes[0].why
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
    why = {row.id: row.why for row in mels(dataset=converted).outcomes if row.why}
    assert "its rate is 16000 Hz, that of the mel 22050 Hz" in why["d"]
    assert "too short: 400 samples" in why["e"]
    assert "has 2 channels" in why["f"]


def test_a_folder_of_wavs_may_be_named(tmp_path):
    write(tmp_path / "own" / "x.wav", sweep())
    mels(tmp_path / "own", tmp_path / "cache", dataset=tmp_path)
    assert (tmp_path / "cache" / "x.npy").exists()


def test_without_wavs_the_error_names_the_next_step(tmp_path):
    with pytest.raises(UserError, match="run voiceprep convert"):
        mels(dataset=tmp_path)
