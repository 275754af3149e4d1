"""Every text with every seed, whoever shares its batch."""

from dataclasses import replace

import numpy as np
import pytest

from tests.train.diagnosis.test_gate import hesitant_model
from tests.train.made_checkpoints import VOICE
from voiceprep.errors import OutOfMemory
from voiceprep.text.frontends.nvidia import NvidiaFrontend
from voiceprep.train.frontend import read_sentence
from voiceprep.train.settings import InferConfig
from voiceprep.train.speech.repeat import Voice, repeat, speak_again
from voiceprep.train.tacotron2.infer import speak

TEXTS = [("one", "Well, then.", "."), ("none", "☃", ""), ("two", "A few more words", "")]
CONFIG = InferConfig(max_frames=60, batch_size=4)


class PlainAcoustic:
    """A model that speaks by its plain decoder loop."""

    frontend, frames_per_step = VOICE, 1

    def __init__(self, model):
        self.model = model

    def speak(self, sentences, config, past_gate=None):
        return speak(self.model, sentences, config, past_gate=past_gate)


def candidate():
    return Voice("best.pt", PlainAcoustic(hesitant_model()))


@pytest.fixture
def runs():
    return repeat(candidate(), TEXTS, (5, 6, 7), CONFIG)


def test_runs_come_in_order_and_what_cannot_be_read_is_left_out(runs):
    assert [(run.id, run.seed) for run in runs] == [
        (name, seed) for name in ("one", "two") for seed in (5, 6, 7)
    ]
    assert {(run.voice, run.text, run.ending) for run in runs} == {
        ("best.pt", text, ending) for _, text, ending in TEXTS if text != "☃"
    }


def test_a_run_stops_as_the_sentence_spoken_alone_does(runs):
    for run in runs:
        sentence = read_sentence(run.text, VOICE, run.seed)
        alone = speak(hesitant_model(), [sentence], CONFIG)[0]
        assert (run.measures.stop, run.measures.frames) == (alone.stop, alone.frames)


def test_another_size_of_batches_changes_no_stop_and_no_cause(runs):
    config = replace(CONFIG, batch_size=1)
    others = repeat(candidate(), TEXTS, (5, 6, 7), config)
    for run, other in zip(runs, others, strict=True):
        assert (run.measures.stop, run.measures.frames) == (
            other.measures.stop,
            other.measures.frames,
        )
        assert (run.cause, run.outcomes) == (other.cause, other.outcomes)


def test_texts_are_read_once_and_together_whatever_the_seeds(monkeypatch):
    """A front end may start a program for each call."""
    calls = []

    def counted(self, texts):
        calls.append(list(texts))
        return [self.encode(text) for text in texts]

    monkeypatch.setattr(NvidiaFrontend, "encode_all", counted)
    repeat(candidate(), TEXTS, range(9), CONFIG)
    assert calls == [[text for _, text, _ in TEXTS]]


def test_progress_is_that_of_batches():
    seen = []

    def progress(rows, total):
        seen.append(total)
        return rows

    repeat(candidate(), TEXTS, (1, 2, 3), CONFIG, progress=progress)
    assert seen == [2]


def test_what_was_let_go_is_spoken_again_as_it_was(runs):
    for run, speech in zip(runs, speak_again(candidate(), runs, CONFIG), strict=True):
        assert (speech.sentence.text, speech.sentence.seed) == (run.text, run.seed)
        np.testing.assert_allclose(speech.gate, run.gate, atol=1e-5)


def test_a_batch_that_does_not_fit_into_memory_is_named(monkeypatch):
    def full(*_):
        raise MemoryError

    monkeypatch.setattr(PlainAcoustic, "speak", full)
    with pytest.raises(OutOfMemory, match="a batch of 4 sentences, up to") as caught:
        repeat(candidate(), TEXTS, (5, 6, 7), CONFIG)
    assert "infer.batch_size" in caught.value.advice
