"""What code that a GPU waits for must not do, checked on a CPU.

`no_waiting()` fails on whatever would make the host wait for a GPU (`item`, `nonzero`, boolean
indexing, copies between it and the host) and on tensors made without a device.
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
FROM_HOST = {torch.tensor, torch.Tensor.new_tensor}
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
        if func in FROM_HOST:
            raise Waits(f"{func.__name__} copies to the GPU and waits: fill a tensor there")
        if func in FACTORIES and kwargs.get("device") is None:
            raise Waits(f"torch.{func.__name__} without a device")
        return func(*args, **kwargs)


class _Operators(TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.on_host = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func._schema.name
        if name in WAITING and not self._is_on_host(args[0]):
            raise Waits(f"{name} waits for the GPU")
        if name.startswith("aten::index") and _has_mask(args):
            raise Waits("indexing with a boolean mask waits for the GPU")
        result = func(*args, **(kwargs or {}))
        if name == "aten::_pack_padded_sequence":
            # The batch sizes of packed sequences, which an LSTM reads, are on the host in any case.
            self.on_host.append(result[1].untyped_storage())
        return result

    def _is_on_host(self, tensor):
        address = tensor.untyped_storage().data_ptr()
        return any(storage.data_ptr() == address for storage in self.on_host)


@contextmanager
def no_waiting():
    """Within it whatever waits for a GPU, or makes a tensor without a device, raises Waits."""
    with ExitStack() as stack:
        stack.enter_context(_Functions())
        stack.enter_context(_Operators())
        yield


def _names_host(args, kwargs):
    # A `torch.device` may be that of another tensor, which here is the CPU in the GPU's place.
    named = [value for value in (*args, *kwargs.values()) if isinstance(value, str)]
    return any(torch.device(value).type == "cpu" for value in named)


def _has_mask(args):
    indices = [value for arg in args[1:2] if isinstance(arg, list | tuple) for value in arg]
    return any(value is not None and value.dtype in (torch.bool, torch.uint8) for value in indices)


def assert_recordable(make):
    """`make(device)` makes Steps that could be a CUDA graph.

    They wait for nothing, run on `meta` tensors, compile without a break, and read and write the
    same memory in every run, in which they come to the same results.
    """
    make("meta").run()
    steps = make("cpu")
    tensors = [
        x for x in (*steps.parameters, *steps.inputs, *steps.outputs, *steps.state) if x is not None
    ]
    state = [x.clone() for x in steps.state]
    addresses, results = [], []
    for run in (steps.run, steps.run, torch.compile(steps.run, fullgraph=True, backend="eager")):
        for value, first in zip(steps.state, state, strict=True):
            value.copy_(first)
        if run is steps.run:
            with no_waiting():
                run()
        else:
            run()
        addresses.append([x.data_ptr() for x in tensors])
        results.append([x.clone() for x in steps.outputs])
    assert addresses[0] == addresses[1] == addresses[2]
    for others in results[1:]:
        for one, other in zip(results[0], others, strict=True):
            assert torch.equal(one, other)
