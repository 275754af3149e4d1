import numpy as np
import torch

from voiceprep.train.checkpoints.formats.mel_pt import save_pt


def test_a_mel_is_loaded_as_nvidias_scripts_load_it(tmp_path):
    mel = np.random.default_rng(0).standard_normal((80, 7)).astype(np.float32)
    save_pt(tmp_path / "a.pt", mel)
    loaded = torch.load(tmp_path / "a.pt", weights_only=True)
    assert loaded.dtype == torch.float32
    assert np.array_equal(loaded.numpy(), mel)


def test_the_same_mel_gives_the_same_bytes_under_any_name(tmp_path):
    mel = np.ones((80, 7), np.float32)
    save_pt(tmp_path / "a.pt", mel)
    save_pt(tmp_path / "b.part", mel)
    assert (tmp_path / "a.pt").read_bytes() == (tmp_path / "b.part").read_bytes()
