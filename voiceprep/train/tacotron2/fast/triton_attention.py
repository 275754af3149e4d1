"""The attention of a decoder's step as two kernels forward and two back.

The formulas are those of attention.py, whose parameters come doubled. Shapes: B clips, N symbols,
E width of the memory, A of the attention, K kernel. Sums are in float32 whatever is read.
"""

import torch
import triton
from torch import Tensor
from triton import language as tl

from ...kernels.layout import check_contiguous, check_rows
from ...kernels.triton_lstm import load, store

# A program holds a number for each symbol; that of the energies, tiles as wide as the others.
MOST_SYMBOLS, MOST_WIDTH, MOST_TAPS = 1024, 256, 64
# Symbols and memory elements of a program; smaller ones where few clips would leave a GPU idle.
FEW_CLIPS = 16
ENERGY_BLOCK, FEW_ENERGY_BLOCK, ENERGY_WARPS = 32, 16, 8
MEMORY_BLOCK, FEW_MEMORY_BLOCK, SYMBOL_BLOCK, MEMORY_WARPS = 64, 32, 64, 4
# The backward pass: one program a clip, with tiles of all symbols.
BACKWARD_TILE, BACKWARD_WARPS = 8192, 8
FOLD_BLOCK, FOLD_WARPS = 128, 4


def usable(symbols: int, width: int, taps: int, dtype: torch.dtype) -> str:
    """Why the kernels cannot compute an attention of these sizes; empty where they can."""
    if dtype == torch.float64:
        return "the kernels compute in float32"
    for name, size, most in (
        ("symbols", symbols, MOST_SYMBOLS),
        ("attention units", width, MOST_WIDTH),
        ("taps of the location filter", taps, MOST_TAPS),
    ):
        if size > most:
            return f"{size} {name} are more than the {most} that the kernels hold"
    return ""


def location_taps(location: Tensor) -> Tensor:
    """The location weights (A, 2, K) as `energies` takes them, (2, K, A): once for each pass."""
    return location.permute(1, 2, 0).contiguous()


def energies(
    keys: Tensor, query: Tensor, history: Tensor, taps: Tensor, energy: Tensor, out: Tensor
) -> None:
    """Energies (B, N), energy · σ(keys + query + the convolved history).

    keys: (B, N, A); query: (B, A); history: (B, 2, N), the last weights and the sum of all before;
    taps: (2, K, A) of location_taps; energy: (A,). Only query may have its rows apart.
    """
    check_rows(query)
    check_contiguous(keys, history, taps, energy, out)
    batch, symbols, width = keys.shape
    kernel = taps.shape[1]
    block = FEW_ENERGY_BLOCK if batch < FEW_CLIPS else ENERGY_BLOCK
    _energies[batch, triton.cdiv(symbols, block)](
        keys,
        query,
        history,
        taps,
        energy,
        out,
        symbols,
        width,
        query.stride(0),
        KERNEL=kernel,
        BLOCK=block,
        TAPS=max(16, triton.next_power_of_2(kernel)),
        WIDTH=max(16, triton.next_power_of_2(width)),
        num_warps=ENERGY_WARPS,
    )


def attend(
    energy: Tensor,
    bias: Tensor,
    values: Tensor,
    history: Tensor,
    weights: Tensor,
    context: Tensor,
    exact_context: Tensor | None = None,
) -> None:
    """Weights (B, N), softmax(energy + bias), and context (B, E), weights · values.

    values: (B, N, E); history: (B, 2, N) becomes the weights and its sum with them; exact_context:
    (B, E). Only context may have its rows apart.
    """
    check_rows(context)
    check_contiguous(energy, bias, values, history, weights, exact_context)
    batch, symbols, width = values.shape
    block = FEW_MEMORY_BLOCK if batch < FEW_CLIPS else MEMORY_BLOCK
    _attend[batch, triton.cdiv(width, block)](
        energy,
        bias,
        values,
        history,
        weights,
        context,
        exact_context,
        symbols,
        width,
        context.stride(0),
        ROW=_row(symbols, MEMORY_WARPS),
        SYMBOLS=SYMBOL_BLOCK,
        BLOCK=block,
        num_warps=MEMORY_WARPS,
    )


