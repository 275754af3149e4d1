"""What a kernel asks of its tensors: it sees addresses, and would read and write elsewhere."""

from torch import Tensor


def check_contiguous(*tensors: Tensor | None) -> None:
    """For tensors whose strides the kernel is not told."""
    for tensor in tensors:
        if tensor is not None and not tensor.is_contiguous():
            raise ValueError(f"not contiguous: {tuple(tensor.shape)}, strides {tensor.stride()}")


def check_rows(*tensors: Tensor | None) -> None:
    """Rows may be apart, but the elements of a row must lie side by side."""
    for tensor in tensors:
        if tensor is not None and tensor.shape[-1] > 1 and tensor.stride(-1) != 1:
            raise ValueError(f"rows not contiguous: {tuple(tensor.shape)}, {tensor.stride()}")
