"""Alignments with a known fault, and the measures that must show it and no other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceprep.train.diagnosis.alignment import (
    end_size,
    has_formed,
    is_diagonal,
    measure_alignment,
    read_path,
    saturation_step,
)

SYMBOLS, PACE = 40, 5


def spread(path, symbols=SYMBOLS, width=0.7, noise=0.0, seed=0):
    """Attention around a path, each row a distribution."""
    path = np.asarray(path, float)[:, None]
    weights = np.exp(-((np.arange(symbols) - path) ** 2) / (2 * width**2))
    weights += noise * np.random.default_rng(seed).random(weights.shape)
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)


def text_path(first=0, last=SYMBOLS, pace=PACE):
    return list(np.repeat(np.arange(first, last), pace))


def test_a_sharp_diagonal_has_no_fault():
    found = measure_alignment(np.repeat(np.eye(SYMBOLS), PACE, 0))
    assert (found.steps, found.symbols) == (200, 40)
    assert (found.focus, found.coverage, found.entropy) == (1, 1, pytest.approx(0, abs=1e-9))
    assert found.diagonality > 0.99
    assert (found.skips, found.repeats, found.longest_stall) == (0, 0, PACE)
    assert found.saturation_step == 37 * PACE
    assert is_diagonal(found)


def test_attention_spread_over_all_symbols_has_focus_on_none():
    found = measure_alignment(np.full((200, SYMBOLS), 1 / SYMBOLS))
    assert found.focus == pytest.approx(1 / SYMBOLS)
    assert found.entropy == pytest.approx(1)
    assert found.saturation_step is None
    assert not is_diagonal(found)


@pytest.mark.parametrize("place", [0, 13, 20, 39])
def test_attention_that_never_moves_is_one_long_stall(place):
    found = measure_alignment(spread([place] * 200))
    assert found.coverage < 0.15
    assert found.diagonality < 0.6
    assert found.longest_stall == (0 if place == 39 else 200)
    assert not is_diagonal(found)


def test_attention_that_is_sharp_and_wild_is_not_diagonal():
    places = np.random.default_rng(1).integers(0, SYMBOLS, 200)
    found = measure_alignment(spread(places))
    assert found.focus > 0.5
    assert found.repeats > 20
    assert not is_diagonal(found)


def test_words_that_are_left_out_are_counted_as_skips():
    path = text_path(0, 10) + text_path(16, 25) + text_path(32, 40)
    found = measure_alignment(spread(path))
    assert (found.skips, found.repeats) == (2, 0)
    assert 0.6 < found.coverage < 0.8


def test_silent_letters_are_no_skip():
    found = measure_alignment(spread(text_path(0, 10) + text_path(14, 40)))
    assert found.skips == 0


def test_words_that_are_said_again_are_counted_as_repeats_and_not_as_skips():
    path = text_path(0, 20) + text_path(12, 20) + text_path(14, 40)
    found = measure_alignment(spread(path))
    assert (found.skips, found.repeats) == (0, 2)
    assert found.coverage == 1


def test_a_single_stray_step_is_neither_skip_nor_repeat():
    path = text_path()
    path[50] = 35
    path[120] = 2
    found = measure_alignment(spread(path))
    assert (found.skips, found.repeats) == (0, 0)


def test_a_long_stay_within_the_text_is_a_stall_and_one_at_the_end_is_not():
    within = measure_alignment(spread(text_path(0, 20) + [19] * 60 + text_path(20)))
    at_end = measure_alignment(spread(text_path() + [39] * 60))
    assert within.longest_stall == PACE + 60
    assert at_end.longest_stall <= PACE + 1
    assert abs(at_end.saturation_step - 37 * PACE) <= 1


def test_attention_that_gives_up_half_way_is_not_diagonal():
    assert not is_diagonal(measure_alignment(spread(text_path(0, 20))))
    assert not is_diagonal(measure_alignment(spread([0, 1, 2])))


@given(
    symbols=st.integers(16, 120),
    paces=st.integers(0, 10_000),
    width=st.floats(0.3, 0.9),
    noise=st.floats(0, 0.004),
)
@settings(max_examples=60, deadline=None)
def test_speech_at_any_pace_is_diagonal_and_without_fault(symbols, paces, width, noise):
    stays = np.random.default_rng(paces).integers(2, 12, symbols)
    path = np.repeat(np.arange(symbols), stays)
    found = measure_alignment(spread(path, symbols, width, noise, paces))
    assert is_diagonal(found)
    assert (found.skips, found.repeats) == (0, 0)
    assert found.longest_stall <= stays.max() + 1


def test_broad_attention_that_moves_on_without_a_gap_skips_nothing():
    lumps = np.where(np.arange(SYMBOLS) % 8 == 0, 5.0, 1.0)
    weights = spread(text_path(), width=4) * lumps
    weights /= weights.sum(1, keepdims=True)
    assert (np.abs(np.diff(weights.argmax(1))) > 6).any()
    found = measure_alignment(weights)
    assert (found.skips, found.repeats) == (0, 0)


def test_attention_that_has_to_find_the_begin_has_neither_skipped_nor_gone_back():
    found = measure_alignment(spread([20, 20, 14, 14, 9, 9, *[3] * 8, *text_path()]))
    assert (found.skips, found.repeats) == (0, 0)


def test_a_look_aside_is_neither_an_end_of_the_rest_nor_of_a_stall():
    path = text_path() + [39] * 30 + [38] * 3 + [39] * 30
    assert measure_alignment(spread(path)).saturation_step == 37 * PACE
    path = text_path(0, 20) + [19] * 30 + [18] * 3 + [19] * 30 + text_path(20)
    assert measure_alignment(spread(path)).longest_stall == PACE + 63


def test_padding_is_left_out_by_the_lengths():
    whole = spread(text_path())
    padded = np.pad(whole, ((0, 33), (0, 7)), constant_values=0.3)
    assert measure_alignment(padded, 200, 40) == measure_alignment(whole)


def test_nothing_said_measures_nothing_and_broken_weights_are_refused():
    nothing = measure_alignment(np.zeros((0, 12)))
    assert (nothing.steps, nothing.symbols, nothing.coverage) == (0, 12, 0)
    assert not is_diagonal(nothing)
    assert measure_alignment(np.zeros((0, 0))).symbols == 0
    with pytest.raises(ValueError, match="not finite"):
        measure_alignment(np.full((3, 3), np.nan))


def test_one_symbol_is_read_by_looking_at_it():
    found = measure_alignment(np.ones((30, 1)))
    assert (found.focus, found.coverage, found.entropy) == (1, 1, 0)
    assert found.saturation_step == 0


def test_alignment_has_formed_once_most_alignments_are_diagonal():
    good, bad = (measure_alignment(spread(path)) for path in (text_path(), [3] * 200))
    assert has_formed([good, good, bad])
    assert not has_formed([good, bad])
    assert not has_formed([])


def test_the_end_of_a_text_is_its_last_symbols():
    assert [end_size(count) for count in (1, 9, 19, 20, 30, 300)] == [1, 1, 1, 2, 3, 3]
    assert saturation_step(spread([0] * 9 + [39] * 10)) == 9
    assert saturation_step(spread([0] * 9 + [39] * 9 + [0] * 9)) is None
    assert read_path(spread([0, 0, 9, 1, 1])).tolist() == [0, 0, 1, 1, 1]
