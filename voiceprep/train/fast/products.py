"""Matrix products as a decoder's loop wants them: the same weight again and again, few rows each.

On a CPU a product of eight rows costs what reading the weight costs. oneDNN reads one that was
laid out for it two to three times as fast as one that lies as it is trained.
"""

import torch
from torch import Tensor

_ONEDNN = torch.ops.mkldnn


class Product:
    """x · weightᵀ + added, (rows, inputs) to (rows, outputs), the weight prepared once."""

    def __init__(self, weight: Tensor, rows: int):
        self.packed = packed = packs(weight)
        self.weight = _ONEDNN._reorder_linear_weight(weight, rows) if packed else weight.t()

    def __call__(self, x: Tensor, added: Tensor) -> Tensor:
        """The product, rounded once where it is in half precision."""
        if self.packed:
            return _ONEDNN._linear_pointwise.binary(x, added, self.weight, None, "add")
        return torch.addmm(added, x, self.weight)


def packs(weight: Tensor) -> bool:
    """Whether a layout of its own makes products with this weight faster."""
    if weight.device.type != "cpu" or not torch.backends.mkldnn.is_available():
        return False
    if weight.dtype == torch.bfloat16:
        return _ONEDNN._is_mkldnn_bf16_supported()
    return weight.dtype == torch.float32
