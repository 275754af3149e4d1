"""Graphs, held to the models that they were made of."""

import json

import onnx
import onnxruntime
import pytest

from tests.train.made_checkpoints import made_checkpoint, made_vocoder
from voiceprep.errors import TargetError, UserError
from voiceprep.train.checkpoints import export
from voiceprep.train.checkpoints.export import export_onnx, graph_files

# What the scripts that run DeepLearningExamples' graphs ask for.
NAMES = {
    "encoder.onnx": (
        ["sequences", "sequence_lengths"],
        ["memory", "processed_memory", "lens"],
    ),
    "decoder_iter.onnx": (
        [
            "decoder_input",
            "attention_hidden",
            "attention_cell",
            "decoder_hidden",
            "decoder_cell",
            "attention_weights",
            "attention_weights_cum",
            "attention_context",
            "memory",
            "processed_memory",
            "mask",
        ],
        [
            "decoder_output",
            "gate_prediction",
            "out_attention_hidden",
            "out_attention_cell",
            "out_decoder_hidden",
            "out_decoder_cell",
            "out_attention_weights",
            "out_attention_weights_cum",
            "out_attention_context",
        ],
    ),
    "postnet.onnx": (["mel_outputs"], ["mel_outputs_postnet"]),
    "waveglow.onnx": (["mel", "z"], ["audio"]),
}


def exported(checkpoint, folder):
    """The graphs, ready to run, by the names of their files."""
    differences = dict(export_onnx(checkpoint, folder))
    assert [path.name for path in differences] == [*graph_files(checkpoint.model)]
    assert max(differences.values()) < 1e-5
    provider = ["CPUExecutionProvider"]
    return {
        path.name: onnxruntime.InferenceSession(path, providers=provider) for path in differences
    }


@pytest.mark.parametrize("made", [made_checkpoint, made_vocoder])
def test_files_inputs_and_outputs_have_the_originals_names(tmp_path, made):
    sessions = exported(made(), tmp_path)
    for name, session in sessions.items():
        inputs = [value.name for value in session.get_inputs()]
        outputs = [value.name for value in session.get_outputs()]
        assert (inputs, outputs) == NAMES[name]


def test_a_graph_tells_of_its_voice(tmp_path):
    made = made_vocoder()
    list(export_onnx(made, tmp_path))
    (entry,) = onnx.load(tmp_path / "waveglow.onnx").metadata_props
    told = json.loads(entry.value)
    assert (entry.key, told["model"]) == ("voiceprep", "waveglow")
    assert (told["config"], told["voice"]) == (made.config, made.frontend.to_plain())


def test_a_graph_that_says_something_else_is_not_left_there(tmp_path, monkeypatch):
    monkeypatch.setattr(export, "TOLERANCE", 0.0)
    with pytest.raises(UserError, match=r"encoder\.onnx: memory differs from the model's by"):
        list(export_onnx(made_checkpoint(), tmp_path))
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(TargetError) as caught:
        list(export_onnx(made_vocoder(), tmp_path / "file"))
    assert caught.value.path == tmp_path / "file" / "waveglow.onnx"
