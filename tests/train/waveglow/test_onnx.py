"""The graph of WaveGlow makes the sound that the model makes."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.train.checkpoints.test_export import exported
from tests.train.made_checkpoints import VOCODER, made_vocoder


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
