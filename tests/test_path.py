"""The whole way: mp3s and sentences in, wavs, lists and mels out, every second accounted for."""

import numpy as np
import pytest

from tests.signals import noise, read, sweep, write, write_mp3
from voiceprep.commands.convert import convert
from voiceprep.commands.filelist import filelist
from voiceprep.commands.mels import mels
from voiceprep.text.filelist import FilelistConfig


@pytest.fixture
def dataset(tmp_path):
    for number in range(12):
        sound = np.stack([sweep(1.0 + number / 3, 44100)] * 2, axis=1)
        write_mp3(tmp_path / "mp3dir" / f"clip{number:02d}.mp3", sound, 44100, "-b:a", "128k")
    write(tmp_path / "mp3dir" / "silent.wav", 0 * noise(2.5))
    (tmp_path / "mp3dir" / "broken.mp3").write_text("no sound")
    rows = [f"clip{number:02d}|This is sentence number {number}." for number in range(13)]
    (tmp_path / "metadata.csv").write_text("\n".join(rows))
    return tmp_path


def test_from_mp3_to_mel(dataset):
    wavs = convert(dataset / "mp3dir", dataset=dataset)
    lists = filelist(dataset=dataset, config=FilelistConfig(split="8/2/2"))
    cache = mels(dataset=dataset)

    assert [result.exit_code for result in (wavs, lists, cache)] == [3, 0, 0]
    assert wavs.counts == {"done": 12, "skipped": 0, "quarantined": 1, "failed": 1}
    # 12 clips from 1 s on, each a third longer than the one before; and 2.5 s of silence.
    assert wavs.seconds["kept"] == pytest.approx(12 + 66 / 3, abs=1e-3)
    assert wavs.seconds["quarantined"] == 2.5
    assert lists.batch.seconds["kept"] == cache.seconds["kept"] == wavs.seconds["kept"]
    assert {side: count for side, (count, _) in lists.shares.items()} == {
        "train": 8,
        "val": 2,
        "test": 2,
    }

    listed = 0
    for side in ("train", "val", "test"):
        sounds = (dataset / "filelists" / f"{side}.txt").read_text().splitlines()
        spectra = (dataset / "filelists" / f"mel_{side}.txt").read_text().splitlines()
        for sound, spectrum in zip(sounds, spectra, strict=True):
            (wav, text), (mel, same) = sound.split("|"), spectrum.split("|")
            assert text == same == f"This is sentence number {int(wav[9:11])}."
            samples = read(dataset / wav)
            assert np.load(dataset / mel).shape == (80, 1 + len(samples) // 256)
            listed += 1
    assert listed == 12
