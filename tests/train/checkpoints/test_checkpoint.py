import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.conftest import fill_when
from tests.train.made import made_batch
from tests.train.made_checkpoints import (
    VOICE,
    dle_fields,
    made_checkpoint,
    made_vocoder,
    same_adam,
    same_weights,
    saved,
)
from voiceprep.audio.mel import MelConfig
from voiceprep.errors import CheckpointError, TargetError, UserError
from voiceprep.train.checkpoints.checkpoint import (
    FORMATS,
    Checkpoint,
    newest,
    prune,
    save_step,
    steps_in,
)
from voiceprep.train.checkpoints.layout import parameters
from voiceprep.train.frontend import FrontendConfig
from voiceprep.train.tacotron2.config import Tacotron2Config
from voiceprep.train.tacotron2.network import Tacotron2

REFERENCE = Path(__file__).parents[2] / "reference"
WRITTEN = [name for name, row in FORMATS.items() if row.write]


@pytest.fixture
def checkpoint():
    return made_checkpoint()


def test_what_was_saved_is_loaded(tmp_path, checkpoint):
    voice = FrontendConfig(
        ("_", "é", " "), "basic_cleaners", MelConfig(mel_channels=10), ("anna", "bob")
    )
    saved_one = replace(checkpoint, frontend=voice)
    assert saved_one.save(tmp_path / "run" / "last.pt") == ()
    loaded = Checkpoint.load(tmp_path / "run" / "last.pt")
    assert same_weights(loaded.weights, checkpoint.weights)
    assert same_adam(loaded.training["optimizer"], checkpoint.training["optimizer"])
    assert (loaded.frontend, loaded.config) == (voice, checkpoint.config)
    assert (loaded.step, loaded.training["epoch"], loaded.origin) == (3, 7, "voiceprep")


def test_a_checkpoint_builds_the_model_that_it_was(tmp_path, checkpoint):
    checkpoint.save(tmp_path / "last.pt")
    built = Checkpoint.load(tmp_path / "last.pt").build()
    assert isinstance(built, Tacotron2)
    assert not built.training
    batch, model = made_batch([9, 5], [12, 8]), checkpoint.build()
    masks = model.draw_masks(20, 2, torch.Generator().manual_seed(1))
    assert torch.equal(built(batch, masks).mel_postnet, model(batch, masks).mel_postnet)


def test_torchs_own_reader_of_weights_reads_it(tmp_path, checkpoint):
    checkpoint.save(tmp_path / "last.pt")
    assert torch.load(tmp_path / "last.pt", weights_only=True)["model"] == "tacotron2"


def test_the_same_checkpoint_gives_the_same_bytes(tmp_path, checkpoint):
    for name in ("a.pt", "b.pt"):
        checkpoint.save(tmp_path / name)
    assert (tmp_path / "a.pt").read_bytes() == (tmp_path / "b.pt").read_bytes()


@pytest.mark.parametrize("container", WRITTEN)
@pytest.mark.parametrize("seed", range(3))
def test_every_container_gives_back_what_it_was_given(tmp_path, container, seed):
    checkpoint = made_checkpoint(seed=seed, steps=seed + 1)
    checkpoint.save(tmp_path / "there", container)
    loaded = Checkpoint.load(tmp_path / "there")
    assert same_weights(loaded.weights, checkpoint.weights)
    assert (loaded.config, loaded.frontend) == (checkpoint.config, VOICE)
    assert (loaded.step, loaded.origin) == (seed + 1, container)
    if container != "safetensors":
        assert same_adam(loaded.training["optimizer"], checkpoint.training["optimizer"])
        assert loaded.training["learning_rate"] == 2e-4


@pytest.mark.parametrize("first", WRITTEN)
@pytest.mark.parametrize("second", WRITTEN)
def test_from_one_container_to_another_nothing_is_lost(tmp_path, first, second):
    checkpoint = made_checkpoint()
    checkpoint.save(tmp_path / "first", first)
    Checkpoint.load(tmp_path / "first").save(tmp_path / "second", second)
    loaded = Checkpoint.load(tmp_path / "second")
    assert same_weights(loaded.weights, checkpoint.weights)
    assert loaded.config == checkpoint.config
    if "safetensors" not in (first, second):
        assert same_adam(loaded.training["optimizer"], checkpoint.training["optimizer"])
        assert loaded.step == checkpoint.step


