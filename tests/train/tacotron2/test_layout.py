"""Tacotron 2 read by the shapes of its weights, and what containers have no place for."""

from dataclasses import replace

import pytest
import torch

from tests.train.made_checkpoints import (
    CONFIG,
    made_checkpoint,
    nvidia_fields,
    saved,
)
from voiceprep.audio.mel import MelConfig
from voiceprep.errors import CheckpointError
from voiceprep.text.encode import TextConfig
from voiceprep.text.frontends import make_frontend
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.frontend import FrontendConfig


def test_settings_without_a_place_are_told(tmp_path):
    made = made_checkpoint(replace(CONFIG, prenet_dropout=0.2, attention_dropout=0.3))
    notes = made.save(tmp_path / "x", "nvidia")
    assert notes[-2:] == (
        "it has no place for symbols, cleaner and mel settings: keep a note of them",
        "it has no place for prenet_dropout = 0.2, attention_dropout = 0.3: keep a note of them",
    )


def test_a_front_end_without_a_place_is_told(tmp_path):
    french = FrontendConfig.of(
        make_frontend(TextConfig(frontend="characters", symbols="abé")), MelConfig(mel_channels=10)
    )
    made = made_checkpoint(replace(CONFIG, symbols=4), french)
    for container in ("nvidia", "dle"):
        notes = made.save(tmp_path / container, container)
        assert (
            "it has no place for the front end characters and its 4 symbols: the voice speaks only "
            "from another container"
        ) in notes


def test_several_frames_a_step_are_known_by_the_shapes(tmp_path):
    made = made_checkpoint(replace(CONFIG, frames_per_step=3))
    loaded = Checkpoint.load(saved(tmp_path / "x", nvidia_fields(made)))
    assert loaded.config == made.config
    assert "one frame per step" in " ".join(loaded.save(tmp_path / "y", "nvidia"))


@pytest.mark.parametrize(
    ("name", "weight", "why"),
    [
        ("decoder.decoder_rnn.weight_hh", None, "decoder.decoder_rnn.weight_hh is missing"),
        ("embedding.weight", torch.ones(3), r"embedding.weight .*\(3,\)"),
        ("postnet.convolutions.0.0.conv.weight", torch.ones(4, 8, 2), "_kernel = 2"),
    ],
)
def test_weights_of_another_system_are_told(tmp_path, name, weight, why):
    fields = nvidia_fields(made_checkpoint())
    fields["state_dict"] = {**fields["state_dict"], name: weight}
    if weight is None:
        del fields["state_dict"][name]
    with pytest.raises(CheckpointError, match=why):
        Checkpoint.load(saved(tmp_path / "x", fields))


def test_a_voice_of_the_originals_is_taken_for_granted(tmp_path):
    loaded = Checkpoint.load(saved(tmp_path / "x", nvidia_fields(made_checkpoint())))
    assert loaded.frontend == FrontendConfig(mel=MelConfig(mel_channels=10))


def test_symbols_of_another_number_are_not_known(tmp_path):
    made = made_checkpoint(replace(CONFIG, symbols=151))
    loaded = Checkpoint.load(saved(tmp_path / "x", nvidia_fields(made)))
    assert loaded.frontend.symbols == ()
    assert "the file does not state which its 151 symbols are" in loaded.notes


def test_the_symbols_of_torchaudios_voices_are_known_by_their_number(tmp_path):
    for count, known in ((38, "a"), (96, "@AA")):
        made = made_checkpoint(replace(CONFIG, symbols=count))
        loaded = Checkpoint.load(saved(tmp_path / "x", nvidia_fields(made)))
        assert len(loaded.frontend.symbols) == count
        assert known in loaded.frontend.symbols