def attend_backward(
    context_grad: Tensor,
    values: Tensor,
    weights: Tensor,
    weights_grad: Tensor,
    window_grad: Tensor,
    derivatives: Tensor,
    energy_grads: Tensor,
    activation_grads: Tensor,
    query_grad: Tensor,
) -> None:
    """The gradients of energies (B, N), activation (B, N, A) and query (B, A), the last three.

    context_grad: (B, E); values: (B, N, E); weights, weights_grad: (B, N); window_grad: (B, 2, N)
    of fold_windows; derivatives: (B, N, A) of the energies by the activation, which
    activation_grads may be written over. Only context_grad may have its rows apart.
    """
    check_rows(context_grad)
    check_contiguous(values, weights, weights_grad, window_grad, derivatives)
    check_contiguous(energy_grads, activation_grads, query_grad)
    batch, symbols, memory = values.shape
    row = _row(symbols, BACKWARD_WARPS)
    _attend_backward[(batch,)](
        context_grad,
        values,
        weights,
        weights_grad,
        window_grad,
        derivatives,
        energy_grads,
        activation_grads,
        query_grad,
        symbols,
        memory,
        derivatives.shape[2],
        context_grad.stride(0),
        ROW=row,
        BLOCK=min(64, BACKWARD_TILE // row),
        num_warps=BACKWARD_WARPS,
    )


def fold_windows(windows: Tensor, window_grad: Tensor) -> None:
    """Gradients of the convolution's windows, summed into those of the history (B, 2, N).

    windows: (2 K, B N), location.flatten(1).t() @ activation_grads.flatten(0, 1).t(), unflipped.
    The last weights' gradient is replaced; the cumulative weights' is added to.
    """
    check_contiguous(windows, window_grad)
    batch, _, symbols = window_grad.shape
    _fold_windows[batch, 2, triton.cdiv(symbols, FOLD_BLOCK)](
        windows,
        window_grad,
        symbols,
        KERNEL=windows.shape[0] // 2,
        BLOCK=FOLD_BLOCK,
        num_warps=FOLD_WARPS,
    )


def _row(symbols: int, warps: int) -> int:
    """A number for each symbol, and for each thread: none holds the same one as another.

    A thread that holds a copy could load after another has stored in place.
    """
    row: int = max(32 * warps, triton.next_power_of_2(symbols))
    return row


@triton.jit
def _energies(
    keys: tl.tensor,
    query: tl.tensor,
    history: tl.tensor,
    taps: tl.tensor,
    energy: tl.tensor,
    out: tl.tensor,
    symbols: tl.tensor,
    width: tl.tensor,
    query_stride: tl.tensor,
    KERNEL: tl.constexpr,
    BLOCK: tl.constexpr,
    TAPS: tl.constexpr,
    WIDTH: tl.constexpr,
) -> None:
    clip = tl.program_id(0).to(tl.int64)
    symbol = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    unit, tap = tl.arange(0, WIDTH), tl.arange(0, TAPS)
    known, used, weighed = symbol < symbols, unit < width, tap < KERNEL
    at = (clip * symbols + symbol[:, None]) * width + unit[None, :]
    total = load(keys + at, known[:, None] & used[None, :])
    total += load(query + clip * query_stride + unit, used)[None, :]
    position = symbol[:, None] + tap[None, :] - KERNEL // 2
    within = (position >= 0) & (position < symbols) & weighed[None, :]
    # Not unrolled: both channels at once would take twice the registers.
    for channel in tl.range(2, num_stages=1):
        window = load(history + (2 * clip + channel) * symbols + position, within)
        at_taps = (channel * KERNEL + tap[:, None]) * width + unit[None, :]
        weight = load(taps + at_taps, weighed[:, None] & used[None, :])
        # Three products of TF32 have float32's accuracy.
        total = tl.dot(window, weight, total, input_precision="tf32x3")
    factor = load(energy + unit, used)[None, :]
    tl.store(out + clip * symbols + symbol, tl.sum(factor * tl.sigmoid(total), 1), mask=known)


@triton.jit
def _biased(energy: tl.tensor, bias: tl.tensor, inside: tl.tensor) -> tl.tensor:
    """Energies where there is text, else -inf."""
    value = tl.load(energy, mask=inside, other=-float("inf"))
    return value + tl.load(bias, mask=inside, other=0.0)


@triton.jit
def _attend(
    energy: tl.tensor,
    bias: tl.tensor,
    values: tl.tensor,
    history: tl.tensor,
    weights: tl.tensor,
    context: tl.tensor,
    exact_context: tl.tensor,
    symbols: tl.tensor,
    width: tl.tensor,
    context_stride: tl.tensor,
    ROW: tl.constexpr,
    SYMBOLS: tl.constexpr,
    BLOCK: tl.constexpr,
) -> None:
    clip, part = tl.program_id(0).to(tl.int64), tl.program_id(1)
    energy += clip * symbols
    bias += clip * symbols
    values += clip * symbols * width
    history += clip * 2 * symbols
    all_symbols = tl.arange(0, ROW)
    inside = all_symbols < symbols
    row = _biased(energy + all_symbols, bias + all_symbols, inside)
    most = tl.max(row, 0)
    powers = tl.exp(row - most)
    total = tl.sum(powers, 0)
    if part == 0:
        shares = powers / total
        at_sum = history + symbols + all_symbols
        tl.store(weights + clip * symbols + all_symbols, shares, mask=inside)
        tl.store(history + all_symbols, shares, mask=inside)
        tl.store(at_sum, load(at_sum, inside) + shares, mask=inside)
    unit = part * BLOCK + tl.arange(0, BLOCK)
    used = unit < width
    tile = tl.zeros((SYMBOLS, BLOCK), tl.float32)
    for first in range(0, symbols, SYMBOLS):
        symbol = first + tl.arange(0, SYMBOLS)
        known = symbol < symbols
        share = tl.exp(_biased(energy + symbol, bias + symbol, known) - most) / total
        at = symbol[:, None] * width + unit[None, :]
        tile += share[:, None] * load(values + at, known[:, None] & used[None, :])
    attended = tl.sum(tile, 0)
    store(context + clip * context_stride + unit, attended, used)
    if exact_context is not None:
        store(exact_context + clip * width + unit, attended, used)


@triton.jit
def _attend_backward(
    context_grad: tl.tensor,
    values: tl.tensor,
    weights: tl.tensor,
    weights_grad: tl.tensor,
    window_grad: tl.tensor,
    derivatives: tl.tensor,
    energy_grads: tl.tensor,
    activation_grads: tl.tensor,
    query_grad: tl.tensor,
    symbols: tl.tensor,
    memory: tl.tensor,
    width: tl.tensor,
    context_stride: tl.tensor,
    ROW: tl.constexpr,
    BLOCK: tl.constexpr,
) -> None:
    clip = tl.program_id(0).to(tl.int64)
    symbol = tl.arange(0, ROW)
    known = symbol < symbols
    context_grad += clip * context_stride
    values += clip * symbols * memory
    tile = tl.zeros((ROW, BLOCK), tl.float32)
    for first in range(0, memory, BLOCK):
        unit = first + tl.arange(0, BLOCK)
        used = unit < memory
        at_values = symbol[:, None] * memory + unit[None, :]
        value = load(values + at_values, known[:, None] & used[None, :])
        tile += value * load(context_grad + unit, used)[None, :]
    at = clip * symbols + symbol
    windows = window_grad + 2 * clip * symbols + symbol
    weight = load(weights + at, known)
    total = load(weights_grad + at, known) + load(windows, known)
    scaled = (total + load(windows + symbols, known) + tl.sum(tile, 1)) * weight
    energy_grad = scaled - weight * tl.sum(scaled, 0)
    tl.store(energy_grads + at, energy_grad, mask=known)
    derivatives += clip * symbols * width
    activation_grads += clip * symbols * width
    for first in range(0, width, BLOCK):
        unit = first + tl.arange(0, BLOCK)
        inside = known[:, None] & (unit < width)[None, :]
        at_units = symbol[:, None] * width + unit[None, :]
        grad = energy_grad[:, None] * load(derivatives + at_units, inside)
        store(activation_grads + at_units, grad, inside)
        tl.store(query_grad + clip * width + unit, tl.sum(grad, 0), mask=unit < width)


@triton.jit
def _fold_windows(
    windows: tl.tensor,
    window_grad: tl.tensor,
    symbols: tl.tensor,
    KERNEL: tl.constexpr,
    BLOCK: tl.constexpr,
) -> None:
    clip, channel = tl.program_id(0).to(tl.int64), tl.program_id(1)
    symbol = tl.program_id(2) * BLOCK + tl.arange(0, BLOCK)
    known = symbol < symbols
    columns = tl.num_programs(0).to(tl.int64) * symbols
    windows += channel * KERNEL * columns + clip * symbols
    at = (2 * clip + channel) * symbols + symbol
    # Only the cumulative weights' gradient goes on from step to step.
    total = load(window_grad + at, known & (channel == 1))
    for tap in tl.static_range(KERNEL):
        # The symbol whose window has this one at the tap.
        centre = symbol - tap + KERNEL // 2
        total += load(windows + tap * columns + centre, known & (centre >= 0) & (centre < symbols))
    tl.store(window_grad + at, total, mask=known)
