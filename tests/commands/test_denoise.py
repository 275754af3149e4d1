"""The denoise command as a user runs it."""

import json

import numpy as np
import pytest
import soundfile

from tests.signals import hiss, noise, placed, read, said, write
from voiceprep.audio.denoise import DenoiseConfig
from voiceprep.batch.run import BatchConfig
from voiceprep.commands.denoise import denoise
from voiceprep.errors import SettingError, ToolMissing


def clip(room, seed=0, rate=22050):
    parts = [(0.4, said(0.8, rate=rate)), (1.2, hiss(0.1, 0.02, rate)), (1.7, said(0.6, rate=rate))]
    return placed(parts, 2.8, rate, room, seed)


@pytest.fixture
def wavs(tmp_path):
    folder = tmp_path / "wavs"
    write(folder / "clean.wav", clip(2e-4))
    write(folder / "deep" / "noisy.wav", clip(0.03))
    write(folder / "rate.wav", clip(0.02, rate=16000), 16000)
    return folder


def rows_of(folder):
    return {row["id"]: row for row in map(json.loads, (folder / "outcomes.jsonl").open())}


def test_noisy_clips_are_treated_and_clean_ones_copied_bit_for_bit(wavs, tmp_path):
    result = denoise(wavs, tmp_path / "out")
    assert result.exit_code == 0
    assert np.array_equal(read(wavs / "clean.wav"), read(tmp_path / "out" / "clean.wav"))
    before, after = (soundfile.read(at / "deep" / "noisy.wav") for at in (wavs, tmp_path / "out"))
    assert np.std(after[0][:7000]) < 0.1 * np.std(before[0][:7000])
    assert len(before[0]) == len(after[0])
    assert soundfile.info(tmp_path / "out" / "rate.wav").samplerate == 16000


def test_the_ledger_records_what_was_removed_and_why_a_clip_was_left(wavs, tmp_path):
    denoise(wavs, tmp_path / "out")
    rows = rows_of(tmp_path / "out")
    assert rows["clean"]["facts"]["denoise"]["removed_db"] == 0
    assert rows["clean"]["why"] and not rows["deep/noisy"]["why"]
    facts = rows["deep/noisy"]["facts"]["denoise"]
    assert facts["snr_db"] < 15
    assert facts["removed_db"] == pytest.approx(
        facts["noise_db_before"] - facts["noise_db_after"], abs=0.011
    )
    assert facts["removed_db"] > 15


@pytest.mark.parametrize("method", ["spectral", "sox"])
def test_what_was_denoised_once_is_copied_bit_for_bit(wavs, tmp_path, method):
    config = DenoiseConfig(method=method)
    denoise(wavs, tmp_path / "once", config=config)
    denoise(tmp_path / "once", tmp_path / "twice", config=config)
    for name in ("clean", "deep/noisy", "rate"):
        once, twice = (read(tmp_path / at / f"{name}.wav") for at in ("once", "twice"))
        assert np.array_equal(once, twice)


def test_the_number_of_jobs_makes_no_difference(wavs, tmp_path):
    for jobs in (1, 3):
        denoise(wavs, tmp_path / f"{jobs}", batch=BatchConfig(jobs=jobs))
    for name in ("clean", "deep/noisy", "rate"):
        one, three = (read(tmp_path / f"{jobs}" / f"{name}.wav") for jobs in (1, 3))
        assert np.array_equal(one, three)


def test_a_clip_without_speech_is_quarantined_and_the_others_go_on(wavs, tmp_path):
    write(wavs / "hiss.wav", noise(2.0, 0.05))
    result = denoise(wavs, tmp_path / "out")
    assert result.exit_code == 3
    assert result.counts["quarantined"] == 1
    hiss = rows_of(tmp_path / "out")["hiss"]
    assert (hiss["status"], hiss["facts"]["seconds"]) == ("quarantined", 2.0)
    assert "no speech" in hiss["why"]


def test_mistakes_are_reported_before_any_work(wavs, tmp_path, monkeypatch):
    with pytest.raises(SettingError, match=r"gone\.wav") as wrong:
        denoise(wavs, tmp_path / "out", config=DenoiseConfig(noise="gone.wav"))
    assert wrong.value.key == "denoise.noise"
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing) as missing:
        denoise(wavs, tmp_path / "out", config=DenoiseConfig(method="sox"))
    assert missing.value.tool == "SoX"
    assert not (tmp_path / "out").exists()


def test_another_recording_of_noise_under_the_same_name_is_learnt_anew(wavs, tmp_path):
    config = DenoiseConfig(noise=str(write(tmp_path / "room.wav", noise(1.0, 0.03))))
    assert denoise(wavs, tmp_path / "out", config=config).counts["done"] == 3
    assert denoise(wavs, tmp_path / "out", config=config).counts["skipped"] == 3
    write(tmp_path / "room.wav", noise(1.0, 0.02, seed=1))
    assert denoise(wavs, tmp_path / "out", config=config).counts["done"] == 3
