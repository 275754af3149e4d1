import math
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.errors import Unreadable
from voiceprep.train.data.items import Item, Items, collate

FLOOR = math.log(1e-5)


def item(name="a", symbols=(1, 2, 3), frames=10, path="a.npy"):
    return Item(name, np.array(symbols, np.int16), frames, Path(path))


def reader(channels=4):
    """A mel for each path `N.npy`: N frames of the value N."""
    return lambda path: np.full((channels, int(path.stem)), int(path.stem), np.float32)


def test_the_digest_changes_with_ids_texts_and_lengths_in_any_order():
    clips = [item("a"), item("b", frames=20)]
    digest = Items(clips).digest()
    assert Items(clips[::-1]).digest() == digest
    others = (item("c"), item("a", symbols=(1, 2)), item("a", frames=11))
    assert all(Items([other, clips[1]]).digest() != digest for other in others)
    assert Items(clips[:1]).digest() != digest


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
many = st.lists(st.tuples(names, st.lists(st.integers(1, 200)), st.integers(1, 9999)))


@given(many)
def test_items_are_what_went_in(rows):
    put_in = [item(name, symbols, frames) for name, symbols, frames in rows]
    items = Items(put_in)
    assert [(i.id, i.symbols.tolist(), i.frames) for i in items] == [
        (name, symbols, frames) for name, symbols, frames in rows
    ]
    assert items.frames.tolist() == [frames for _, _, frames in rows]
    assert items.text_lengths.tolist() == [len(symbols) for _, symbols, _ in rows]


def test_items_are_reached_from_both_ends_and_in_slices():
    items = Items(item(name) for name in "abcd")
    assert items[-1].id == items[3].id == "d"
    assert [one.id for one in items[1:3]] == ["b", "c"]
    assert items[1:3].frames.tolist() == [10, 10]
    with pytest.raises(IndexError):
        items[4]


def test_a_name_that_is_no_utf8_keeps_its_bytes():
    (one,) = Items([item("a\udcff", path="wavs/a\udcff.wav")])
    assert (one.id, one.path) == ("a\udcff", Path("wavs/a\udcff.wav"))


def test_ten_thousand_clips_take_few_bytes():
    items = Items(
        item(f"LJ001-{n:05d}", [5] * 100, 600, f"/data/mels/LJ001-{n:05d}.npy")
        for n in range(10_000)
    )
    # All that is held, as nothing else is: what a copy for another process would be, too.
    assert len(pickle.dumps(items)) < 400 * 10_000


def test_a_batch_is_padded_with_silence():
    clips = [item("a", [1, 2, 3], 5, "5.npy"), item("b", [4], 9, "9.npy")]
    batch = collate(clips, reader(), gate_tail=8)
    assert batch.ids == ("a", "b")
    assert batch.text.tolist() == [[1, 2, 3], [4, 0, 0]]
    assert batch.text_lengths.tolist() == [3, 1]
    assert batch.mel_lengths.tolist() == [5, 9]
    assert batch.mel.shape == (2, 4, 17)
    assert (batch.mel[0, :, :5] == 5).all()
    assert torch.allclose(batch.mel[0, :, 5:], torch.tensor(FLOOR))
    assert batch.text.dtype == batch.text_lengths.dtype == batch.mel_lengths.dtype == torch.int64
    assert batch.mel.dtype == torch.float32


@given(st.lists(st.integers(1, 60), min_size=1, max_size=5), st.integers(1, 5), st.integers(0, 12))
def test_a_batch_has_whole_steps_and_room_for_the_tail(frames, per_step, tail):
    clips = [item(frames=count, path=f"{count}.npy") for count in frames]
    batch = collate(clips, reader(), per_step, tail)
    size = batch.mel.shape[2]
    assert size % per_step == 0
    assert size >= max(frames) + tail
    assert size < max(frames) + tail + 2 * per_step


def test_another_floor_is_another_silence():
    batch = collate([item(path="3.npy")], reader(), 1, 2, log_floor=1e-3)
    assert torch.allclose(batch.mel[..., 3:], torch.tensor(math.log(1e-3)))


def test_a_mel_that_cannot_be_read_names_its_clip():
    def read(path):
        raise Unreadable("a.npy: gone")

    with pytest.raises(Unreadable, match=r"^clip-7: a\.npy: gone"):
        collate([item("clip-7")], read)
