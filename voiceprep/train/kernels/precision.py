"""The type of products within a pass, on every device: some, such as meta, have no autocast."""

from contextlib import AbstractContextManager, nullcontext

import torch


def autocast_dtype(device: torch.device) -> torch.dtype | None:
    """The type of products under autocast; None where that is off."""
    kind = device.type
    if torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind):
        return torch.get_autocast_dtype(kind)
    return None


def autocast_to(
    dtype: torch.dtype | None, device: torch.device
) -> AbstractContextManager[torch.autocast | None]:
    """Within it autocast has a type, or is off for None."""
    if not torch.amp.is_autocast_available(device.type):
        return nullcontext()
    return torch.autocast(device.type, dtype, enabled=dtype is not None)
