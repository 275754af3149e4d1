"""Functions that torch.compile makes faster, and that run without it where it fails."""

from collections.abc import Callable
from typing import Generic, ParamSpec

import torch
from torch import Tensor

from .graphs import note

P = ParamSpec("P")


class Compiled(Generic[P]):
    """A function of tensors, compiled on first use; the function itself where that fails."""

    def __init__(self, function: Callable[P, Tensor]):
        self.function = function
        self.compiled: Callable[P, Tensor] | None = torch.compile(function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Tensor:
        """The function's result."""
        if self.compiled is not None:
            try:
                return self.compiled(*args, **kwargs)
            except torch.OutOfMemoryError:
                raise
            except RuntimeError as error:
                note(f"some steps are not compiled: {error}")
                self.compiled = None
        return self.function(*args, **kwargs)
