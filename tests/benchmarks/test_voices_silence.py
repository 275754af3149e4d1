"""What is known of clips made of gathered voices, and how it is marked."""

import numpy as np
import pytest
from voices_silence import (
    RATE,
    Marks,
    Voices,
    any_noise,
    ends_in_fricative,
    figures,
    has_clear_ends,
    loud_ended,
    pauses,
    unchanged,
    volunteers_room,
)


@pytest.fixture
def noise():
    return np.random.default_rng(3).standard_normal(2 * RATE).astype(np.float32) / 10


def test_what_trim_kept_is_found_again(noise):
    start, end = unchanged(noise, noise[RATE // 2 : RATE].copy())
    assert (start, end) == pytest.approx((0.495, 1.005), abs=1e-3)


def test_what_trim_replaced_is_not_what_it_kept(noise):
    trimmed = noise[RATE // 2 : RATE].copy()
    trimmed[-RATE // 10 :] = noise[: RATE // 10]
    start, end = unchanged(noise, trimmed)
    assert (start, end) == pytest.approx((0.495, 0.905), abs=1e-3)


def test_padding_before_a_clip_is_not_of_the_clip(noise):
    padded = np.concatenate((np.zeros(RATE // 4, np.float32), noise[: RATE // 2]))
    start, end = unchanged(noise, padded)
    assert (start, end) == pytest.approx((-0.005, 0.505), abs=1e-3)


def test_ends_are_clear_that_the_gate_can_tell_from_speech(noise):
    faded = np.concatenate(
        (np.zeros(RATE // 5, np.float32), noise, np.zeros(RATE // 5, np.float32))
    )
    assert has_clear_ends(faded)
    assert not has_clear_ends(noise)
    assert not has_clear_ends(faded + noise.std() / 100)
    assert not has_clear_ends(faded[:100])
    hiss = np.concatenate((faded[: -RATE // 5], noise[:RATE] / 50, np.zeros(RATE // 5, np.float32)))
    assert not has_clear_ends(hiss)
    decay = np.exp(-np.arange(RATE) / (0.03 * RATE)).astype(np.float32)
    assert has_clear_ends(np.concatenate((faded[: -RATE // 5], noise[:RATE] * decay)))
    assert not has_clear_ends(np.concatenate((faded[: -RATE // 5], noise[:RATE] * decay**0.2)))


def test_a_hiss_at_the_end_is_a_fricative_and_a_vowel_is_none(noise):
    vowel = np.sin(np.arange(RATE) / 20).astype(np.float32) / 10
    assert ends_in_fricative(np.concatenate((vowel, noise[: RATE // 10])))
    assert not ends_in_fricative(np.concatenate((noise, vowel)))


def test_a_hard_end_is_no_splinter_beside_a_pause(noise):
    splinter = np.concatenate((noise, np.zeros(RATE // 5, np.float32), noise[: RATE // 50]))
    kept = list(loud_ended(iter([splinter, noise, splinter[::-1]])))
    assert len(kept) == 1 and kept[0] is noise


def test_the_cells_of_a_row_tell_edges_and_losses_apart():
    marks = [
        Marks((10.0, -10.0), (0.0, 0.0)),
        Marks((-300.0, 20.0), (0.0, 0.0)),
        Marks((80.0, 0.0), None),
        Marks((0.0, -200.0), (0.0, 100.0)),
        Marks((0.0, np.nan), (0.0, 0.0)),
        Marks(None, None),
    ]
    assert figures(marks) == [
        "10", "260", "33.3 %", "16.7 %", "10.0 %", "16.7 %", "16.7 %", "16.7 %", "0.0 %",
    ]  # fmt: skip


def test_a_room_is_a_pause_that_somebody_recorded(monkeypatch, noise):
    silent = np.concatenate((noise, np.zeros(2 * RATE, np.float32)))
    hissing = silent + np.random.default_rng(4).standard_normal(len(silent)) / 2000
    sounds = {"silent": silent, "hissing": hissing, "loud": noise}
    monkeypatch.setattr("voices_silence.read", sounds.get)
    assert pauses(("silent", "loud")) == []
    (piece,) = pauses(("silent", "hissing"))
    assert np.sqrt(np.mean(piece**2)) == pytest.approx(1)
    voices = Voices((), (), (), {"a": ("silent",), "b": ("hissing",)})
    room = volunteers_room(voices, 3 * RATE, np.random.default_rng(0))
    assert len(room) == 3 * RATE
    levels = np.sqrt(np.mean(room.reshape(30, -1) ** 2, axis=1))
    assert levels.min() > 0.8 and levels.max() < 1.2


def test_known_noises_are_those_of_the_made_truth():
    white = any_noise(Voices((), (), (), {}), "white", 1000, np.random.default_rng(1))
    assert np.array_equal(white, np.random.default_rng(1).standard_normal(1000))
