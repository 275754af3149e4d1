"""What an acoustic model returns, for models with and without gate and attention."""

import numpy as np
import pytest

from tests.train.made_checkpoints import made_checkpoint
from tests.train.vocoding import waveglow_checkpoint
from voiceprep.errors import UserError
from voiceprep.train.device import Machine
from voiceprep.train.frontend import Sentence
from voiceprep.train.settings import InferConfig
from voiceprep.train.speech.acoustic import SynthesisResult, alignment_plot, load_acoustic

MEL = np.zeros((10, 12), np.float32)
ALIGNMENT, GATE = np.zeros((6, 3), np.float32), np.zeros(6, np.float32)


def result_of(alignment=ALIGNMENT, gate=GATE, stop="gate"):
    return SynthesisResult(Sentence((1, 2, 3), "One."), MEL, alignment, gate, stop)


@pytest.mark.parametrize(
    ("alignment", "gate", "steps"),
    [(ALIGNMENT, GATE, 6), (None, GATE, 6), (ALIGNMENT, None, 6), (None, None, 0)],
)
def test_steps_are_counted_by_what_the_model_has(alignment, gate, steps):
    result = result_of(alignment, gate)
    assert (result.steps, result.frames) == (steps, 12)


def test_a_plot_has_the_step_of_the_gate_or_a_caption_that_says_why_it_has_none():
    plot = alignment_plot(result_of())
    assert (plot.stop, plot.text, plot.unstopped) == (5, "One.", "")
    for stop, caption in (
        ("saturated", "attention rested on the end"),
        ("limit", "did not stop"),
        ("nan", "not finite"),
        ("empty", "nothing in it"),
    ):
        plot = alignment_plot(result_of(stop=stop))
        assert plot.stop is None
        assert caption in plot.unstopped
    assert alignment_plot(result_of(None, None, "length")).unstopped == ""


def test_an_acoustic_model_is_made_of_its_checkpoint_and_a_vocoder_is_none():
    held = made_checkpoint()
    model = load_acoustic(held, Machine())
    assert (model.frontend, model.frames_per_step) == (held.frontend, 1)
    (spoken,) = model.speak([Sentence((5, 9, 11))], InferConfig(max_frames=4))
    assert spoken.mel.shape[0] == 10
    assert spoken.alignment.shape == (spoken.steps, 3)
    with pytest.raises(UserError, match="waveglow"):
        load_acoustic(waveglow_checkpoint(), Machine())
