"""Training from the command: from a dataset to checkpoints, pictures and speech, and on."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import soundfile
import torch

from tests.conftest import HERE
from tests.forked import run_command
from tests.train.made import TINY
from voiceprep.audio.mel import MelConfig
from voiceprep.commands.convert import convert
from voiceprep.commands.filelist import filelist
from voiceprep.commands.train.command import train
from voiceprep.config import read_toml
from voiceprep.errors import (
    CheckpointError,
    OutOfMemory,
    SettingError,
    TableError,
    TargetError,
    UserError,
)
from voiceprep.text.filelist import FilelistConfig
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.registry import MODELS
from voiceprep.train.settings import CropConfig, InferConfig, StartConfig, TrainConfig
from voiceprep.train.tacotron2.config import Tacotron2Config
from voiceprep.train.waveglow.config import WaveGlowConfig

SMALL = replace(TINY, mel_channels=80)
SETS = [
    word
    for name in ("symbol_dim", "prenet_dim", "attention_rnn_dim", "decoder_rnn_dim", "postnet_dim")
    for word in ("--set", f"tacotron2.{name}=16")
] + ["--set", "infer.max_frames=40"]
TYPED = (
    "train tacotron2 -m Tacotron2 -o ./tuned/ -lr 1e-3 --epochs 2 -bs 48 --weight-decay 1e-6 "
    "--grad-clip-thresh 1.0 --cudnn-enabled --log-file nvlog.json --anneal-steps 500 1000 1500 "
    "--anneal-factor 0.1 --amp-run --checkpoint-path tacotron2_1032590_6000_amp "
    "--use-saved-learning-rate true"
)
TRAIN = TrainConfig(steps=2, batch_size=2, evaluate_every=2, save_every=2, precision="fp32")
INFER = InferConfig(max_frames=40)
FLOWS = WaveGlowConfig(flows=2, wn_layers=2, wn_channels=8)
CROPS = CropConfig(segment_length=2048)


@pytest.fixture
def ready(dataset):
    """A dataset with wavs and lists, and no mels yet."""
    convert(dataset / "mp3dir", dataset=dataset)
    filelist(dataset=dataset, config=FilelistConfig(split="all-train"))
    return dataset


@pytest.fixture
def voiceprep(ready):
    return lambda *words: run_command(words, ready)


class Heard:
    def __init__(self):
        self.lines = []

    def print(self, line):
        self.lines.append(line)

    def advance(self, *facts):
        pass


def run(dataset, console=None, start=None, **changes):
    settings = {"train": TRAIN, "tacotron2": SMALL, "infer": INFER} | changes
    start = start or StartConfig()
    return train("tacotron2", dataset, start, console=console or Heard(), **settings)


def test_a_dataset_is_trained_on_and_what_came_of_it_is_there(ready):
    console = Heard()
    result = run(ready, console)
    folder = ready / "output" / "tacotron2"
    assert (result.exit_code, result.step, result.ending) == (0, 2, "finished")
    assert any("mels missing: 3" in line for line in console.lines)
    assert MODELS["tacotron2"].scratch_note in console.lines
    assert Checkpoint.load(folder / "best.pt").build().config.prenet_dim == 12
    with open(folder / "clips.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == ["a", "b", "c"]
    assert all(float(row["mel_loss"]) > 0 for row in rows)
    assert (folder / "speech" / "b.png").stat().st_size > 1000
    samples, rate = soundfile.read(folder / "speech" / "b.wav")
    assert rate == 22050
    assert np.abs(samples).max() <= 1
    for line in (folder / "events.jsonl").read_text().splitlines():
        assert set(json.loads(line)) == {"step", "name", "value"}
    assert result.values["free_stop_rate"] >= 0


def test_the_settings_that_ran_are_a_preset(ready, voiceprep):
    run(ready)
    told = voiceprep("train", "tacotron2", "--preset", "output/tacotron2/settings.toml", "-n")
    assert told.returncode == 0, told.stderr
    assert "for 0 steps" in told.stdout


def test_a_finished_run_has_nothing_left_to_do_and_goes_on_when_told(ready):
    run(ready)
    console = Heard()
    assert run(ready, console).ending == "finished"
    assert any("all its steps are done" in line for line in console.lines)
    assert run(ready, train=replace(TRAIN, steps=3)).step == 3


def test_a_changed_run_says_what_is_new_and_its_settings_say_what_ran(ready):
    run(ready)
    with open(ready / "filelists" / "train.txt", encoding="utf-8") as file:
        listed = file.readlines()
    (ready / "filelists" / "train.txt").write_text("".join(listed[:2]), encoding="utf-8")
    finished = Heard()
    run(ready, finished)
    longer = replace(TRAIN, steps=3, weight_decay=0.125, precision="auto")
    continued = Heard()
    run(ready, continued, train=longer)
    for console in (finished, continued):
        assert any("3 then, 2 " in line for line in console.lines)
    folder = ready / "output" / "tacotron2"
    assert read_toml(folder / "settings.toml")["train"]["weight_decay"] == 0.125
    assert read_toml(folder / "settings.toml")["train"]["precision"] == "auto"
    logged = (folder / "nvlog.json").read_text()
    assert not re.search(r'"(train\.)?(device|precision)": "auto"', logged)
    assert "precision" in logged
    groups = Checkpoint.load(folder / "last.pt").training["optimizer"]["param_groups"]
    assert groups[0]["weight_decay"] == 0.125


def test_a_size_that_follows_from_the_data_is_refused_where_it_is_another(ready, voiceprep):
    for size in (
        "--n-symbols=100",
        "--set=tacotron2.symbols=100",
        "--set=tacotron2.mel_channels=40",
    ):
        told = voiceprep("train", "tacotron2", size, "-n")
        assert told.returncode == 2
        assert "tacotron2." in told.stderr
    told = voiceprep(
        "train", "tacotron2", "--n-symbols", "148", "-n", *SETS, "--ignore-layers", "a"
    )
    assert told.returncode == 0, told.stderr
    assert "--ignore-layers" in told.stderr


@pytest.mark.parametrize(
    ("model", "settings", "advice"),
    [
        ("tacotron2", {"tacotron2": SMALL}, {"--batch-size (2)", "--accumulate"}),
        ("waveglow", {"waveglow": FLOWS, "crops": CROPS}, {"--batch-size (2)", "--recompute"}),
    ],
)
@pytest.mark.parametrize("dry_run", [False, True])
def test_out_of_memory_says_which_batch_and_what_to_lower(
    ready, monkeypatch, model, settings, advice, dry_run
):
    def full(*_, **__):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(MODELS[model].load("network"), "forward", full)
    with pytest.raises(OutOfMemory) as caught:
        train(model, ready, StartConfig(dry_run=dry_run), TRAIN, **settings)
    assert re.search(r"\b[12] clips?, \d+ ", caught.value.what)
    assert all(option in caught.value.advice for option in advice)


def test_a_run_can_begin_anew_and_the_old_one_stays(ready):
    run(ready)
    result = run(ready, start=StartConfig(resume="no"))
    assert result.step == 2
    assert (ready / "output" / "tacotron2.bak" / "last.pt").exists()


def test_a_run_does_not_make_way_for_one_that_cannot_be(ready):
    folder = ready / "output" / "waveglow"
    folder.mkdir(parents=True)
    start = HERE / "tests" / "reference" / "checkpoint_WaveGlow_a.pt"
    Checkpoint.load(start).save(folder / "last.pt")
    plain = replace(TRAIN, decoder="plain")
    with pytest.raises(SettingError) as caught:
        train("waveglow", ready, StartConfig(resume="no"), plain, crops=CropConfig(recompute=True))
    assert caught.value.key == "recompute"
    assert (folder / "last.pt").exists()


@pytest.mark.parametrize("asked", ["init_from", "validation_files"])
def test_a_run_does_not_make_way_for_a_start_that_is_broken(ready, asked):
    folder = ready / "output" / "tacotron2"
    folder.mkdir(parents=True)
    voice = HERE / "tests" / "reference" / "checkpoint_Tacotron2_a.pt"
    Checkpoint.load(voice).save(folder / "last.pt")
    broken = ready / "broken"
    broken.write_bytes(voice.read_bytes()[:1000])
    with pytest.raises(UserError, match="broken"):
        run(ready, start=StartConfig(resume="no", **{asked: str(broken)}))
    assert (folder / "last.pt").exists()


@pytest.mark.parametrize("start", ["init_from", "resume"])
def test_a_checkpoint_of_another_model_is_named(ready, start):
    path = HERE / "tests" / "reference" / "checkpoint_Tacotron2_a.pt"
    with pytest.raises(CheckpointError, match="not a waveglow") as caught:
        train("waveglow", ready, StartConfig(**{start: str(path)}), TRAIN)
    assert caught.value.path == path


def test_the_run_that_holds_the_start_is_not_set_aside(ready):
    run(ready)
    best = ready / "output" / "tacotron2" / "best.pt"
    with pytest.raises(TargetError, match=r"holds best\.pt to start from"):
        run(ready, start=StartConfig(resume="no", init_from=str(best)))
    assert best.exists()


def test_other_sizes_cannot_go_on_with_the_run(ready):
    run(ready)
    with pytest.raises(SettingError, match="prenet_dim = 14"):
        run(ready, tacotron2=replace(SMALL, prenet_dim=14), train=replace(TRAIN, steps=4))


def test_a_fine_tune_takes_sizes_and_weights_and_says_what_it_took(ready):
    run(ready)
    console = Heard()
    start = StartConfig(
        init_from=str(ready / "output" / "tacotron2" / "last.pt"), output=str(ready / "tuned")
    )
    result = run(ready, console, start, tacotron2=Tacotron2Config())
    assert result.step == 2
    assert any("prenet_dim 12" in line for line in console.lines)
    assert any(line.startswith("weights: ") for line in console.lines)
    assert Checkpoint.load(ready / "tuned" / "last.pt").config["prenet_dim"] == 12


def test_parts_that_are_frozen_stay(ready):
    run(ready)
    before = Checkpoint.load(ready / "output" / "tacotron2" / "last.pt").weights
    start = StartConfig(
        init_from=str(ready / "output" / "tacotron2" / "last.pt"), output=str(ready / "tuned")
    )
    run(ready, start=start, train=replace(TRAIN, freeze="encoder,embedding"))
    after = Checkpoint.load(ready / "tuned" / "last.pt").weights
    for name, value in after.items():
        same = bool((value == before[name]).all())
        assert same or not name.startswith(("encoder", "embedding")), name
    trained = [name for name in after if name.startswith("decoder")]
    assert not all((after[name] == before[name]).all() for name in trained)


def test_training_from_wavs_is_training_from_mels(ready):
    run(
        ready,
        train=replace(TRAIN, source="wavs"),
        start=StartConfig(output=str(ready / "wavs-run")),
    )
    assert not (ready / "mels").exists()
    run(ready)
    one, other = (
        Checkpoint.load(folder / "last.pt").weights
        for folder in (ready / "wavs-run", ready / "output" / "tacotron2")
    )
    assert all((one[name] == other[name]).all() for name in one)


def test_sounds_outside_of_the_folder_of_wavs_are_trained_on_without_cached_mels(ready):
    (ready / "more").mkdir()
    listed = ready / "filelists" / "train.txt"
    listed.write_text(listed.read_text().replace("wavs/a.wav", "more/d.wav"))
    (ready / "wavs" / "a.wav").rename(ready / "more" / "d.wav")
    console = Heard()
    result = run(ready, console, mel=MelConfig(fmax_hz=7000.0))
    assert (result.exit_code, result.ending) == (0, "finished")
    assert [line for line in console.lines if "from the sounds" in line] == [
        "mels missing: 1 (more/d): all are computed in training, from the sounds"
    ]
    with open(ready / "output" / "tacotron2" / "clips.csv", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == ["b", "c", "more/d"]


def test_a_preflight_of_many_processes_is_refused(ready, monkeypatch):
    for name, value in (("RANK", 0), ("LOCAL_RANK", 0), ("WORLD_SIZE", 2), ("LOCAL_WORLD_SIZE", 2)):
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    monkeypatch.setenv("MASTER_PORT", "29500")
    with pytest.raises(UserError, match="leave torchrun out"):
        run(ready, start=StartConfig(preflight=True))


def test_a_dry_run_makes_no_mels(ready):
    console, before = Heard(), sorted(ready.rglob("*"))
    result = run(ready, console, StartConfig(dry_run=True))
    assert result.cost.clips == 3
    assert any("mels missing: 3" in line for line in console.lines)
    assert sorted(ready.rglob("*")) == before


def test_a_dry_run_ends_as_the_run_would_where_clips_are_left_out(ready):
    listed = ready / "filelists" / "train.txt"
    listed.write_text(listed.read_text() + "wavs/gone.wav|Where is it?\n")
    console = Heard()
    assert run(ready, console, StartConfig(dry_run=True)).exit_code == 3
    assert len([line for line in console.lines if line.startswith("left out: gone: ")]) == 1
    assert run(ready).exit_code == 3


def test_a_list_without_any_file_is_told_once(ready):
    listed = ready / "filelists" / "train.txt"
    listed.write_text("".join(f"DUMMY/{n}.wav|Hello there.\n" for n in range(3000)))
    console = Heard()
    with pytest.raises(UserError):
        run(ready, console)
    assert len([line for line in console.lines if line.startswith("left out: ")]) == 1


def test_a_dry_run_forecasts_and_writes_nothing(ready):
    run(ready)
    before = sorted(ready.rglob("*"))
    result = run(ready, start=StartConfig(dry_run=True), train=replace(TRAIN, steps=50))
    assert "50 steps" not in result.lines(False)[-1]
    assert "for 48 steps" in "\n".join(result.lines(False))
    assert result.cost.peak_bytes > 0
    assert sorted(ready.rglob("*")) == before


@pytest.mark.parametrize(
    ("spoil", "error", "told"),
    [
        (lambda folder: (folder / "filelists" / "train.txt").unlink(), UserError, "filelist"),
        (
            lambda folder: (folder / "filelists" / "train.txt").write_text("wavs/a.wav\n"),
            TableError,
            "line 1",
        ),
        (lambda folder: (folder / "filelists" / "train.txt").write_text(""), UserError, "no clip"),
    ],
)
def test_lists_that_are_of_no_use_are_named(ready, spoil, error, told):
    spoil(ready)
    with pytest.raises(error, match=told):
        run(ready)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"\x80\x02cos\nsystem\n."])
def test_a_checkpoint_that_is_none_is_named(ready, content):
    (ready / "bad.pt").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"bad\.pt"):
        run(ready, start=StartConfig(init_from=str(ready / "bad.pt")))


def test_the_command_of_the_original_script_is_taken_as_it_was_typed(ready, voiceprep):
    run(ready)
    pretrained = ready / "tacotron2_1032590_6000_amp"
    Checkpoint.load(ready / "output" / "tacotron2" / "last.pt").save(pretrained, "dle")
    told = voiceprep(*TYPED.split(), "--set", "infer.max_frames=40")
    assert told.returncode == 0, told.stderr
    assert "note: --cudnn-enabled" in told.stderr
    assert "0.001 at step 100, 0.0001 at epoch 500, 1e-05 at epoch 1000" in told.stderr
    assert "step 2 of 2" in told.stdout


def test_interrupted_it_saves_and_goes_on(ready, voiceprep):
    words = [sys.executable, "-m", "voiceprep", "train", "tacotron2", "--steps", "100000"]
    words += ["--batch-size", "2", "--evaluate-every", "90000", *SETS]
    environment = os.environ | {"PYTHONPATH": str(HERE)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(words, cwd=ready, env=environment, **pipes)
    log = ready / "output" / "tacotron2" / "nvlog.json"
    while process.poll() is None and not (log.exists() and "glob_iter" in log.read_text()):
        time.sleep(0.02)
    again = voiceprep(*words[3:])
    assert again.returncode == 2
    assert "another run" in again.stderr
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 75, errors
    assert "preempted at step" in output
    saved = Checkpoint.load(ready / "output" / "tacotron2" / "last.pt")
    assert saved.step > 0
    steps = ["--steps", str(saved.step + 1)]
    told = voiceprep(*words[3:5], *steps, *words[7:])
    assert told.returncode == 0, told.stderr
    assert f"at step {saved.step}" in told.stderr


def run_waveglow(dataset, console=None, start=None, **changes):
    settings = {"train": TRAIN, "waveglow": FLOWS, "crops": CROPS} | changes
    start = start or StartConfig()
    return train("waveglow", dataset, start, console=console or Heard(), **settings)


def test_a_vocoder_is_trained_with_no_mels_made_and_goes_on(ready):
    console = Heard()
    result = run_waveglow(ready, console)
    folder = ready / "output" / "waveglow"
    assert (result.exit_code, result.step, result.ending) == (0, 2, "finished")
    assert not (ready / "mels").exists()
    assert MODELS["waveglow"].scratch_note in console.lines
    assert Checkpoint.load(folder / "best.pt").build().config == FLOWS
    assert {"train_total", "spectral_distance_db"} <= set(result.values)
    assert len(list((folder / "speech").glob("*.wav"))) == 2
    assert "[crops]" in (folder / "settings.toml").read_text()
    console = Heard()
    longer = run_waveglow(ready, console, train=replace(TRAIN, steps=3))
    assert longer.step == 3
    assert any("resumes" in line and "step 2" in line for line in console.lines)


def test_a_vocoder_takes_a_list_of_paths_and_leaves_out_what_is_of_no_use(ready):
    soundfile.write(ready / "wavs" / "slow.wav", np.ones(9000) * 0.1, 16000)
    (ready / "list.txt").write_text("wavs/a.wav\nwavs/slow.wav\nwavs/gone.wav\nmels/a.npy\n")
    start = StartConfig(training_files=str(ready / "list.txt"))
    result = run_waveglow(ready, start=start)
    assert result.exit_code == 3
    assert [(row.id, row.status) for row in result.left_out] == [
        ("slow", "quarantined"),
        ("gone", "failed"),
        ("mels/a", "quarantined"),
    ]
    assert "16000 Hz" in result.left_out[0].why


def test_what_a_vocoder_will_cost_is_told_in_samples(ready):
    told = run_waveglow(ready, start=StartConfig(dry_run=True)).lines(False)
    assert any("samples/s" in line for line in told)
    assert not (ready / "output").exists()


def test_a_vocoder_has_no_preflight_and_no_other_models_start(ready):
    with pytest.raises(UserError, match="--preflight does not apply to waveglow"):
        run_waveglow(ready, start=StartConfig(preflight=True))
    run(ready)
    start = StartConfig(init_from=str(ready / "output" / "tacotron2" / "last.pt"))
    with pytest.raises(CheckpointError) as caught:
        run_waveglow(ready, start=start)
    assert caught.value.path == ready / "output" / "tacotron2" / "last.pt"


def test_a_vocoder_goes_on_with_its_own_sizes_only(ready):
    run_waveglow(ready)
    with pytest.raises(SettingError, match="wn_channels = 16"):
        run_waveglow(ready, waveglow=replace(FLOWS, wn_channels=16))
