"""What torch hands to the passes of an autograd Function, with the types that torch leaves out."""

from typing import Protocol

from torch import Tensor


class AutogradContext(Protocol):
    """The `ctx` of a Function; a pass that stores more on it declares that in a subclass."""

    @property
    def saved_tensors(self) -> tuple[Tensor, ...]:
        """What `save_for_backward` was given; None stays None, which torch's own type denies."""
        ...

    @property
    def needs_input_grad(self) -> tuple[bool, ...]:
        """Which arguments of `forward` need a gradient."""
        ...

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Save tensors for the backward pass."""
        ...
