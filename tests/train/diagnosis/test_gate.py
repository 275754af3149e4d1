"""What gates show, and the stops of all thresholds read off one run."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.train.tacotron2.test_infer import close, made_model, sentence
from voiceprep.train.diagnosis.gate import (
    THRESHOLDS,
    GateMeasures,
    gate_band,
    measure_gate,
    stop_at,
)
from voiceprep.train.settings import InferConfig
from voiceprep.train.tacotron2.infer import speak


def hesitant_model(**changes):
    """A model whose gates take all values, some of them late and some never."""
    model = made_model(**changes)
    gate = model.decoder.gate_layer.linear_layer
    gate.weight.data *= -60
    gate.bias.data[:] = -3
    return model


def test_thresholds_go_from_a_twentieth_to_nineteen():
    assert (len(THRESHOLDS), THRESHOLDS[0], THRESHOLDS[9], THRESHOLDS[-1]) == (19, 0.05, 0.5, 0.95)


def test_a_gate_is_measured_by_its_crossings_and_openings():
    gate = np.array([0, 0.4, 0.2, 0.6, 0.1, 0.65, 0.66], np.float32)
    found = measure_gate(gate)
    assert found == GateMeasures(pytest.approx(0.66), 1, 3, None, 2)
    assert measure_gate(gate, 0.3).openings == 3
    assert measure_gate(gate[:0]) == GateMeasures(0.0, None, None, None, 0)


def test_the_step_that_opens_the_gate_is_part_of_the_speech():
    gate = np.array([0.1, 0.6, 0.2], np.float32)
    assert stop_at(gate, 0.5, "limit") == ("gate", 2)
    assert stop_at(gate, 0.7, "saturated") == ("saturated", 3)
    assert stop_at(gate[:0], 0.5, "nan") == ("nan", 0)
    with pytest.raises(ValueError, match=r"before its gate was over 0\.7"):
        stop_at(gate, 0.7, "gate")


@given(
    counts=st.lists(st.integers(1, 12), min_size=1, max_size=4),
    batch_size=st.integers(1, 5),
    frames_per_step=st.sampled_from([1, 3]),
    saturation_frames=st.sampled_from([0, 20]),
)
@settings(max_examples=4, deadline=None)
def test_one_run_tells_the_stop_of_every_threshold(
    counts, batch_size, frames_per_step, saturation_frames
):
    model = hesitant_model(frames_per_step=frames_per_step)
    config = InferConfig(max_frames=60, batch_size=batch_size, saturation_frames=saturation_frames)
    sentences = [sentence(count, seed) for count in counts for seed in (1, 2)]
    runs = speak(model, sentences, config, past_gate=0.95)
    for threshold in (0.05, 0.5, 0.95):
        real = speak(model, sentences[::-1], replace(config, gate_threshold=threshold))[::-1]
        for run, wanted in zip(runs, real, strict=True):
            stop, steps = stop_at(run.gate, threshold, run.stop)
            assert (stop, steps * frames_per_step) == (wanted.stop, wanted.frames)
            close(run.gate[:steps], wanted.gate)
            close(run.alignment[:steps], wanted.alignment)


def test_gates_of_all_kinds_were_among_them():
    sentences = [sentence(count, seed) for count in range(1, 12) for seed in (1, 2)]
    config = InferConfig(max_frames=90, saturation_frames=20)
    runs = speak(hesitant_model(), sentences, config, past_gate=0.95)
    assert {run.stop for run in runs} >= {"limit", "saturated"}
    steps = {
        stop_at(run.gate, threshold, run.stop) for run in runs for threshold in THRESHOLDS[:-1]
    }
    assert len({length for stop, length in steps if stop == "gate"}) > 10


def test_a_band_holds_a_curve_that_ended_where_it_was():
    band = gate_band([np.array([0.0, 0.2, 1.0]), np.array([0.0, 0.4]), np.zeros(0)])
    np.testing.assert_allclose(band.middle, [0, 0.3, 0.7])
    assert (band.low <= band.middle).all()
    assert (band.middle <= band.high).all()
    assert len(gate_band([np.zeros(0)]).middle) == 0
