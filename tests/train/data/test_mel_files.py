import io

import numpy as np
import pytest
import torch

from tests.signals import noise, stereo, sweep, tone, write
from voiceprep.audio.cache import cache_mel, save_npy
from voiceprep.audio.mel import MelConfig
from voiceprep.errors import ClipError, Unreadable, Unusable
from voiceprep.train.checkpoints.formats.mel_pt import save_pt
from voiceprep.train.data.mel_files import MelReader, mel_frames, read_mel

CONFIG = MelConfig()


def made(frames=50, seed=0):
    return np.random.default_rng(seed).standard_normal((80, frames)).astype(np.float32)


def save_old_pt(path, mel):
    torch.save(torch.from_numpy(mel), path, _use_new_zipfile_serialization=False)


@pytest.mark.parametrize(
    ("name", "save"), [("a.npy", save_npy), ("a.pt", save_pt), ("b.pt", save_old_pt)]
)
def test_mels_of_every_kind_are_read(tmp_path, name, save):
    save(tmp_path / name, made())
    mel = read_mel(tmp_path / name, CONFIG)
    assert mel.dtype == np.float32
    assert np.array_equal(mel, made())
    assert mel_frames(tmp_path / name, CONFIG) == 50


def test_doubles_and_halves_become_floats(tmp_path):
    for kind in (np.float64, np.float16):
        save_npy(tmp_path / "a.npy", made().astype(kind))
        mel = read_mel(tmp_path / "a.npy", CONFIG)
        assert mel.dtype == np.float32
        assert np.array_equal(mel, made().astype(kind).astype(np.float32))


def test_a_wav_gives_the_mel_that_would_be_cached(tmp_path):
    wav = write(tmp_path / "a.wav", sweep(1.3))
    cache_mel(wav, tmp_path / "a.npy", CONFIG)
    cached = np.load(tmp_path / "a.npy")
    assert np.array_equal(read_mel(wav, CONFIG), cached)
    assert mel_frames(wav, CONFIG) == cached.shape[1] == 1 + round(1.3 * 22050) // 256


def test_the_length_of_a_float_wav_is_that_of_its_samples(tmp_path):
    wav = write(tmp_path / "a.wav", sweep(1.0), subtype="FLOAT")
    assert mel_frames(wav, CONFIG) == 1 + 22050 // 256


def cut(path, size):
    path.write_bytes(path.read_bytes()[:size])


def broken(path):
    """A file of no use by the name of what is wrong with it."""
    kind = path.stem
    if kind == "nan":
        save_npy(path, np.where(made() > 3, np.nan, made()))
    elif kind == "transposed":
        save_npy(path, made().T)
    elif kind == "batch":
        save_npy(path, np.stack([made(), made()]))
    elif kind == "whole":
        save_npy(path, made().astype(np.int16))
    elif kind == "none":
        save_npy(path, made(0))
    elif kind == "cut":
        save_npy(path, made())
        cut(path, 5000)
    elif kind == "empty":
        path.touch()
    elif kind == "objects":
        np.save(path, np.array([{}, None]), allow_pickle=True)


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("nan", "not finite"),
        ("transposed", r"shape \(50, 80\), not \(80, frames\)"),
        ("batch", r"shape \(2, 80, 50\)"),
        ("whole", "holds int16"),
        ("none", r"shape \(80, 0\)"),
        ("cut", "cut off"),
        ("empty", "cut off"),
        ("objects", "no mel in NumPy's format"),
    ],
)
def test_a_mel_of_no_use_says_why(tmp_path, kind, why):
    broken(tmp_path / f"{kind}.npy")
    with pytest.raises(ClipError, match=why):
        mel_frames(tmp_path / f"{kind}.npy", CONFIG)


def test_a_batch_of_one_is_its_mel_as_nvidias_example_is_saved(tmp_path):
    save_npy(tmp_path / "one.npy", made()[None])
    assert np.array_equal(read_mel(tmp_path / "one.npy", CONFIG), made())


def test_of_a_trusted_mel_only_the_header_is_read(tmp_path):
    broken(tmp_path / "nan.npy")
    assert mel_frames(tmp_path / "nan.npy", CONFIG, trusted=True) == 50


class Bomb:
    def __reduce__(self):
        return (print, ("boom",))


