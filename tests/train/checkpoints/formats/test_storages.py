import pytest
import torch

from tests.train.made_pickles import limited_memory
from voiceprep.train.checkpoints.formats.storages import MemoryBudget, RefusedSize, Storage


def made(count=12, size=None):
    data = torch.arange(float(count))
    storage = data.untyped_storage()
    return Storage(MemoryBudget(size or storage.nbytes()), storage, torch.float32, count)


@pytest.mark.parametrize(
    ("offset", "size", "stride"),
    [
        (0, (12,), (1,)),
        (0, (3, 4), (4, 1)),
        (0, (3, 4), (1, 3)),
        (4, (2, 2), (4, 1)),
        (11, (1,), (1,)),
        (11, (), ()),
        (0, (1, 12), (10**18, 1)),
        (0, (2, 2), (1, 1)),
    ],
)
def test_a_tensor_is_a_view_of_its_storage(offset, size, stride):
    view = made().view(offset, size, stride)
    assert torch.equal(view, torch.arange(12.0).as_strided(size, stride, offset))


@pytest.mark.parametrize(
    ("offset", "size", "stride"),
    [
        (0, (13,), (1,)),
        (1, (12,), (1,)),
        (12, (1,), (1,)),
        (12, (), ()),
        (0, (2,), (12,)),
        (0, (2, 2), (11, 1)),
        (0, (13,), (0,)),
        (0, (2**31,), (0,)),
        (0, (2**33, 2), (0, 0)),
        (0, (2**63, 2**63), (1, 1)),
        (10**30, (1,), (1,)),
        (0, (10**30, 0), (1, 1)),
        (0, (65537, 0), (1, 1)),
        (13, (0,), (1,)),
    ],
)
def test_a_tensor_reaches_no_further_than_its_storage(offset, size, stride):
    with limited_memory(), pytest.raises(RefusedSize, match="do not fit a storage of 12"):
        made().view(offset, size, stride)


@pytest.mark.parametrize(
    ("offset", "size", "stride"),
    [
        (-1, (1,), (1,)),
        (0, (-1,), (1,)),
        (11, (12,), (-1,)),
        (0, (1, 1), (1,)),
        (0, [1], [1]),
        (0, 1, 1),
        (0, (1.0,), (1,)),
        (True, (1,), (1,)),
        (None, (1,), (1,)),
        (0, ("1",), (1,)),
        (0, (1,) * 9, (1,) * 9),
    ],
)
def test_sizes_and_strides_are_plain(offset, size, stride):
    with pytest.raises(RefusedSize, match="not plain"):
        made().view(offset, size, stride)


def test_a_tensor_without_elements_may_have_axes():
    assert made().view(0, (80, 0), (1, 1)).shape == (80, 0)
    assert made().view(0, (0,), (1,)).dtype == torch.float32


def test_the_tensors_of_a_file_are_not_much_larger_than_it():
    storage = made(size=48)
    for _ in range(8):
        storage.view(0, (12,), (1,))
    with pytest.raises(RefusedSize, match="tensors are larger than the file"):
        storage.view(0, (1,), (1,))


def test_the_storages_of_a_file_are_not_larger_than_it():
    budget = MemoryBudget(100)
    budget.take(60)
    budget.take(40)
    with pytest.raises(RefusedSize, match="storages are larger than the file"):
        budget.take(1)


def test_a_part_lies_within_its_storage():
    part = made().part(4, 8)
    assert torch.equal(part.view(1, (7,), (1,)), torch.arange(5.0, 12.0))
    assert torch.equal(part.part(2, 1).view(0, (), ()), torch.tensor(6.0))
    with pytest.raises(RefusedSize):
        part.view(1, (8,), (1,))
    for offset, count in ((5, 8), (-1, 2), (0, 10**30), (0, -1), (None, 1), (1.0, 1)):
        with pytest.raises(RefusedSize, match="reaches beyond"):
            made().part(offset, count)


def test_a_storage_has_one_size():
    storage = made()
    assert storage.same(torch.float32, 12) is storage
    for dtype, count in ((torch.float32, 11), (torch.int32, 12)):
        with pytest.raises(RefusedSize, match="two sizes"):
            storage.same(dtype, count)
