"""Matrix products with a weight that is laid out once for all of them.

On a CPU a product of eight rows costs what reading the weight costs. oneDNN reads one that was
laid out for it two to three times as fast as one that lies as it is trained; with thousands of
rows it still gains a tenth, and what is done to each number of the result costs next to nothing.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

_ONEDNN = torch.ops.mkldnn


class Product:
    """x · weightᵀ + bias + added, (rows, inputs) to (rows, outputs), the weight prepared once."""

    def __init__(self, weight: Tensor, rows: int, bias: Tensor | None = None):
        self.packed, self.bias = packs(weight), bias
        self.weight = _ONEDNN._reorder_linear_weight(weight, rows) if self.packed else weight.t()

    def __call__(self, x: Tensor, added: Tensor) -> Tensor:
        """The product, rounded once where it is in half precision."""
        if self.packed:
            return _ONEDNN._linear_pointwise.binary(x, added, self.weight, self.bias, "add")
        product = torch.addmm(added, x, self.weight)
        return product if self.bias is None else product.add_(self.bias)


def packs(weight: Tensor) -> bool:
    """Whether a layout of its own makes products with this weight faster."""
    if weight.device.type != "cpu" or not torch.backends.mkldnn.is_available():
        return False
    if weight.dtype == torch.bfloat16:
        return _ONEDNN._is_mkldnn_bf16_supported()
    return weight.dtype == torch.float32


class Layer:
    """x · weightᵀ + bias, (rows, inputs) to (rows, outputs), and `bend` of it where one is named.

    Where the weight is laid out, the bend happens before the result is rounded.
    """

    def __init__(self, weight: Tensor, bias: Tensor, rows: int, bend: str = "none"):
        self.packed, self.bias, self.bend = packs(weight), bias.contiguous(), bend
        weight = weight.contiguous()
        self.weight = _ONEDNN._reorder_linear_weight(weight, rows) if self.packed else weight

    def __call__(self, x: Tensor) -> Tensor:
        """The product."""
        if self.packed:
            return _ONEDNN._linear_pointwise(x, self.weight, self.bias, self.bend, [], "")
        product = F.linear(x, self.weight, self.bias)
        return product if self.bend == "none" else getattr(torch, self.bend)(product)
