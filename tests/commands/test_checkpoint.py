import json
import subprocess
import sys
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from safetensors import safe_open

from tests.train.made_checkpoints import made_checkpoint, made_vocoder, same_weights
from voiceprep.batch.run import WriteConfig
from voiceprep.commands.checkpoint import (
    ConvertCheckpointConfig,
    ExportCheckpointConfig,
    checkpoint,
)
from voiceprep.errors import CheckpointError, TargetError, ToolMissing, UserError
from voiceprep.train.checkpoints.checkpoint import FORMATS, Checkpoint

REFERENCE = Path(__file__).parent.parent / "reference" / "checkpoint_Tacotron2_a.pt"
FORCE = WriteConfig(force=True)


@pytest.fixture
def last(tmp_path):
    made_checkpoint().save(tmp_path / "last.pt")
    return tmp_path / "last.pt"


def told(result, verbose=False):
    return "\n".join(result.lines(verbose))


def test_inspecting_tells_container_step_sizes_symbols_and_mel(last):
    shown = told(checkpoint("inspect", last))
    count = sum(value.numel() for value in Checkpoint.load(last).build().parameters())
    assert "container   voiceprep: " in shown
    assert (
        f"model       tacotron2, {count:,} parameters in {len(made_checkpoint().weights)}" in shown
    )
    assert "step        3, epoch 7" in shown
    assert "training    with its optimiser, learning rate 0.0002" in shown
    assert "symbols     148: _ - ! ' ( ) , . : ; ? ␣ A B" in shown
    assert "mel         rate 22050  fft_length 1024  hop_length 256" in shown
    assert "prenet_dim = 12" in shown
    assert "taken for granted" not in shown
    assert "tensor      embedding.weight  148×16" in told(checkpoint("inspect", last), verbose=True)


def test_what_a_foreign_file_does_not_say_is_told():
    result = checkpoint("inspect", REFERENCE)
    shown = told(result)
    assert "container   dle: NVIDIA DeepLearningExamples" in shown
    assert "(assumed: the file does not state it)" in shown
    (note,) = result.facts["notes"]
    assert "max_frames=60" in note
    assert f"note: {note}" in shown


def test_the_record_is_json(last):
    (row,) = checkpoint("inspect", last).rows()
    summary = json.loads(json.dumps(row))["summary"]
    assert (summary["container"], summary["step"], summary["epoch"]) == ("voiceprep", 3, 7)
    assert len(summary["symbols"]) == 148
    assert summary["shapes"]["embedding.weight"] == [148, 16]
    assert summary["written"] == []


def test_the_containers_that_can_be_named_are_those_that_are_written():
    choices = get_args(get_type_hints(ConvertCheckpointConfig)["to"])
    assert set(choices) == {name for name, row in FORMATS.items() if row.write}


@pytest.mark.parametrize("to", ["voiceprep", "nvidia", "dle", "safetensors"])
def test_converting_keeps_the_weights(last, tmp_path, to):
    result = checkpoint("convert", last, tmp_path / "out" / "x", ConvertCheckpointConfig(to))
    loaded = Checkpoint.load(tmp_path / "out" / "x")
    assert same_weights(loaded.weights, Checkpoint.load(last).weights)
    assert loaded.origin == to
    assert told(result).endswith(f"→ {tmp_path / 'out' / 'x'}")


def test_what_is_left_out_is_told(last, tmp_path):
    result = checkpoint("convert", last, tmp_path / "x")
    assert any("optimiser" in note for note in result.left_out)
    assert all(f"note: {note}" in told(result) for note in result.left_out)
    assert next(result.rows())["summary"]["left_out"] == list(result.left_out)


def test_a_file_that_is_there_is_overwritten_on_demand_only(last, tmp_path):
    (tmp_path / "x").write_text("mine")
    with pytest.raises(TargetError, match="exists already; -f overwrites it"):
        checkpoint("convert", last, tmp_path / "x")
    assert (tmp_path / "x").read_text() == "mine"
    checkpoint("convert", last, tmp_path / "x", write=FORCE)
    assert Checkpoint.load(tmp_path / "x").step == 3


def test_the_source_is_never_written_to(last, tmp_path):
    (tmp_path / "link").symlink_to(last)
    for target in (last, tmp_path / "link", tmp_path):
        with pytest.raises(TargetError, match="name another file to write"):
            checkpoint("convert", last, target, write=FORCE)


