"""Clips to train on, stored compactly, and padded batches of them."""

import hashlib
import os
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import overload

import numpy as np
import torch

from ...errors import ClipError
from ..tensors import Batch


@dataclass(frozen=True)
class Item:
    """One clip: its symbol ids, int16 (N,), the frames of its mel, and the file.

    `path` is that of the mel, or of the wav to compute it from.
    """

    id: str
    symbols: np.ndarray
    frames: int
    path: Path


class Items(Sequence[Item]):
    """Many items in a few arrays: some 300 bytes for a clip of 100 symbols.

    `frames` and `text_lengths`, int32 (clips,), are what batches are planned from.
    """

    def __init__(self, items: Iterable[Item] = ()):
        names, paths, symbols, frames = bytearray(), bytearray(), array("h"), array("i")
        ends: list[array[int]] = [array("q", [0]) for _ in range(3)]
        for item in items:
            names += item.id.encode("utf-8", "surrogateescape")
            paths += os.fsencode(item.path)
            symbols.frombytes(item.symbols.astype(np.int16).tobytes())
            frames.append(item.frames)
            for column, end in zip((names, paths, symbols), ends, strict=True):
                end.append(len(column))
        self._names, self._paths = bytes(names), bytes(paths)
        self._symbols = np.array(symbols, np.int16)
        self._ends = [np.array(end, np.int64) for end in ends]
        self.frames = np.array(frames, np.int32)
        self.text_lengths = np.diff(self._ends[2]).astype(np.int32)

    def digest(self, ordered: bool = False) -> str:
        """Sixteen hexadecimal digits that change with the ids, texts and lengths, in any order.

        If `ordered`, they change with the order too.
        """
        facts = [(item.id, item.frames, item.symbols.tobytes()) for item in self]
        if not ordered:
            facts.sort()
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]

    def symbol_counts(self, size: int) -> list[int]:
        """How often each of `size` symbols occurs in all texts, by id."""
        return np.bincount(self._symbols, minlength=size).tolist()  # type: ignore[no-any-return]

    def __len__(self) -> int:
        return len(self.frames)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> "Items": ...
    def __getitem__(self, index: int | slice) -> "Item | Items":
        if isinstance(index, slice):
            return Items(self[place] for place in range(*index.indices(len(self))))
        place = range(len(self))[index]
        name, path, symbols = (slice(end[place], end[place + 1]) for end in self._ends)
        return Item(
            self._names[name].decode("utf-8", "surrogateescape"),
            self._symbols[symbols],
            int(self.frames[place]),
            Path(os.fsdecode(self._paths[path])),
        )


def collate(
    items: Sequence[Item],
    read: Callable[[Path], np.ndarray],
    frames_per_step: int = 1,
    gate_tail: int = 0,
    log_floor: float = 1e-5,
) -> Batch:
    """A batch of the items, in their order; `read` returns the mel of a path, (M, T).

    Mels are padded with the logarithm of `log_floor`, the value of silence, to whole decoder
    steps with at least `gate_tail` frames after the longest. Raises ClipError naming the clip
    whose mel cannot be read.
    """
    mels = [_read(item, read) for item in items]
    mel_lengths = [mel.shape[1] for mel in mels]
    steps = -(-max(mel_lengths) // frames_per_step) + -(-gate_tail // frames_per_step)
    shape = (len(items), mels[0].shape[0], steps * frames_per_step)
    mel_batch = np.full(shape, log(log_floor), np.float32)
    text_lengths = [len(item.symbols) for item in items]
    text = np.zeros((len(items), max(text_lengths)), np.int64)
    for place, (item, mel) in enumerate(zip(items, mels, strict=True)):
        text[place, : len(item.symbols)] = item.symbols
        mel_batch[place, :, : mel.shape[1]] = mel
    return Batch(
        tuple(item.id for item in items),
        torch.from_numpy(text),
        torch.tensor(text_lengths),
        torch.from_numpy(mel_batch),
        torch.tensor(mel_lengths),
    )


def _read(item: Item, read: Callable[[Path], np.ndarray]) -> np.ndarray:
    try:
        return read(item.path)
    except ClipError as error:
        raise type(error)(f"{item.id}: {error.why}", error.seconds) from None
