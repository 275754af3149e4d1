"""Vocoders of a checkpoint, and the chunks that they work in."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.train.made_checkpoints import made_checkpoint
from tests.train.vocoding import waveglow_checkpoint
from voiceprep.errors import CheckpointError
from voiceprep.train.device import Machine
from voiceprep.train.settings import VocoderConfig
from voiceprep.train.speech.vocoder import chunks, load_vocoder


@given(
    st.integers(0, 500), st.integers(1, 100), st.integers(0, 40), st.integers(0, 40),
    st.integers(1, 5),
)  # fmt: skip
@settings(max_examples=200)
def test_chunks_are_the_whole_with_what_is_around_them(frames, size, before, after, step):
    found = list(chunks(frames, size, before, after, step))
    assert [place for one in found for place in range(one.begin, one.end)] == [*range(frames)]
    for one in found:
        assert one.first % step == one.begin % step == 0
        assert one.begin - one.first >= min(before, one.begin)
        assert one.last - one.end >= min(after, frames - one.end)
        assert one.end - one.begin <= -(-size // step) * step


def test_a_checkpoint_of_another_model_or_with_broken_weights_is_refused(tmp_path):
    path = tmp_path / "voice.pt"
    made_checkpoint().save(path)
    with pytest.raises(CheckpointError, match="tacotron2"):
        load_vocoder(path, VocoderConfig(), Machine())
    held = waveglow_checkpoint()
    held.weights["WN.1.start.bias"][0] = np.nan
    held.save(path)
    with pytest.raises(CheckpointError, match=r"WN\.1\.start\.bias"):
        load_vocoder(path, VocoderConfig(), Machine())
