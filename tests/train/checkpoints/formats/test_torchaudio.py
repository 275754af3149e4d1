from dataclasses import replace

import pytest

from tests.train.made_checkpoints import (
    CONFIG,
    made_checkpoint,
    same_weights,
    saved,
    torchaudio_weights,
)
from voiceprep.text.arpabet import ARPABET
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.checkpoints.formats.torchaudio import original_name

# Names as torchaudio.models.Tacotron2 has them, each with the original's.
NAMES = {
    "embedding.weight": "embedding.weight",
    "encoder.convolutions.2.0.bias": "encoder.convolutions.2.0.conv.bias",
    "encoder.convolutions.2.1.running_mean": "encoder.convolutions.2.1.running_mean",
    "encoder.lstm.weight_ih_l0_reverse": "encoder.lstm.weight_ih_l0_reverse",
    "decoder.prenet.layers.1.weight": "decoder.prenet.layers.1.linear_layer.weight",
    "decoder.attention_rnn.bias_hh": "decoder.attention_rnn.bias_hh",
    "decoder.attention_layer.query_layer.weight": (
        "decoder.attention_layer.query_layer.linear_layer.weight"
    ),
    "decoder.attention_layer.memory_layer.weight": (
        "decoder.attention_layer.memory_layer.linear_layer.weight"
    ),
    "decoder.attention_layer.v.weight": "decoder.attention_layer.v.linear_layer.weight",
    "decoder.attention_layer.location_layer.location_conv.weight": (
        "decoder.attention_layer.location_layer.location_conv.conv.weight"
    ),
    "decoder.attention_layer.location_layer.location_dense.weight": (
        "decoder.attention_layer.location_layer.location_dense.linear_layer.weight"
    ),
    "decoder.linear_projection.bias": "decoder.linear_projection.linear_layer.bias",
    "decoder.gate_layer.weight": "decoder.gate_layer.linear_layer.weight",
    "postnet.convolutions.4.0.weight": "postnet.convolutions.4.0.conv.weight",
    "postnet.convolutions.4.1.weight": "postnet.convolutions.4.1.weight",
}


@pytest.mark.parametrize("theirs", NAMES)
def test_a_name_gets_back_the_wrapper_that_it_lacks(theirs):
    assert original_name(theirs) == NAMES[theirs]
    assert original_name(NAMES[theirs]) == NAMES[theirs]


@pytest.mark.parametrize("contained", [True, False], ids=["state_dict", "bare"])
def test_torchaudios_weights_are_read(tmp_path, contained):
    made = made_checkpoint()
    weights = torchaudio_weights(made.weights)
    fields = {"state_dict": weights} if contained else weights
    loaded = Checkpoint.load(saved(tmp_path / "x.pth", fields))
    assert same_weights(loaded.weights, made.weights)
    assert loaded.origin == "torchaudio"
    loaded.build()


@pytest.mark.parametrize(
    ("count", "last"), [(38, tuple("abcdefghijklmnopqrstuvwxyz")), (96, ARPABET)]
)
def test_the_symbols_of_its_published_voices_are_known(tmp_path, count, last):
    made = made_checkpoint(replace(CONFIG, symbols=count))
    loaded = Checkpoint.load(saved(tmp_path / "x", torchaudio_weights(made.weights)))
    symbols = loaded.frontend.symbols
    assert len(symbols) == count
    assert symbols[:12] == ("_", *"-!'(),.:;? ")
    assert tuple(symbol.removeprefix("@") for symbol in symbols[12:]) == last
