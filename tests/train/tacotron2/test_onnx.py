"""The graphs of Tacotron 2 speak as the model does."""

from dataclasses import replace

import numpy as np
import pytest

from tests.train.checkpoints.test_export import exported
from tests.train.made_checkpoints import CONFIG, made_checkpoint
from voiceprep.train.frontend import Sentence
from voiceprep.train.settings import InferConfig
from voiceprep.train.tacotron2.infer import speak


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
