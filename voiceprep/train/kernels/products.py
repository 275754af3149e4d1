"""Matrix products with a weight that is packed once and used many times.

On a CPU a product of eight rows costs what reading the weight costs. oneDNN reads a packed weight
two to three times as fast as one in its training layout; with thousands of rows packing still
gains a tenth, and an activation fused into the product costs next to nothing.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

_ONEDNN = torch.ops.mkldnn


class Product:
    """x · weightᵀ + bias + added, (rows, inputs) to (rows, outputs), the weight packed once.

    fixed: the weight is not packed, and may be written over between products.
    """

    def __init__(self, weight: Tensor, rows: int, bias: Tensor | None = None, fixed: bool = False):
        self.packed, self.bias = not fixed and packs(weight), bias
        self.weight = weight.t()
        if self.packed:
            self.weight = _ONEDNN._reorder_linear_weight(weight.contiguous(), rows)

    def __call__(self, x: Tensor, added: Tensor) -> Tensor:
        """The product, rounded once where it is in half precision."""
        product: Tensor
        if self.packed:
            # An input that lies within wider rows would be read at another place.
            x = x.contiguous()
            product = _ONEDNN._linear_pointwise.binary(x, added, self.weight, self.bias, "add")
            return product
        product = torch.addmm(added, x, self.weight)
        return product if self.bias is None else product.add_(self.bias)


def packs(weight: Tensor) -> bool:
    """Whether packing makes products with this weight faster."""
    if weight.device.type != "cpu" or not torch.backends.mkldnn.is_available():
        return False
    if weight.dtype == torch.bfloat16:
        return bool(_ONEDNN._is_mkldnn_bf16_supported())
    return weight.dtype == torch.float32


class Layer:
    """activation(x · weightᵀ + bias), (rows, inputs) to (rows, outputs); `activation` may be none.

    With a packed weight the activation comes before the result is rounded.
    """

    def __init__(self, weight: Tensor, bias: Tensor, rows: int, activation: str = "none"):
        self.packed, self.bias, self.activation = packs(weight), bias.contiguous(), activation
        weight = weight.contiguous()
        self.weight = _ONEDNN._reorder_linear_weight(weight, rows) if self.packed else weight

    def __call__(self, x: Tensor) -> Tensor:
        """The layer's output."""
        output: Tensor
        if self.packed:
            output = _ONEDNN._linear_pointwise(x, self.weight, self.bias, self.activation, [], "")
            return output
        output = F.linear(x, self.weight, self.bias)
        return output if self.activation == "none" else getattr(torch, self.activation)(output)
