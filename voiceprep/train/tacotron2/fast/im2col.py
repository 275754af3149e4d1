"""The attention weights unfolded for the location convolution (im2col), and folded back (col2im).

Shapes: B clips, N symbols, K kernel; two channels, the last weights and the sum of all before.
"""

from torch import Tensor


class Im2Col:
    """The windows around every symbol as one matrix (… N, 2 K), of what is written in `inner`."""

    def __init__(self, lead: tuple[int, ...], symbols: int, kernel: int, like: Tensor):
        self.kernel, half = kernel, kernel // 2
        self.padded = like.new_zeros(*lead, 2, symbols + kernel - 1)
        self.inner = self.padded[..., half : half + symbols]
        self.windows = like.new_empty(*lead, symbols, 2, kernel)

    def gather(self) -> Tensor:
        """The windows, (… N, 2 K); the same buffer is written over at each call."""
        self.windows.copy_(self.padded.unfold(-1, self.kernel, 1).transpose(-3, -2))
        return self.windows.view(-1, 2 * self.kernel)


class Col2Im:
    """The backward pass of Im2Col: sums the gradients of windows into those of the symbols.

    The windows lie side by side with the kernel flipped. What belongs to one symbol is then a
    diagonal of a zero-padded matrix, and a stride of one row and one column walks along it.
    """

    def __init__(self, batch: int, symbols: int, kernel: int, like: Tensor):
        half, width, rows = kernel // 2, 2 * kernel, symbols + kernel - 1
        self.padded = like.new_zeros(batch, rows, width)
        self.inner = self.padded[:, half : half + symbols]
        self.diagonals = self.padded.as_strided(
            (batch, 2, symbols, kernel), (rows * width, kernel, width, width + 1)
        )

    def gather(self, windows: Tensor) -> Tensor:
        """(B N, 2 K) to (B, 2, N)."""
        self.inner.copy_(windows.view(self.inner.shape))
        return self.diagonals.sum(3)
