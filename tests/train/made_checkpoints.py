"""Checkpoints of tiny models, and the files of other systems that they would lie in."""

import re
from dataclasses import asdict, replace

import torch

from tests.train.made import TINY
from voiceprep.audio.mel import MelConfig
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.frontend import FrontendConfig
from voiceprep.train.registry import MODELS
from voiceprep.train.tacotron2.network import Tacotron2
from voiceprep.train.waveglow.config import WaveGlowConfig

# What shapes cannot tell is left at its default, so that every container gives it back.
CONFIG = replace(TINY, mel_channels=10)
VOICE = FrontendConfig(mel=MelConfig(mel_channels=10))
VOCODER = WaveGlowConfig(mel_channels=5, flows=5, early_every=2, wn_layers=3, wn_channels=12)


def made_model(config=CONFIG, seed=0):
    torch.manual_seed(seed)
    return Tacotron2(config)


def made_checkpoint(config=CONFIG, voice=VOICE, steps=3, seed=0):
    """A checkpoint after a few steps of Adam, whose moments all differ from zero."""
    return trained_checkpoint("tacotron2", made_model(config, seed), voice, steps)


def made_vocoder(config=VOCODER, steps=3, seed=0):
    """The same of WaveGlow, whose flows do something."""
    torch.manual_seed(seed)
    model = MODELS["waveglow"].load("network")(config)
    mel = MelConfig(mel_channels=config.mel_channels, hop_length=config.hop_length)
    return trained_checkpoint("waveglow", model, FrontendConfig(mel=mel), steps)


def trained_checkpoint(name, model, voice, steps):
    adam = torch.optim.Adam(model.parameters(), lr=2e-4, weight_decay=1e-6)
    for _ in range(steps):
        for parameter in model.parameters():
            parameter.grad = torch.randn_like(parameter)
        adam.step()
    training = {"optimizer": adam.state_dict(), "learning_rate": 2e-4, "epoch": 7}
    weights = {name: value.clone() for name, value in model.state_dict().items()}
    return Checkpoint(name, asdict(model.config), voice, weights, steps, training)


def same_weights(one, other):
    return list(one) == list(other) and all(torch.equal(one[name], other[name]) for name in one)


def same_adam(one, other):
    """Whether two states of Adam have the same steps and moments for the same parameters."""
    pairs = [(one["state"][key], other["state"][key]) for key in one["state"]]
    same = all(
        torch.equal(torch.as_tensor(a[name]).float(), torch.as_tensor(b[name]).float())
        for a, b in pairs
        for name in ("step", "exp_avg", "exp_avg_sq")
    )
    return same and bool(pairs) and one["state"].keys() == other["state"].keys()


def nvidia_fields(checkpoint):
    return {
        "iteration": checkpoint.step,
        "state_dict": checkpoint.weights,
        "optimizer": checkpoint.training["optimizer"],
        "learning_rate": 2e-4,
    }


def dle_fields(checkpoint, **more):
    """The container of DeepLearningExamples, without the keys that came and went."""
    return {
        "epoch": 7,
        "cuda_rng_state_all": torch.zeros(2, 16, dtype=torch.uint8),
        "config": {"n_symbols": 148, "p_attention_dropout": 0.1, "p_decoder_dropout": 0.1},
        "state_dict": checkpoint.weights,
        "optimizer": checkpoint.training["optimizer"],
        **more,
    }


def torchaudio_weights(weights):
    """The weights under the names that torchaudio.models.Tacotron2 gives them."""
    wrapper = re.compile(r"\.(?:conv|linear_layer)(?=\.(?:weight|bias)$)")
    return {wrapper.sub("", name): value for name, value in weights.items()}


def saved(path, fields, **settings):
    torch.save(fields, path, **settings)
    return path
