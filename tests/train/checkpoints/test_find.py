"""Which checkpoint a dataset speaks with, and that it holds the model that it is to hold."""

from pathlib import Path

import pytest
import torch

from tests.train.made_checkpoints import made_checkpoint, same_weights
from voiceprep.errors import CheckpointError
from voiceprep.train.checkpoints.find import best_in, find_acoustic, find_vocoder, load_trained


def test_the_best_is_taken_before_the_last(tmp_path):
    assert best_in(tmp_path / "nowhere") is None
    (tmp_path / "step-00000100.pt").touch()
    assert best_in(tmp_path) is None
    (tmp_path / "last.pt").touch()
    assert best_in(tmp_path).name == "last.pt"
    (tmp_path / "best.pt").touch()
    assert best_in(tmp_path).name == "best.pt"


def test_the_datasets_acoustic_model_is_found(tmp_path):
    assert find_acoustic(tmp_path) is None
    last = tmp_path / "output" / "tacotron2" / "last.pt"
    last.parent.mkdir(parents=True)
    last.touch()
    assert find_acoustic(tmp_path) == last


def test_the_datasets_vocoder_is_taken_unless_one_is_named_or_none_is_wanted(tmp_path):
    assert find_vocoder("", tmp_path) is None
    best = tmp_path / "output" / "waveglow" / "best.pt"
    best.parent.mkdir(parents=True)
    best.touch()
    assert find_vocoder("", tmp_path) == best
    assert find_vocoder("other.pt", tmp_path) == Path("other.pt")
    assert find_vocoder("no", tmp_path) is None


def test_a_checkpoint_is_of_the_model_that_is_wanted_and_its_weights_are_numbers(tmp_path):
    held, path = made_checkpoint(), tmp_path / "voice.pt"
    held.save(path)
    assert same_weights(load_trained(path, ["tacotron2"]).weights, held.weights)
    with pytest.raises(CheckpointError, match=r"holds a tacotron2 .*, not a waveglow"):
        load_trained(path, ["waveglow"])
    held.weights["embedding.weight"][3, 1] = torch.inf
    held.save(path)
    with pytest.raises(
        CheckpointError, match=r"embedding\.weight is the first of its weights that are not finite"
    ):
        load_trained(path, ["tacotron2"])
