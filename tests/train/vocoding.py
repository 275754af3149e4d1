"""A tiny WaveGlow for tests, its mels, and checkpoints of it."""

from dataclasses import asdict

import numpy as np

from tests.train.waveglow.test_network import SMALL, randomised
from voiceprep.audio.mel import MelConfig
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.frontend import FrontendConfig
from voiceprep.train.waveglow.config import WaveGlowConfig

MEL = MelConfig(1600, 64, 16, 64, mel_channels=4, fmax_hz=800)
# Of the mels that the tests' tiny Tacotron 2 makes by default.
FITTING = WaveGlowConfig(80, flows=2, early_every=2, wn_layers=2, wn_channels=8)


def made_mel(frames, channels=4, seed=0):
    values = np.random.default_rng(seed).standard_normal((channels, frames))
    return values.astype(np.float32) - 4


def waveglow_checkpoint(config=SMALL, mel=MEL, seed=0):
    weights = randomised(config, seed).state_dict()
    return Checkpoint("waveglow", asdict(config), FrontendConfig(mel=mel), weights)