def test_a_dry_run_writes_nothing(last, tmp_path):
    result = checkpoint("convert", last, tmp_path / "x", write=WriteConfig(dry_run=True))
    assert "dry run: nothing was written" in told(result)
    assert not (tmp_path / "x").exists()


def test_a_call_that_makes_no_sense_says_what_would(last, tmp_path):
    with pytest.raises(UserError, match="convert needs a TARGET"):
        checkpoint("convert", last)
    with pytest.raises(UserError, match="inspect writes no file"):
        checkpoint("inspect", last, tmp_path / "x")
    with pytest.raises(CheckpointError) as caught:
        checkpoint("inspect", tmp_path / "gone")
    assert caught.value.path == tmp_path / "gone"


def test_without_torch_it_says_how_to_get_it(last, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "voiceprep.train.checkpoints.checkpoint", raising=False)
    with pytest.raises(ToolMissing) as caught:
        checkpoint("inspect", last)
    assert (caught.value.tool, caught.value.needed_for) == ("torch", "voiceprep checkpoint")


BOTH = ExportCheckpointConfig(onnx=True, hub=True)


def test_a_vocoder_is_inspected_without_symbols(tmp_path):
    made_vocoder().save(tmp_path / "waveglow_3", "nvidia")
    shown = told(checkpoint("inspect", tmp_path / "waveglow_3"))
    assert "container   nvidia: " in shown
    assert "waveglow    wn_channels = 12" in shown
    assert "symbols" not in shown


def test_exporting_writes_graphs_and_a_folder_for_the_hub(last, tmp_path):
    result = checkpoint("export", last, tmp_path / "voice", export=BOTH)
    graphs = ["encoder.onnx", "decoder_iter.onnx", "postnet.onnx"]
    hub = ["model.safetensors", "config.json", "README.md"]
    assert [path.name for path in result.written] == [*graphs, *hub]
    assert {path.name for path in (tmp_path / "voice").iterdir()} == {*graphs, *hub}
    assert "postnet.onnx  (differs from the model by " in told(result)
    assert told(result).endswith("README.md")
    differences = next(result.rows())["summary"]["differences"]
    assert len(differences) == 3
    assert max(differences.values()) < 1e-4
    with safe_open(tmp_path / "voice" / "model.safetensors", "np") as file:
        assert json.loads(file.metadata()["voiceprep"])["step"] == 3


def test_an_export_overwrites_on_demand_only(last, tmp_path):
    (tmp_path / "voice").mkdir()
    (tmp_path / "voice" / "README.md").write_text("mine")
    with pytest.raises(TargetError) as caught:
        checkpoint("export", last, tmp_path / "voice", export=BOTH)
    assert caught.value.path == tmp_path / "voice" / "README.md"
    assert [path.name for path in (tmp_path / "voice").iterdir()] == ["README.md"]
    checkpoint("export", last, tmp_path / "voice", export=ExportCheckpointConfig(hub=True),
               write=FORCE)  # fmt: skip
    assert "mine" not in (tmp_path / "voice" / "README.md").read_text()


def test_a_dry_export_writes_nothing(last, tmp_path):
    dry = WriteConfig(dry_run=True)
    result = checkpoint("export", last, tmp_path / "voice", export=BOTH, write=dry)
    assert "dry run" in told(result)
    assert result.written == ()
    assert not (tmp_path / "voice").exists()


def test_an_export_of_nothing_says_what_could_be(last, tmp_path):
    for target, export in ((tmp_path / "x", ExportCheckpointConfig()), (None, BOTH)):
        with pytest.raises(UserError, match=r"export needs a TARGET.* and --onnx, --hub or both"):
            checkpoint("export", last, target, export=export)


def test_without_onnx_it_says_how_to_get_it(last, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    monkeypatch.delitem(sys.modules, "voiceprep.train.checkpoints.export", raising=False)
    with pytest.raises(ToolMissing) as caught:
        checkpoint("export", last, tmp_path / "voice", export=BOTH)
    assert caught.value.tool == "onnx"


def test_the_command_line_takes_it_and_its_help_loads_no_torch(last):
    call = [sys.executable, "-m", "voiceprep", "checkpoint"]
    shown = subprocess.run([*call, "inspect", last], capture_output=True, text=True, check=True)
    assert "step        3" in shown.stdout
    wrong = subprocess.run([*call, "inspct", last], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert "'inspect', 'convert', 'export'" in wrong.stderr
    code = (
        "import sys; from voiceprep.cli.main import root; "
        "root.main(['checkpoint', '--help'], standalone_mode=False); "
        "sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
