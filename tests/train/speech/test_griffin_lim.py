"""Griffin-Lim as a vocoder."""

import numpy as np
import pytest

from tests.train.vocoding import MEL, made_mel
from voiceprep.audio.mel import MelConfig, log_mel
from voiceprep.errors import Unusable
from voiceprep.train.speech.griffin_lim import GriffinLim


def test_a_mel_that_is_not_finite_is_refused():
    mel = made_mel(10)
    mel[2, 3] = np.nan
    with pytest.raises(Unusable, match="not finite"):
        GriffinLim(MEL)(mel, 1)


def test_an_empty_mel_gives_no_samples():
    assert GriffinLim(MEL)(made_mel(0), 1).shape == (0,)


def test_griffin_lim_is_as_long_as_the_mel_and_has_its_spectrum():
    config = MelConfig()
    places = np.arange(22050) / 22050
    tone = (0.3 * np.sin(2 * np.pi * (300 + 400 * places) * places)).astype(np.float32)
    mel = log_mel(tone, config)
    sound = GriffinLim(config)(mel, 1)
    assert sound.shape == (mel.shape[1] * config.hop_length,)
    heard = log_mel(np.clip(sound, -1, 1), config)[:, 5 : mel.shape[1] - 5]
    loud = mel[:, 5:-5] > -3
    assert np.abs(heard - mel[:, 5:-5])[loud].mean() < 0.3
