"""Where in the text a voice was: on attention whose course is known."""

import numpy as np
import pytest

from tests.train.diagnosis.test_alignment import PACE, spread, text_path
from voiceprep.train.diagnosis.attention_path import follow_attention

STEP = 0.0116


def test_a_text_that_was_read_was_read_whole():
    found = follow_attention(spread(text_path() + [39] * 40), STEP)
    assert (found.read, found.lost, found.end, found.unread) == (1, 0, 37 * PACE, 0)
    assert (found.pace, found.left) == (PACE, 0)


def test_attention_on_all_symbols_is_nowhere_for_as_long():
    blurred = np.full((60, 40), 1 / 40)
    found = follow_attention(
        np.concatenate([spread(text_path(0, 20)), blurred, spread(text_path(20))]), STEP
    )
    assert found.lost == pytest.approx(60, abs=5)
    assert found.read == pytest.approx(1, abs=0.06)


def test_attention_on_another_place_at_each_step_is_nowhere():
    wild = np.random.default_rng(0).integers(0, 40, 80)
    found = follow_attention(spread(text_path(0, 20) + list(wild)), STEP)
    assert found.lost > 70
    assert found.read == pytest.approx(0.5, abs=0.1)
    assert found.unread > 10


def test_a_jump_or_two_are_a_way_to_read():
    found = follow_attention(spread(text_path(0, 20) + text_path(10, 20) + text_path(30)), STEP)
    assert (found.lost, found.unread) == (0, 0)
    assert found.read == pytest.approx(0.75)


def test_a_return_into_the_text_after_the_end_is_counted():
    found = follow_attention(spread(text_path() + [39] * 20 + text_path(10, 20) + [39] * 30), STEP)
    assert found.left == pytest.approx(10 * PACE, abs=2)


def test_of_nothing_nothing_is_read():
    assert follow_attention(np.zeros((0, 12)), STEP).unread == 12
    assert follow_attention(np.zeros((0, 0)), STEP).read == 0
    assert follow_attention(np.ones((30, 1)), STEP).read == 1