def test_a_torch_file_runs_no_code(tmp_path, capsys):
    torch.save(Bomb(), tmp_path / "a.pt")
    with pytest.raises(Unreadable, match="no tensor"):
        mel_frames(tmp_path / "a.pt", CONFIG)
    assert "boom" not in capsys.readouterr().out


@pytest.mark.parametrize("size", [0, 10, 400, 15_000])
def test_a_torch_file_that_is_cut_off_is_refused(tmp_path, size):
    save_pt(tmp_path / "a.pt", made())
    cut(tmp_path / "a.pt", size)
    with pytest.raises(Unreadable, match="cut off"):
        mel_frames(tmp_path / "a.pt", CONFIG)


def test_a_torch_file_of_something_else_is_refused(tmp_path):
    torch.save({"mel": torch.ones(80, 3)}, tmp_path / "a.pt")
    with pytest.raises(Unusable, match="holds a dict"):
        mel_frames(tmp_path / "a.pt", CONFIG)


@pytest.mark.parametrize("made_of", [lambda mel: mel.to_sparse(), lambda mel: mel.to("meta")])
def test_a_tensor_without_a_storage_is_refused(tmp_path, made_of):
    torch.save(made_of(torch.ones(80, 3)), tmp_path / "a.pt")
    with pytest.raises(Unreadable, match="no tensor"):
        mel_frames(tmp_path / "a.pt", CONFIG)


def test_a_tensor_that_is_not_floats_is_refused(tmp_path):
    torch.save(torch.ones(80, 3).short(), tmp_path / "a.pt")
    with pytest.raises(Unusable, match=r"holds torch\.int16, not floats"):
        mel_frames(tmp_path / "a.pt", CONFIG)


def test_a_file_that_torch_stumbles_over_is_refused(tmp_path):
    (tmp_path / "a.pt").write_bytes(b"hello")
    with pytest.raises(Unreadable, match="no tensor"):
        mel_frames(tmp_path / "a.pt", CONFIG)


@pytest.mark.parametrize(
    ("samples", "rate", "subtype", "why"),
    [
        (tone(rate=16000), 16000, "PCM_16", "16000 Hz"),
        (stereo(tone(), tone()), 22050, "PCM_16", "2 channels"),
        (tone()[:300], 22050, "PCM_16", "300 samples"),
        (np.full(9000, np.nan, np.float32), 22050, "FLOAT", "not finite"),
        (4 * tone(), 22050, "FLOAT", "full scale"),
    ],
)
def test_a_wav_of_no_use_says_why(tmp_path, samples, rate, subtype, why):
    wav = write(tmp_path / "a.wav", samples, rate, subtype)
    for look in (mel_frames, read_mel):
        with pytest.raises(ClipError, match=why):
            look(wav, CONFIG)


def test_a_wav_that_is_cut_off_is_refused(tmp_path):
    wav = write(tmp_path / "a.wav", sweep(1.0))
    cut(wav, 20_000)
    with pytest.raises(Unusable, match="cut off"):
        mel_frames(wav, CONFIG)


@pytest.mark.parametrize("name", ["a.npy", "a.pt", "a.wav"])
def test_a_file_that_is_gone_is_named(tmp_path, name):
    for look in (mel_frames, read_mel):
        with pytest.raises(Unreadable, match=f"{name}: "):
            look(tmp_path / name, CONFIG)


def test_mels_are_kept_as_far_as_there_is_room(tmp_path):
    paths = []
    for name in "abc":
        paths.append(write(tmp_path / f"{name}.wav", noise(1.0)))
    size = read_mel(paths[0], CONFIG).nbytes
    reader = MelReader(CONFIG, 2 * size)
    first = [reader(path) for path in paths]
    again = [reader(path) for path in paths]
    assert [a is b for a, b in zip(first, again, strict=True)] == [True, True, False]
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


def test_a_kept_mel_is_no_longer_read_from_its_file(tmp_path):
    memory = io.BytesIO()
    np.save(memory, made())
    (tmp_path / "a.npy").write_bytes(memory.getvalue())
    reader = MelReader(CONFIG)
    reader(tmp_path / "a.npy")
    (tmp_path / "a.npy").unlink()
    assert np.array_equal(reader(tmp_path / "a.npy"), made())
