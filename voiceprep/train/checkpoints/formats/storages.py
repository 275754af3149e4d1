"""The storages of one file of torch.save, which take no more memory than the file has bytes."""

import math
import pickle
from typing import Any

import torch
from torch import Tensor

# The tensors of a file may be the same storage over and over, as tied weights are, so many times.
_MOST_VIEWS = 8
_MOST_TENSORS = 100_000
_MOST_AXES = 8
# The longest axis of a tensor that has no elements, as a mel without frames.
_LONGEST_EMPTY = 1 << 16


class RefusedSize(pickle.UnpicklingError):
    """A size that the file cannot have."""


class MemoryBudget:
    """What the storages and tensors of a file of `size` bytes have taken of it."""

    def __init__(self, size: int):
        self.size = size
        self._taken = self._viewed = self._tensors = 0

    def take(self, size: int) -> None:
        """Count the bytes of a storage; raises RefusedSize where the file cannot hold them."""
        self._taken += size
        if self._taken > self.size:
            raise RefusedSize("its storages are larger than the file")

    def view(self, size: int) -> None:
        """Count the bytes of a tensor; raises RefusedSize where they use the file too often."""
        self._viewed += size
        self._tensors += 1
        if self._viewed > _MOST_VIEWS * self.size or self._tensors > _MOST_TENSORS:
            raise RefusedSize("its tensors are larger than the file")


class Storage:
    """`count` elements of a dtype in a file's memory, from an offset in elements."""

    def __init__(
        self,
        budget: MemoryBudget,
        data: torch.UntypedStorage,
        dtype: torch.dtype,
        count: int,
        offset: int = 0,
    ):
        self.data, self.dtype, self.count = data, dtype, count
        self._budget, self._offset = budget, offset

    def same(self, dtype: torch.dtype, count: int) -> "Storage":
        """The storage itself; raises RefusedSize where it is asked for as another one."""
        if (dtype, count) != (self.dtype, self.count):
            raise RefusedSize("a storage has two sizes")
        return self

    def part(self, offset: Any, count: Any) -> "Storage":
        """A part of the storage; raises RefusedSize where it reaches beyond."""
        if not (whole(offset) and whole(count) and offset + count <= self.count):
            raise RefusedSize("a part of a storage reaches beyond it")
        return Storage(self._budget, self.data, self.dtype, count, self._offset + offset)

    def view(self, offset: Any, size: Any, stride: Any) -> Tensor:
        """A tensor of the elements; raises RefusedSize where it reaches beyond or repeats them."""
        axes = (size, stride)
        plain = all(type(axis) is tuple and all(map(whole, axis)) for axis in axes)
        if not (plain and whole(offset) and len(size) == len(stride) <= _MOST_AXES):
            raise RefusedSize("a tensor's sizes and strides are not plain")
        elements = math.prod(size)
        if elements:
            steps = ((length - 1) * step for length, step in zip(size, stride, strict=True))
            fits = elements <= self.count and offset + sum(steps) < self.count
        else:
            fits = offset <= self.count and max(size) <= _LONGEST_EMPTY
        if not fits:
            raise RefusedSize(
                f"sizes {size} and strides {stride} do not fit a storage of {self.count} elements"
            )
        self._budget.view(elements * self.dtype.itemsize)
        if not elements:
            return torch.empty(size, dtype=self.dtype)
        view = torch.empty(0, dtype=self.dtype)
        return view.set_(self.data, self._offset + offset, size, stride)


def whole(number: Any) -> bool:
    """Whether it is a whole number from 0."""
    return type(number) is int and number >= 0
