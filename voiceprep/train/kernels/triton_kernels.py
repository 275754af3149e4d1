"""Whether kernels written in Triton can run, found out by running one.

This module does not need Triton; the modules with kernels do: import them where it is available.
"""

import os
from functools import lru_cache

import torch

from .graphs import note

# The first GPUs with bfloat16 and TF32.
OLDEST_CAPABILITY = (8, 0)
# Devices whose steps take these kernels where they are available.
DEVICES = ["cuda"]


def chosen(device: torch.device) -> bool:
    """Whether steps on a device take kernels written in Triton; notes why a GPU does not."""
    if device.type not in DEVICES:
        return False
    reason = available(device)
    if reason:
        note(f"kernels in Triton are off: {reason}")
    return not reason


def available(device: torch.device) -> str:
    """Why kernels written in Triton do not run on a device; empty where they do.

    On a GPU the first call compiles and launches one: not while a graph is recorded.
    """
    if device.type != "cuda" and os.environ.get("TRITON_INTERPRET") != "1":
        return f"triton does not run on {device.type}"
    if device.type == "cuda":
        if torch.version.hip:
            return "the kernels are for NVIDIA's GPUs"
        if torch.cuda.get_device_capability(device) < OLDEST_CAPABILITY:
            return f"{device} is older than the kernels' arithmetic, compute capability 8.0"
    return _trial(device)


@lru_cache
def _trial(device: torch.device) -> str:
    """Why one kernel cannot be launched: Triton needs a C compiler and Python's headers, too."""
    try:
        from . import triton_lstm
    except ImportError as error:
        return f"triton cannot be imported: {error}"
    try:
        # On the CPU, a number below zero changes nothing.
        with torch.cuda.device(device if device.type == "cuda" else -1):
            state, gates = torch.zeros(1, 1, device=device), torch.zeros(1, 4, device=device)
            triton_lstm.lstm_forward(gates, None, None, state, state, state)
    # Whatever a compiler, a linker or a driver may raise: the work goes on without the kernels.
    except Exception as error:
        return f"triton cannot launch a kernel: {str(error).strip().partition(os.linesep)[0]}"
    return ""
