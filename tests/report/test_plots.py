import struct

import numpy as np
import pytest

from voiceprep.report.plots import (
    LONGEST_SECONDS,
    AlignmentPlot,
    Curve,
    draw_alignment,
    draw_losses,
    draw_silences,
)


def size_of(path):
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG")
    return struct.unpack(">II", data[16:24])


@pytest.mark.parametrize(
    "values", [[], [0.3], [0.0, 0.0], [0.1, 0.2, 7.5], [LONGEST_SECONDS], [1e-9]]
)
def test_a_histogram_is_drawn_of_however_few_and_however_long_silences(tmp_path, values):
    draw_silences({"before": [0.1], "after": values}, tmp_path / "a.png")
    width, height = size_of(tmp_path / "a.png")
    assert width > 800
    assert height > 400


def test_every_silence_is_in_a_bar_and_those_beyond_the_end_are_labelled(tmp_path):
    draw_silences({"after": [0.1, 0.2, 9.0]}, tmp_path / "a.svg")
    drawn = (tmp_path / "a.svg").read_text()
    assert "<!-- after: 3, median 0.20 s, longest 9.00 s -->" in drawn
    assert "<!-- seconds (last bar: and longer) -->" in drawn


def test_the_same_silences_give_the_same_picture(tmp_path):
    for name in ("a.png", "b.png"):
        draw_silences({"after": [0.1, 0.2]}, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_picture_that_cannot_be_drawn_leaves_the_old_one(tmp_path):
    draw_silences({"after": [0.1]}, tmp_path / "a.png")
    before = (tmp_path / "a.png").read_bytes()
    with pytest.raises(TypeError):
        draw_silences({"after": [None]}, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


# ----------------------------------------------------------------------------- losses of training


def svg(draw, tmp_path, *given, **named):
    target = tmp_path / "a.svg"
    draw(*given, target, **named)
    return target.read_text()


def test_curves_of_losses_are_drawn_with_their_names(tmp_path):
    curves = [
        Curve("each iteration", [0.5, 1.0], [3.0, 0.2], soft=True),
        Curve("val", [1.0], [0.3], dots=True, colour=1),
    ]
    draw_losses(curves, tmp_path / "a.png")
    assert min(size_of(tmp_path / "a.png")) > 400
    drawn = svg(draw_losses, tmp_path, curves)
    for label in ("each iteration", "val", "epochs", "loss"):
        assert f"<!-- {label} -->" in drawn


def test_losses_below_zero_and_losses_over_decades_have_their_scales(tmp_path):
    wide = svg(draw_losses, tmp_path, [Curve("t", [1, 2], [5.0, 0.05])])
    assert "<!-- 0.1 -->" in wide
    assert "<!-- 0.2 -->" in wide
    below = svg(draw_losses, tmp_path, [Curve("t", [1, 2, 3], [5.0, 0.05, -6.0])])
    assert "<!-- −6 -->" in below


def test_losses_that_are_not_finite_are_counted(tmp_path):
    nan, infinite = float("nan"), float("inf")
    drawn = svg(draw_losses, tmp_path, [Curve("train", [1, 2, 3, 4], [1.0, nan, infinite, 0.5])])
    assert "<!-- train (2 not a number) -->" in drawn


@pytest.mark.parametrize(
    "curves", [[], [Curve("t", [], [])], [Curve("t", [3], [float("nan")])], [Curve("t", [1], [2])]]
)
def test_however_few_losses_are_drawn(tmp_path, curves):
    draw_losses(curves, tmp_path / "a.png")
    assert min(size_of(tmp_path / "a.png")) > 400


def test_a_file_name_with_dollars_is_a_name(tmp_path):
    assert "<!-- $a_{b -->" in svg(draw_losses, tmp_path, [Curve("$a_{b", [1, 2], [1, 2])])


# ---------------------------------------------------------------------------------- one utterance


def plot(steps=20, symbols=9, frames=40, **more):
    places = np.linspace(0, symbols - 1, steps)[:, np.newaxis]
    alignment = np.exp(-np.square(np.arange(symbols) - places))
    gate = 1 / (1 + np.exp(-(np.arange(steps) - steps + 3.0)))
    return AlignmentPlot(np.zeros((80, frames)), alignment, gate, **more)


def test_the_stop_is_labelled_in_steps_or_in_seconds(tmp_path):
    drawn = svg(draw_alignment, tmp_path, plot(stop=17, text="Hello."))
    assert "<!-- Hello.  (stopped at step 17) -->" in drawn
    assert "<!-- frames -->" in drawn
    drawn = svg(draw_alignment, tmp_path, plot(stop=17), frame_seconds=0.01)
    # Two frames a step: the middle of step 17 is frame 35.
    assert "<!-- (stopped at 0.35 s) -->" in drawn
    assert "<!-- seconds -->" in drawn


def test_speech_that_did_not_stop_is_labelled(tmp_path):
    assert "<!-- (did not stop) -->" in svg(draw_alignment, tmp_path, plot())


def test_the_recording_is_beside_it(tmp_path):
    draw_alignment(plot(), tmp_path / "alone.png")
    draw_alignment(plot(recorded=np.zeros((80, 55))), tmp_path / "both.png")
    assert size_of(tmp_path / "both.png")[1] > size_of(tmp_path / "alone.png")[1]


@pytest.mark.parametrize(
    "text", ["It costs $2.50, or $3.", "a" * 500, "word " * 200, "Füße, 雨", "line\nline", "<&>"]
)
def test_any_sentence_may_stand_above(tmp_path, text):
    draw_alignment(plot(text=text, stop=3), tmp_path / "a.png")
    assert size_of(tmp_path / "a.png")[0] == 1040


@pytest.mark.parametrize(
    "shape", [{"steps": 1, "symbols": 1, "frames": 1}, {"frames": 0}, {"steps": 300, "frames": 900}]
)
def test_however_short_speech_is_drawn(tmp_path, shape):
    draw_alignment(plot(**shape), tmp_path / "a.png", frame_seconds=0.01)
    assert min(size_of(tmp_path / "a.png")) > 400


def test_values_that_are_not_finite_are_drawn(tmp_path):
    lost = AlignmentPlot(np.full((80, 40), np.nan), np.full((20, 9), np.nan), np.full(20, np.nan))
    draw_alignment(lost, tmp_path / "a.png")
    assert min(size_of(tmp_path / "a.png")) > 400
