"""Faults in training clips that are made, and found again."""

import numpy as np
import pytest

from tests.train.made_checkpoints import VOICE
from voiceprep.train.data.items import Item, Items
from voiceprep.train.diagnosis.data_hints import describe_hints, inspect_training_data
from voiceprep.train.frontend import read_sentence

FRAME_SECONDS = VOICE.mel.hop_length / VOICE.mel.rate


def items_of(tmp_path, count=40, long_tails=0, odd=()):
    """Clips that say 'a b' at one pace, some with half a second of silence at their end."""
    items, symbols = [], np.array(read_sentence("a b", VOICE).ids, np.int16)
    for number in range(count):
        frames = 60 + number % 7 + (400 if number in odd else 0)
        mel = np.full((10, frames), -3.0, np.float32)
        quiet = round((0.5 if number < long_tails else 0.1) / FRAME_SECONDS)
        mel[:, -quiet:] = -10
        path = tmp_path / f"{number}.npy"
        np.save(path, mel)
        items.append(Item(f"clip-{number}", symbols, frames, path))
    return Items(items)


def inspect(items, *texts):
    return inspect_training_data(
        items, np.load, VOICE, [read_sentence(text, VOICE) for text in texts]
    )


def test_clips_with_a_long_silence_at_the_end_are_counted(tmp_path):
    found = inspect(items_of(tmp_path, long_tails=10))
    assert (found.clips, found.looked_at, found.tails) == (40, 40, 0.25)
    assert "25 % of 40 training clips are silent for over 0.35 s" in describe_hints(found)[0]


def test_clips_whose_length_does_not_fit_their_text_are_named(tmp_path):
    found = inspect(items_of(tmp_path, odd=(11, 30)))
    assert sorted(found.odd) == ["clip-11", "clip-30"]
    assert describe_hints(found)[0].startswith("2 of 40 training clips are too long or too short")


def test_rare_symbols_are_named_with_their_counts(tmp_path):
    found = inspect(items_of(tmp_path), "a b?", "z")
    assert found.rare == {"?": 0, "z": 0}
    assert describe_hints(found) == [
        "symbols of the failing sentences that are in few training clips: '?' in 0, 'z' in 0"
    ]


def test_of_clips_without_fault_nothing_is_said(tmp_path):
    assert describe_hints(inspect(items_of(tmp_path), "b a")) == []
    with pytest.raises(ValueError, match="no clips"):
        inspect(Items([]))