def test_the_published_size_has_its_84_tensors(tmp_path):
    layout = json.loads((REFERENCE / "tacotron2_full_layout.json").read_text())
    weights = {
        name: torch.zeros(shape, dtype=torch.int64 if name.endswith("tracked") else None)
        for name, shape in layout["state_dict"].items()
    }
    loaded = Checkpoint.load(saved(tmp_path / "statedict.pt", {"state_dict": weights}))
    assert loaded.config == vars(Tacotron2Config())
    assert len(loaded.weights) == 84
    trained = parameters(loaded.weights)
    assert sum(loaded.weights[name].numel() for name in trained) == layout["parameters"]


def test_weights_are_whole_or_not_there(tmp_path, checkpoint, monkeypatch):
    checkpoint.save(tmp_path / "last.pt")
    before = (tmp_path / "last.pt").read_bytes()
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        made_checkpoint(steps=1).save(tmp_path / "last.pt")
    assert (tmp_path / "last.pt").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["last.pt"]


def test_a_full_disk_keeps_the_last_good_one(small_disk, checkpoint, monkeypatch):
    folder, mounted = small_disk
    checkpoint.save(folder / "last.pt")
    before = (folder / "last.pt").read_bytes()
    if not mounted:
        monkeypatch.setattr(os, "fsync", fill_when(lambda: True))
    (folder / "filler").write_bytes(bytes(2**20 - len(before) - 2**16))
    with pytest.raises(TargetError, match=r"last\.pt: could not be written: no space left on"):
        made_checkpoint(steps=1).save(folder / "last.pt")
    assert (folder / "last.pt").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["filler", "last.pt"]


@pytest.mark.parametrize("length", [0, 5, 100, 5000, 20000])
@pytest.mark.parametrize("container", WRITTEN)
def test_a_file_cut_short_is_told_in_one_line(tmp_path, checkpoint, container, length):
    checkpoint.save(tmp_path / "whole", container)
    (tmp_path / "cut").write_bytes((tmp_path / "whole").read_bytes()[:length])
    with pytest.raises(CheckpointError) as told:
        Checkpoint.load(tmp_path / "cut")
    assert str(told.value).startswith(f"{tmp_path / 'cut'}: ")
    assert "invalid argument" not in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"weights": 1}, "unknown container; its keys are weights"),
        ({}, "its keys are none"),
        ([1, 2], "a list"),
        ({"state_dict": 5}, "its state_dict"),
        ({"state_dict": {"a": torch.ones(1)}}, "known model"),
        ({"state_dict": {"decoder.a": torch.ones(1)}}, "embedding.weight"),
        ({"state_dict": {"convinv.a": torch.ones(1)}}, "upsample.weight"),
        ({"voiceprep": 99}, "later voiceprep"),
        ({"voiceprep": 1, "model": "tacotron2"}, "'weights'"),
        ({"iteration": 1, "state_dict": {}}, "no weights"),
    ],
)
def test_a_file_that_is_no_checkpoint_says_why(tmp_path, fields, why):
    with pytest.raises(CheckpointError) as told:
        Checkpoint.load(saved(tmp_path / "x.pt", fields))
    assert told.value.path == tmp_path / "x.pt"
    assert why in told.value.why


def test_a_folder_and_nothing_at_all_are_told(tmp_path):
    with pytest.raises(CheckpointError, match="it is a folder: name a file in it"):
        Checkpoint.load(tmp_path)
    with pytest.raises(CheckpointError) as caught:
        Checkpoint.load(tmp_path / "none.pt")
    assert caught.value.path == tmp_path / "none.pt"


def test_weights_and_settings_that_clash_are_told(checkpoint):
    smaller = replace(checkpoint, config=checkpoint.config | {"postnet_dim": 4})
    with pytest.raises(UserError, match=r"clash: .*postnet"):
        smaller.build()
    with pytest.raises(UserError, match="'tacotron3'"):
        replace(checkpoint, model="tacotron3").build()


@pytest.mark.parametrize("container", ["nvidia", "dle"])
def test_a_checkpoint_without_some_weights_is_not_converted(tmp_path, container):
    vocoder = made_vocoder(steps=1)
    del vocoder.weights["WN.1.cond_layers.0.weight_v"]
    with pytest.raises(UserError, match="clash"):
        vocoder.save(tmp_path / "x", container)
    assert list(tmp_path.iterdir()) == []


