"""Each end of a sentence, on attention and gates that are made."""

import numpy as np
import pytest
import torch

from voiceprep.train.settings import InferConfig
from voiceprep.train.tacotron2.stopping import DecoderOutputs, StopDetector


def attention(path, symbols):
    """Attention that lies on one symbol at each step."""
    return np.eye(symbols, dtype=np.float32)[path]


def reading(symbols, pace=5, rest=0):
    """A path that reads every symbol for `pace` steps and rests on the last."""
    return [number // pace for number in range(symbols * pace)] + [symbols - 1] * rest


def ends(path, symbols, opens=None, broken=None, block=4, per_step=1, config=None, past_gate=None):
    """(reason, steps) of one sentence, heard in blocks."""
    frames = torch.zeros(len(path), 1, 3)
    gate = torch.full((len(path), 1), -5.0)
    if opens is not None:
        gate[opens:] = 5.0
    if broken is not None:
        frames[broken:] = torch.inf
    heard = DecoderOutputs(frames, gate, torch.from_numpy(attention(path, symbols))[:, None])
    config = config or InferConfig(max_frames=len(path) * per_step)
    detector = StopDetector(per_step, [symbols], config, past_gate)
    for first in range(0, len(path), block):
        ended = detector.update(DecoderOutputs(*(part[first : first + block] for part in heard)))
        if ended:
            return ended[0]
    return None


@pytest.mark.parametrize("block", [1, 4, 16])
def test_the_gate_ends_it_with_the_step_in_which_it_opened(block):
    assert ends(reading(20), 20, opens=77, block=block) == ("gate", 78)


@pytest.mark.parametrize("block", [1, 4, 16])
def test_attention_that_rests_on_the_end_for_long_ends_it(block):
    stop, steps = ends(reading(20, rest=400), 20, block=block)
    assert stop == "saturated"
    assert steps == 90 + 120  # of 20 symbols the last two are the end


def test_a_tail_of_silence_that_the_gate_ends_is_not_cut():
    assert ends(reading(20, rest=100), 20, opens=195) == ("gate", 196)


def test_a_slow_voice_may_rest_for_longer():
    assert ends(reading(20, pace=20, rest=110), 20, opens=495) == ("gate", 496)
    stop, steps = ends(reading(20, pace=20, rest=400), 20)
    assert (stop, steps) == ("saturated", 360 + 144)  # four times 36 steps


def test_attention_that_goes_back_begins_to_rest_anew():
    path = reading(20, rest=100) + reading(20, rest=100)
    assert ends(path, 20) == ("limit", len(path))


def test_attention_that_stays_in_the_middle_goes_on_to_the_limit():
    path = reading(20)[:50] + [10] * 500
    assert ends(path, 20) == ("limit", 550)


def test_rest_is_no_end_where_it_is_switched_off():
    path = reading(20, rest=500)
    config = InferConfig(max_frames=len(path), saturation_frames=0)
    assert ends(path, 20, config=config) == ("limit", len(path))


def test_frames_are_counted_where_a_step_says_several():
    stop, steps = ends(reading(20, pace=2, rest=100), 20, per_step=3)
    assert (stop, steps) == ("saturated", 36 + 40)


def test_what_is_not_finite_ends_it_before():
    assert ends(reading(20), 20, broken=33, opens=33) == ("nan", 33)


def test_a_text_of_one_symbol_has_time_to_be_said():
    assert ends([0] * 100, 1, opens=80) == ("gate", 81)
    assert ends([0] * 300, 1) == ("saturated", 120)


def test_padding_is_not_the_end_of_a_shorter_text():
    weights = np.zeros((400, 2, 30), np.float32)
    weights[:, 0, 19], weights[:, 1, 19] = 1, 1
    detector = StopDetector(1, [30, 20], InferConfig(max_frames=400))
    ended = detector.update(
        DecoderOutputs(
            torch.zeros(400, 2, 3), torch.full((400, 2), -5.0), torch.from_numpy(weights)
        )
    )
    assert ended == {0: ("limit", 400), 1: ("saturated", 120)}


def test_past_its_gate_a_sentence_goes_on_until_it_rests_on_the_end():
    def past(path, opens, **config):
        return ends(path, 20, opens, past_gate=0.95, **config)

    assert past(reading(20, rest=200), opens=10) == ("gate", 90 + 40)
    assert past(reading(20, rest=200), opens=97) == ("gate", 90 + 40)
    assert past(reading(20, rest=200), opens=150) == ("gate", 151)
    assert past(reading(20, rest=200), opens=None) == ("saturated", 90 + 120)
    assert past(reading(20)[:50] + [10] * 500, opens=40) == ("limit", 550)
    assert past(reading(20, pace=2, rest=100), opens=10, per_step=3) == ("gate", 36 + 14)
    assert past(reading(20), opens=33, broken=33) == ("nan", 33)
