"""What code that a GPU waits for must not do, checked on a CPU.

`no_waiting()` fails on whatever would make the host wait for a GPU (`item`, `nonzero`, boolean
indexing, copies to the host) and on tensors made without a device.
"""

from contextlib import ExitStack, contextmanager

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

TO_HOST = {
    torch.Tensor.cpu,
    torch.Tensor.numpy,
    torch.Tensor.tolist,
    torch.Tensor.item,
    torch.Tensor.__bool__,
    torch.Tensor.__int__,
    torch.Tensor.__float__,
    torch.Tensor.__index__,
}
WAITING = {
    "aten::_linalg_check_errors",
    "aten::_local_scalar_dense",
    "aten::is_nonzero",
    "aten::nonzero",
    "aten::masked_select",
    "aten::unique_dim",
    "aten::_unique2",
    "aten::equal",
}
FACTORIES = {
    torch.arange,
    torch.as_tensor,
    torch.empty,
    torch.eye,
    torch.full,
    torch.linspace,
    torch.ones,
    torch.rand,
    torch.randint,
    torch.randn,
    torch.tensor,
    torch.zeros,
}


class Waits(AssertionError):
    """The host would wait for the GPU, or a tensor would be on the host."""


class _Functions(TorchFunctionMode):
    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if func in TO_HOST:
            raise Waits(f"{func.__name__} waits for the GPU")
        if func is torch.Tensor.to and _names_host(args[1:], kwargs):
            raise Waits("to('cpu') waits for the GPU")
        if func in FACTORIES and kwargs.get("device") is None:
            raise Waits(f"torch.{func.__name__} without a device")
        return func(*args, **kwargs)


class _Operators(TorchDispatchMode):
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func._schema.name
        if name in WAITING:
            raise Waits(f"{name} waits for the GPU")
        if name.startswith("aten::index") and _has_mask(args):
            raise Waits("indexing with a boolean mask waits for the GPU")
        return func(*args, **(kwargs or {}))


@contextmanager
def no_waiting():
    """Within it whatever waits for a GPU, or makes a tensor without a device, raises Waits."""
    with ExitStack() as stack:
        stack.enter_context(_Functions())
        stack.enter_context(_Operators())
        yield


def _names_host(args, kwargs):
    named = [value for value in (*args, *kwargs.values()) if isinstance(value, str | torch.device)]
    return any(torch.device(value).type == "cpu" for value in named)


def _has_mask(args):
    indices = [value for arg in args[1:2] if isinstance(arg, list | tuple) for value in arg]
    return any(value is not None and value.dtype in (torch.bool, torch.uint8) for value in indices)