def test_anothers_weights_that_do_not_fit_together_are_told(tmp_path):
    vocoder = made_vocoder(steps=1)
    left = [name for name in vocoder.weights if not name.startswith("WN.1.cond_layers")]
    vocoder = replace(vocoder, weights={name: vocoder.weights[name] for name in left[::-1]})
    with pytest.raises(CheckpointError, match="do not fit together") as raised:
        Checkpoint.load(saved(tmp_path / "x", dle_fields(vocoder)))
    assert str(raised.value).isprintable()


def test_a_container_that_is_only_read_is_not_written(tmp_path, checkpoint):
    with pytest.raises(UserError, match="'torchaudio' is not written"):
        checkpoint.save(tmp_path / "x", "torchaudio")


def at(step):
    return replace(made_checkpoint(steps=1), step=step)


def test_a_step_is_also_the_last_one_and_the_best_if_it_is(tmp_path):
    save_step(at(500), tmp_path, best=True)
    path = save_step(at(1000), tmp_path)
    assert path == tmp_path / "step-00001000.pt"
    assert [Checkpoint.load(tmp_path / f"{name}.pt").step for name in ("last", "best")] == [
        1000,
        500,
    ]
    assert steps_in(tmp_path) == {500: tmp_path / "step-00000500.pt", 1000: path}


def test_a_disk_without_links_gets_copies(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError(1, "no links")))
    save_step(at(500), tmp_path, best=True)
    assert Checkpoint.load(tmp_path / "best.pt").step == 500


def test_what_a_killed_run_left_is_not_written_through(tmp_path):
    """The temporary name of a killed run may be a second name of a checkpoint that is kept."""
    kept = save_step(at(500), tmp_path)
    os.link(kept, tmp_path / ".last.pt.voiceprep-part")
    at(600).save(tmp_path / "last.pt")
    assert Checkpoint.load(kept).step == 500
    assert Checkpoint.load(tmp_path / "last.pt").step == 600


def test_the_newest_continues_a_run(tmp_path):
    assert newest(tmp_path) is None
    save_step(at(500), tmp_path)
    assert newest(tmp_path) == tmp_path / "last.pt"
    at(1000).save(tmp_path / "step-00001000.pt")
    os.utime(tmp_path / "last.pt", (1, 1))
    assert newest(tmp_path) == tmp_path / "step-00001000.pt"
    (tmp_path / "last.pt").unlink()
    assert newest(tmp_path) == tmp_path / "step-00001000.pt"


def test_every_nth_the_last_and_the_best_are_kept(tmp_path):
    for step in range(1, 8):
        save_step(at(step * 100), tmp_path, best=step == 5)
        prune(tmp_path, 300)
    assert [*steps_in(tmp_path)] == [300, 600, 700]
    assert Checkpoint.load(tmp_path / "best.pt").step == 500
    assert Checkpoint.load(tmp_path / "last.pt").step == 700
    assert prune(tmp_path, 0) == [tmp_path / "step-00000300.pt", tmp_path / "step-00000600.pt"]


def test_other_files_are_left_alone(tmp_path):
    for name in ("step-x.pt", "step-00000001.pt.bak", "events.jsonl"):
        (tmp_path / name).touch()
    assert (steps_in(tmp_path), prune(tmp_path, 0), newest(tmp_path)) == ({}, [], None)


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path, checkpoint):
    (tmp_path / "file").touch()
    with pytest.raises(TargetError) as caught:
        checkpoint.save(tmp_path / "file" / "last.pt")
    assert caught.value.path == tmp_path / "file" / "last.pt"


def test_every_container_has_its_file_and_its_row():
    folder = Path(__file__).parents[3] / "voiceprep" / "train" / "checkpoints" / "formats"
    helpers = {"adam", "mel_pt", "pickle_names", "pickles", "storages", "torch_files"}
    files = {path.stem for path in folder.glob("[!_]*.py")} - helpers
    assert files == set(FORMATS) - {"voiceprep"} | {"own"}


def test_weights_that_do_not_build_a_model_name_their_file(tmp_path):
    made = made_checkpoint()
    weights = {name: value for name, value in made.weights.items() if "gate_layer" not in name}
    replace(made, weights=weights).save(tmp_path / "x.pt")
    with pytest.raises(CheckpointError) as error:
        Checkpoint.load(tmp_path / "x.pt").build()
    assert error.value.path == tmp_path / "x.pt"
