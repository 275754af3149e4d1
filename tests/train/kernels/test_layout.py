import pytest
import torch

from voiceprep.train.kernels.layout import check_contiguous, check_rows


def test_rows_may_lie_apart_but_their_elements_may_not():
    check_rows(torch.zeros(3, 4)[:, :2], None, torch.zeros(4, 1).t())
    with pytest.raises(ValueError, match="rows not contiguous"):
        check_rows(torch.zeros(3, 4).t())


def test_where_strides_are_not_given_rows_may_not_lie_apart_either():
    check_contiguous(torch.zeros(3, 4), None)
    with pytest.raises(ValueError, match="not contiguous"):
        check_contiguous(torch.zeros(3, 4)[:, :2])
