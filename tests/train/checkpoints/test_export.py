"""Graphs, held to the models that they were made of."""

import json
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from tests.train.made_checkpoints import CONFIG, VOCODER, made_checkpoint, made_vocoder
from voiceprep.errors import TargetError, UserError
from voiceprep.train.checkpoints import export
from voiceprep.train.checkpoints.export import export_onnx, graph_files
from voiceprep.train.frontend import Sentence
from voiceprep.train.settings import InferConfig
from voiceprep.train.tacotron2.infer import speak

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


def zeros(session, batch, symbols):
    """What the decoder begins with."""
    known = {"batch_size": batch, "seq_len": symbols}
    return {
        value.name: np.zeros([known.get(size, size) for size in value.shape], np.float32)
        for value in session.get_inputs()
    }


@pytest.mark.parametrize("frames_per_step", [1, 2])
def test_a_sentence_is_spoken_by_the_graphs_as_by_the_model(tmp_path, frames_per_step):
    made = made_checkpoint(replace(CONFIG, prenet_dropout=0.0, frames_per_step=frames_per_step))
    encoder, decoder, postnet = exported(made, tmp_path).values()
    ids, steps = (5, 9, 11, 3, 40), 6
    (speech,) = speak(
        made.build(),
        [Sentence(ids)],
        InferConfig(max_frames=steps * frames_per_step, gate_threshold=0.9999),
    )
    text = {"sequences": np.array([ids]), "sequence_lengths": np.array([len(ids)])}
    memory, keys, lengths = encoder.run(None, text)
    assert lengths == [5]
    fed = zeros(decoder, 1, len(ids))
    fed |= {"memory": memory, "processed_memory": keys, "mask": np.zeros((1, len(ids)), bool)}
    frames, gates = [], []
    for _ in range(steps):
        frame, gate, *state = decoder.run(None, fed)
        frames.append(frame.reshape(frames_per_step, -1).T)
        gates.append(gate[0, 0])
        names = [value.name.removeprefix("out_") for value in decoder.get_outputs()[2:]]
        fed |= {"decoder_input": frame, **dict(zip(names, state, strict=True))}
    (mel,) = postnet.run(None, {"mel_outputs": np.concatenate(frames, 1)[None]})
    np.testing.assert_allclose(mel[0], speech.mel, atol=1e-4)
    np.testing.assert_allclose(1 / (1 + np.exp(-np.array(gates))), speech.gate, atol=1e-5)


def test_texts_side_by_side_are_encoded_as_each_alone(tmp_path):
    encoder = exported(made_checkpoint(), tmp_path)["encoder.onnx"]
    long, short = [7, 8, 9, 10, 11, 12], [20, 21, 22]
    together = {
        "sequences": np.array([[*short, 0, 0, 0], long]),
        "sequence_lengths": np.array([3, 6]),
    }
    memory, keys, _ = encoder.run(None, together)
    alone = {"sequences": np.array([short]), "sequence_lengths": np.array([3])}
    np.testing.assert_allclose(memory[0, :3], encoder.run(None, alone)[0][0], atol=1e-5)
    assert not memory[0, 3:].any()
    assert not keys[0, 3:].any()


def test_what_the_prenet_drops_is_drawn_anew_in_each_step(tmp_path):
    decoder = exported(made_checkpoint(), tmp_path)["decoder_iter.onnx"]
    fed = zeros(decoder, 1, 4) | {"mask": np.zeros((1, 4), bool)}
    fed["decoder_input"] += 1
    first, second = (decoder.run(None, fed)[2] for _ in range(2))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize(
    "sizes",
    [
        {},
        {"groups": 12, "mel_channels": 7, "hop_length": 24, "upsample_kernel": 96},
        {"early_size": 0},
        {"flows": 1, "wn_layers": 1},
    ],
)
def test_a_vocoder_of_any_size_makes_the_models_sound(tmp_path, sizes):
    """The noise's channels that reach the last flow come first, those done first come last."""
    made = made_vocoder(replace(VOCODER, **sizes))
    session = exported(made, tmp_path)["waveglow.onnx"]
    config = made.build().config
    frames = 9
    places = frames * config.hop_length // config.groups
    mel = torch.randn(2, config.mel_channels, frames)
    remaining = torch.randn(2, config.channels(config.flows - 1), places)
    early = [
        torch.randn(2, config.leaves(flow), places)
        for flow in range(config.flows)
        if config.leaves(flow)
    ]
    (audio,) = session.run(
        None, {"mel": mel.numpy(), "z": torch.cat([remaining, *early[::-1]], 1).numpy()}
    )
    with torch.no_grad():
        wanted = made.build().inverse(torch.cat([*early, remaining], 1), mel)
    assert audio.shape == (2, places * config.groups)
    np.testing.assert_allclose(audio, wanted.numpy(), atol=1e-5)


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
