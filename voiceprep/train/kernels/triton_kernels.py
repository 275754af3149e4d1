"""Whether kernels written in Triton can run, and what they ask of their tensors.

This module does not need Triton; the modules with kernels do: import them where it is available.
"""

import torch
from torch import Tensor

# The first GPUs with bfloat16 and TF32.
OLDEST_CAPABILITY = (8, 0)


def available(device: torch.device) -> str:
    """Why kernels written in Triton do not run on a device; empty where they do."""
    try:
        from triton import knobs
    except ImportError as error:
        return f"triton cannot be imported: {error}"
    if knobs.runtime.interpret:
        return ""
    if device.type != "cuda":
        return f"triton does not run on {device.type}"
    major, minor = torch.cuda.get_device_capability(device)
    if (major, minor) < OLDEST_CAPABILITY:
        return f"{device} is of compute capability {major}.{minor}: the kernels need 8.0 at least"
    return ""


def check_contiguous(*tensors: Tensor | None) -> None:
    """A kernel that is given no strides must not read or write between the elements."""
    for tensor in tensors:
        if tensor is not None and not tensor.is_contiguous():
            raise ValueError(f"not contiguous: {tuple(tensor.shape)}, strides {tensor.stride()}")


def check_rows(*tensors: Tensor | None) -> None:
    """Rows may be apart, but the elements of a row must lie side by side."""
    for tensor in tensors:
        if tensor is not None and tensor.shape[-1] > 1 and tensor.stride(-1) != 1:
            raise ValueError(f"rows not contiguous: {tuple(tensor.shape)}, {tensor.stride()}")
