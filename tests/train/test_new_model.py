"""A new model is one folder and one row: two toys driven through the real command."""

import json
import re
import shutil
from pathlib import Path

import pytest
import soundfile
from safetensors import safe_open

from tests.forked import run_command
from tests.signals import speech, write
from voiceprep.train.checkpoints.checkpoint import Checkpoint

HERE = Path(__file__).parent
PACKAGE = HERE.parents[1] / "voiceprep"
TEXTS = {"a": "One and two.", "b": "Three, four and five.", "c": "Six."}
TRAIN = ("--steps", "4", "--evaluate-every", "2", "--save-every", "2", "-bs", "2")


@pytest.fixture(scope="module")
def toys(tmp_path_factory):
    """A copy of the package with two models more, and a dataset; what runs its command."""
    root = tmp_path_factory.mktemp("toys")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, root / "voiceprep", ignore=ignored)
    for model in ("toy", "toyvocoder"):
        shutil.copytree(HERE / "toys" / model, root / "voiceprep" / "train" / model, ignore=ignored)
    registry = root / "voiceprep" / "train" / "registry.py"
    rows = (HERE / "toys" / "rows.txt").read_text()
    text, count = re.subn(r"\n\)\n\nMODELS = ", f"\n{rows})\n\nMODELS = ", registry.read_text())
    assert count == 1
    registry.write_text(text)
    dataset = root / "voice"
    for name in TEXTS:
        write(dataset / "recordings" / f"{name}.wav", speech(1.0), 22050)
    (dataset / "metadata.csv").write_text("".join(f"{id}|{text}\n" for id, text in TEXTS.items()))

    def run(*words, code=0):
        found = run_command(words, dataset, root)
        assert found.returncode == code, found.stderr + found.stdout
        return found.stdout + found.stderr

    run("convert", "recordings")
    run("filelist", "--split", "all-train")
    run.dataset = dataset
    return run


@pytest.mark.parametrize("model", ["toy", "toyvocoder"])
def test_a_run_is_stopped_resumed_and_ends_as_if_it_had_not_been(toys, model):
    target = ("-o", f"stopped-{model}")
    stopped = toys("train", model, *TRAIN, *target, "--max-minutes", "0.000001")
    assert "step 1 of 4" in stopped
    resumed = toys("train", model, *TRAIN, *target, "--max-minutes", "0")
    assert f"resumes stopped-{model}/last.pt at step 1" in resumed
    assert "step 4 of 4" in resumed
    toys("train", model, *TRAIN, "-o", f"whole-{model}")
    one, other = (
        Checkpoint.load(toys.dataset / f"{name}-{model}" / "last.pt")
        for name in ("stopped", "whole")
    )
    assert one.step == other.step == 4
    for weights, others in ((one.weights, other.weights), (one.average, other.average)):
        assert (weights is None) == (others is None)
        assert all((weights[name] == others[name]).all() for name in weights or ())
    assert (one.average is not None) == (model == "toyvocoder")


@pytest.fixture(scope="module")
def trained(toys):
    """Both toys, trained."""
    for model in ("toy", "toyvocoder"):
        toys("train", model, *TRAIN, "--max-minutes", "0")
    return toys


def test_its_own_options_and_presets_are_those_of_its_row(toys):
    assert "--toy-width" in toys("train", "--help")
    assert "MODEL is tacotron2 or waveglow or toy or toyvocoder" in toys("train", "--help")
    assert "--toy TEXT" in toys("infer", "--help")
    wrong = toys("train", "toyvocoder", "--toy-width", "4", code=2)
    assert wrong.startswith("voiceprep: --toy-width ")
    wrong = toys("train", "toy", "--preset", "tiny", code=2)
    assert "preset tiny" in wrong
    assert "ljspeech" in wrong


def test_a_checkpoint_is_inspected_and_converted(trained):
    facts = json.loads(trained("checkpoint", "inspect", "output/toy/best.pt", "--json"))["summary"]
    assert facts["model"] == "toy"
    assert facts["config"]["width"] == 8
    trained("checkpoint", "convert", "output/toyvocoder/best.pt", "toy.safetensors", "-f")
    average = Checkpoint.load(trained.dataset / "output/toyvocoder/best.pt").average
    with safe_open(trained.dataset / "toy.safetensors", "pt") as file:
        assert all((file.get_tensor(name) == value).all() for name, value in average.items())


def test_what_does_not_apply_is_said_in_one_line(trained):
    source = "output/toy/best.pt"
    told = trained("checkpoint", "convert", source, "toy", "--to", "nvidia", code=2)
    assert told.startswith("voiceprep: ")
    assert told.count("\n") == 1
    assert "cannot hold toy" in told
    assert not (trained.dataset / "toy").exists()
    told = trained("checkpoint", "export", source, "toy-onnx", "--onnx", code=2)
    assert told.startswith("voiceprep: onnx ")
    assert told.count("\n") == 1
    told = trained("train", "toy", "--preflight", code=2)
    assert told.splitlines()[-1].startswith("voiceprep: --preflight ")
    told = trained("infer", "One.", "--toy", "output/toyvocoder/best.pt", code=2)
    assert "output/toyvocoder/best.pt: " in told
    assert "holds a toyvocoder" in told


def test_it_speaks_by_default_with_its_own_vocoder(trained):
    told = trained("infer", "One.", "Two and three.")
    assert "acoustic model: output/toy/best.pt; vocoder: output/toyvocoder/best.pt" in told
    info = soundfile.info(trained.dataset / "speech" / "01-one.wav")
    assert info.frames == 4 * 4 * 256
    assert (trained.dataset / "speech" / "01-one.png").stat().st_size > 1000


def test_statistics_of_it_say_what_does_not_apply(trained):
    told = trained("infer-stats", "--seeds", "2", "--vocode-worst", "0")
    assert "no gate: " in told
    assert "best gate" not in told
    assert "gate ended" not in told
    rows = (trained.dataset / "stats" / "runs.jsonl").read_text().splitlines()
    assert {json.loads(row)["stop"] for row in rows} == {"length"}
    assert {json.loads(row)["gate_maximum"] for row in rows} == {None}
    assert (trained.dataset / "stats" / "index.html").stat().st_size > 1000
