"""The element-wise part of an LSTM's step as one kernel each way, dropout included.

The formulas are those of kernels/lstm.py. Shapes: B clips, H hidden; gates are 4 H wide: input,
forget, cell and output gate. The arithmetic is in float32 whatever is read and written.
"""

import triton
from torch import Tensor
from triton import language as tl

from .layout import check_contiguous, check_rows

# Two elements a thread: with more, one clip would leave most of a GPU idle.
BLOCK, WARPS = 256, 4


def lstm_forward(
    product: Tensor,
    inputs: Tensor | None,
    factors: Tensor | None,
    cell: Tensor,
    new_cell: Tensor,
    hidden: Tensor,
    gates: Tensor | None = None,
    exact_hidden: Tensor | None = None,
) -> None:
    """From pre-activations, product + inputs, to the new cell and the dropped-out hidden state.

    product, inputs: (B, 4 H); factors, cell: (B, H). Writes new_cell (B, H), which may be cell;
    hidden (B, H); gates, activated, (B, 4 H); exact_hidden (B, H). Only product, inputs and hidden
    may have their rows apart.
    """
    check_rows(product, inputs, hidden)
    check_contiguous(factors, cell, new_cell, gates, exact_hidden)
    batch, size = cell.shape
    _lstm_forward[batch, triton.cdiv(size, BLOCK)](
        product,
        inputs,
        factors,
        cell,
        new_cell,
        hidden,
        gates,
        exact_hidden,
        size,
        product.stride(0),
        0 if inputs is None else inputs.stride(0),
        hidden.stride(0),
        BLOCK=BLOCK,
        num_warps=WARPS,
    )


def lstm_backward(
    hidden_grad: Tensor,
    cell_grad: Tensor,
    gates: Tensor,
    cell: Tensor,
    previous_cell: Tensor,
    factors: Tensor | None,
    gate_grads: Tensor,
) -> None:
    """From the gradient of the dropped-out hidden state to that of the gates.

    hidden_grad, cell_grad, cell, previous_cell, factors: (B, H); gates, activated: (B, 4 H).
    Writes gate_grads (B, 4 H), and the previous cell's gradient over cell_grad. Only hidden_grad
    and gate_grads may have their rows apart.
    """
    check_rows(hidden_grad, gate_grads)
    check_contiguous(cell_grad, gates, cell, previous_cell, factors)
    batch, size = cell.shape
    _lstm_backward[batch, triton.cdiv(size, BLOCK)](
        hidden_grad,
        cell_grad,
        gates,
        cell,
        previous_cell,
        factors,
        gate_grads,
        size,
        hidden_grad.stride(0),
        gate_grads.stride(0),
        BLOCK=BLOCK,
        num_warps=WARPS,
    )


@triton.jit
def _tanh(x: tl.tensor) -> tl.tensor:
    """The exponential's form loses all digits near zero, where a polynomial takes over.

    The polynomial is tanhf's of the Cephes library, good for |x| < 0.625.
    """
    square = x * x
    series = -5.70498872745e-3 * square + 2.06390887954e-2
    series = series * square - 5.37397155531e-2
    series = series * square + 1.33314422036e-1
    series = series * square - 3.33332819422e-1
    power = tl.exp(-2.0 * tl.abs(x))
    far = (1.0 - power) / (1.0 + power)
    return tl.where(tl.abs(x) < 0.625, series * square * x + x, tl.where(x < 0, -far, far))


@triton.jit
def load(pointer: tl.tensor, inside: tl.tensor) -> tl.tensor:
    """Elements as float32, zeros outside."""
    return tl.load(pointer, mask=inside, other=0.0).to(tl.float32)


@triton.jit
def store(pointer: tl.tensor, value: tl.tensor, inside: tl.tensor) -> None:
    """Write elements in the type of where they go."""
    tl.store(pointer, value.to(pointer.dtype.element_ty), mask=inside)


@triton.jit
def _lstm_forward(
    product: tl.tensor,
    inputs: tl.tensor,
    factors: tl.tensor,
    cell: tl.tensor,
    new_cell: tl.tensor,
    hidden: tl.tensor,
    gates: tl.tensor,
    exact_hidden: tl.tensor,
    size: tl.tensor,
    product_stride: tl.tensor,
    input_stride: tl.tensor,
    hidden_stride: tl.tensor,
    BLOCK: tl.constexpr,
) -> None:
    clip = tl.program_id(0).to(tl.int64)
    unit = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    inside = unit < size
    at = clip * size + unit
    product += clip * product_stride + unit
    first = load(product, inside)
    second = load(product + size, inside)
    third = load(product + 2 * size, inside)
    fourth = load(product + 3 * size, inside)
    if inputs is not None:
        inputs += clip * input_stride + unit
        first += load(inputs, inside)
        second += load(inputs + size, inside)
        third += load(inputs + 2 * size, inside)
        fourth += load(inputs + 3 * size, inside)
    input_gate, forget_gate = tl.sigmoid(first), tl.sigmoid(second)
    candidate, output_gate = _tanh(third), tl.sigmoid(fourth)
    state = forget_gate * load(cell + at, inside) + input_gate * candidate
    output = output_gate * _tanh(state)
    if factors is not None:
        output *= load(factors + at, inside)
    store(new_cell + at, state, inside)
    store(hidden + clip * hidden_stride + unit, output, inside)
    if exact_hidden is not None:
        store(exact_hidden + at, output, inside)
    if gates is not None:
        gates += clip * 4 * size + unit
        store(gates, input_gate, inside)
        store(gates + size, forget_gate, inside)
        store(gates + 2 * size, candidate, inside)
        store(gates + 3 * size, output_gate, inside)


@triton.jit
def _lstm_backward(
    hidden_grad: tl.tensor,
    cell_grad: tl.tensor,
    gates: tl.tensor,
    cell: tl.tensor,
    previous_cell: tl.tensor,
    factors: tl.tensor,
    gate_grads: tl.tensor,
    size: tl.tensor,
    hidden_stride: tl.tensor,
    gate_stride: tl.tensor,
    BLOCK: tl.constexpr,
) -> None:
    clip = tl.program_id(0).to(tl.int64)
    unit = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    inside = unit < size
    at = clip * size + unit
    gates += clip * 4 * size + unit
    input_gate, forget_gate = load(gates, inside), load(gates + size, inside)
    candidate, output_gate = load(gates + 2 * size, inside), load(gates + 3 * size, inside)
    activation = _tanh(load(cell + at, inside))
    output = load(hidden_grad + clip * hidden_stride + unit, inside)
    if factors is not None:
        output *= load(factors + at, inside)
    state = load(cell_grad + at, inside) + output * output_gate * (1.0 - activation * activation)
    by_input = candidate * input_gate * (1.0 - input_gate)
    by_forget = load(previous_cell + at, inside) * forget_gate * (1.0 - forget_gate)
    by_candidate = input_gate * (1.0 - candidate * candidate)
    by_output = activation * output_gate * (1.0 - output_gate)
    gate_grads += clip * gate_stride + unit
    store(gate_grads, state * by_input, inside)
    store(gate_grads + size, state * by_forget, inside)
    store(gate_grads + 2 * size, state * by_candidate, inside)
    store(gate_grads + 3 * size, output * by_output, inside)
    store(cell_grad + at, state * forget_gate, inside)
