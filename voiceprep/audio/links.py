"""Streams of sound that follow one another in one file, brought to one form."""

from collections.abc import Iterator, Sequence

import numpy as np
import soxr

from ..errors import Unusable


def describe_changes(rates: Sequence[int], channels: Sequence[int]) -> tuple[str, ...]:
    """Warnings where streams differ; raises Unusable where their channels cannot be joined."""
    changes = []
    for name, values in (("sampling rate", rates), ("number of channels", channels)):
        if len(set(values)) > 1:
            changes.append(f"its {name} changes: {' then '.join(map(str, values))}")
    if not set(channels) <= {1, max(channels)}:
        raise Unusable(f"{changes[-1]}: split it first")
    return tuple(changes)


def conform(
    blocks: Iterator[np.ndarray], rate: int, channels: int, to_rate: int, to_channels: int
) -> Iterator[np.ndarray]:
    """Blocks of a stream at another rate, its only channel repeated where more are wanted."""
    if rate != to_rate:
        blocks = _resample(blocks, rate, channels, to_rate)
    for block in blocks:
        yield np.repeat(block, to_channels // channels, axis=1)


def _resample(
    blocks: Iterator[np.ndarray], rate: int, channels: int, to_rate: int
) -> Iterator[np.ndarray]:
    stream = soxr.ResampleStream(rate, to_rate, channels, "float32", "VHQ")
    for block in blocks:
        yield stream.resample_chunk(np.ascontiguousarray(block)).reshape(-1, channels)
    rest = np.zeros((0, channels), np.float32)
    yield stream.resample_chunk(rest, last=True).reshape(-1, channels)
