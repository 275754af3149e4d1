"""Speaking: each sentence as alone, in order, and ended for the reason that is told."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.train.made import TINY
from tests.train.tacotron2.test_network import numbers, original  # noqa: F401
from voiceprep.errors import SettingError
from voiceprep.text.symbols import SYMBOLS
from voiceprep.train.frontend import FrontendConfig, Sentence, read_sentence
from voiceprep.train.settings import InferConfig
from voiceprep.train.tacotron2.infer import PrenetDropout, speak
from voiceprep.train.tacotron2.network import Tacotron2
from voiceprep.train.tacotron2.stepper import PlainStepper

REFERENCE = Path(__file__).parents[2] / "reference"
ENDLESS = InferConfig(gate_threshold=0.999999, max_frames=30, saturation_frames=0)


def made_model(**changes):
    torch.manual_seed(0)
    return Tacotron2(replace(TINY, **changes)).eval()


def restless_model(**changes):
    """A model whose gate opens after a while, for each sentence after another."""
    model = made_model(**changes)
    gate = model.decoder.gate_layer.linear_layer
    gate.weight.data *= -300
    gate.bias.data[:] = -10.5
    return model


def sentence(count, seed=None):
    return Sentence(tuple(np.random.default_rng(count).integers(1, 148, count).tolist()), seed=seed)


@pytest.fixture
def sentences(numbers):  # noqa: F811
    pairs = zip(numbers["text"], numbers["text_lengths"], strict=True)
    return [Sentence(tuple(text[:length].tolist())) for text, length in pairs]


def close(found, wanted, tolerance=1e-5):
    np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)


def test_sentences_stop_where_the_original_stops(original, numbers, sentences):  # noqa: F811
    held = torch.load(REFERENCE / "checkpoint_Tacotron2_a.pt", weights_only=True)
    config = InferConfig(held["config"]["gate_threshold"], max_frames=60, saturation_frames=0)
    speeches = speak(original, sentences, config)
    assert [speech.stop for speech in speeches] == ["gate", "gate", "limit"]
    # The original's lengths leave out the frame whose gate opened.
    opened = [speech.stop == "gate" for speech in speeches]
    lengths = [speech.frames - last for speech, last in zip(speeches, opened, strict=True)]
    assert lengths == numbers["infer_mel_lengths"].tolist()
    for row, speech in enumerate(speeches):
        wanted = numbers["infer_alignments"][row, : speech.frames, : len(speech.sentence.ids)]
        close(speech.alignment, wanted)
    close(speeches[2].mel, numbers["infer_mel_postnet"][2])


def test_frames_past_the_stop_are_the_originals_too(original, numbers, sentences):  # noqa: F811
    speeches = speak(original, sentences, replace(ENDLESS, max_frames=60))
    for row, speech in enumerate(speeches):
        close(speech.mel, numbers["infer_mel_postnet"][row])


@pytest.mark.parametrize("frames_per_step", [1, 3])
def test_nothing_beyond_the_stop_is_heard_by_the_postnet(frames_per_step):
    model = made_model(frames_per_step=frames_per_step)
    long = speak(model, [sentence(7)], ENDLESS)[0]
    short = speak(model, [sentence(7)], replace(ENDLESS, max_frames=12))[0]
    assert (long.frames, short.frames, len(short.gate)) == (30, 12, 12 // frames_per_step)
    close(short.alignment, long.alignment[: len(short.alignment)])
    assert np.abs(short.mel - long.mel[:, :12]).max() > 1e-4
    close(short.mel[:, :4], long.mel[:, :4])


@given(
    counts=st.lists(st.integers(1, 14), min_size=2, max_size=6),
    batch_size=st.integers(1, 4),
    seed=st.integers(0, 3),
)
@settings(max_examples=15, deadline=None)
def test_a_sentence_sounds_the_same_whoever_is_in_its_batch(counts, batch_size, seed):
    model = restless_model()
    config = InferConfig(max_frames=25, seed=seed, batch_size=batch_size)
    sentences = [sentence(count) for count in counts]
    for speech, alone in zip(speak(model, sentences, config), sentences, strict=True):
        single = speak(model, [alone], config)[0]
        assert (speech.sentence, speech.stop, speech.frames) == (alone, single.stop, single.frames)
        close(speech.mel, single.mel)
        close(speech.alignment, single.alignment)
        close(speech.gate, single.gate)


def test_each_seed_sounds_different_and_the_same_seed_alike():
    model, again = made_model(), [sentence(6, seed) for seed in (1, 2, 1)]
    one, two, same = speak(model, again, ENDLESS)
    close(one.mel, same.mel)
    assert np.abs(one.mel - two.mel).max() > 1e-3
    alike = speak(model, again, replace(ENDLESS, prenet_dropout=False))
    close(alike[0].mel, alike[1].mel)


@given(parts=st.lists(st.integers(1, 9), min_size=1, max_size=5))
@settings(max_examples=15, deadline=None)
def test_dropout_is_the_same_however_many_steps_are_drawn_at_once(parts):
    def drawn(*steps):
        dropout = PrenetDropout(made_model(), [sentence(4), sentence(5)], InferConfig())
        blocks = [dropout.draw(count) for count in steps]
        return [torch.cat(part) for part in zip(*blocks, strict=True)]

    for one, other in zip(drawn(*parts), drawn(sum(parts)), strict=True):
        assert torch.equal(one, other)


def test_dropout_drops_as_often_as_it_should_and_keeps_the_mean():
    model = made_model(prenet_dropout=0.2, prenet_dim=200)
    first, second = PrenetDropout(model, [sentence(4)], InferConfig()).draw(500)
    assert set(first.unique().tolist()) == {0.0, 1.25}
    assert not torch.equal(first, second)
    for factors in (first, second):
        assert abs(float(factors.mean()) - 1) < 0.01


def test_a_blank_line_is_told_and_the_others_are_spoken():
    speeches = speak(made_model(), [sentence(3), Sentence(()), sentence(5)], ENDLESS)
    assert [speech.stop for speech in speeches] == ["limit", "empty", "limit"]
    assert speeches[1].mel.shape == (10, 0)
    assert speeches[1].frames == 0
    assert speak(made_model(), [], ENDLESS) == []


def test_what_a_voice_cannot_read_is_left_out_and_told():
    assert read_sentence("a ☃ b", FrontendConfig()).unknown == ("☃",)
    assert read_sentence(" \n", FrontendConfig()).unknown == ()
    few = FrontendConfig(symbols=("_", "b", "a"))
    read = read_sentence("ab! a", few, seed=7)
    assert read == Sentence((2, 1, 2), "ab! a", ("!", " "), 7)
    assert read_sentence("ab", FrontendConfig()).ids == tuple(map(SYMBOLS.index, "ab"))


def test_a_symbol_that_the_model_does_not_have_is_an_error():
    with pytest.raises(SettingError, match="sentence 2 has symbol 148, the model has 148"):
        speak(made_model(), [sentence(2), Sentence((3, 148))], ENDLESS)


def test_those_who_have_finished_leave_the_batch():
    sizes = []

    class Counting(PlainStepper):
        def run(self, factors, steps):
            sizes.extend([len(self.frames)] * steps)
            return super().run(factors, steps)

    model = restless_model()
    config = InferConfig(max_frames=40, saturation_frames=0)
    speeches = speak(model, [sentence(count) for count in range(1, 9)], config, Counting)
    ended = sorted(speech.frames for speech in speeches)
    assert sizes[0] == 8
    assert sizes == sorted(sizes, reverse=True)
    assert ended[0] < ended[-1]
    assert sum(sizes) <= sum(ended) + 3 * len(ended)


def test_a_model_that_is_training_goes_on_training():
    model = made_model().train()
    speak(model, [sentence(3)], ENDLESS)
    assert model.training


def test_weights_that_are_not_finite_end_a_sentence_before_the_first_bad_step():
    model = made_model()
    torch.nn.init.constant_(model.decoder.linear_projection.linear_layer.bias, torch.nan)
    speech = speak(model, [sentence(3)], ENDLESS)[0]
    assert (speech.stop, speech.frames, len(speech.gate)) == ("nan", 0, 0)
