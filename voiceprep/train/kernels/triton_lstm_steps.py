"""The steps of an LSTM layer with kernels written in Triton, over fixed buffers."""

import torch

from .lstm_steps import LstmBackward, LstmForward
from .triton_lstm import lstm_backward, lstm_forward


class TritonLstmForward(LstmForward):
    """A product and one kernel for each step; see LstmForward."""

    def step(self, step: int, slot: int) -> None:
        """See LstmForward."""
        lstm_forward(
            torch.mm(self.hiddens[step], self.weight.t()),
            self.given[step],
            None if self.factors is None else self.factors[step],
            self.cells[slot],
            self.cells[slot + 1],
            self.hiddens[step + 1],
            self.gates[slot],
        )


class TritonLstmBackward(LstmBackward):
    """A product and one kernel for each step; see LstmBackward."""

    def run(self) -> None:
        """See LstmBackward."""
        for step in range(len(self.gates) - 1, -1, -1):
            lstm_backward(
                self.product(self.gate_grads[step + 1], self.grad[step]),
                self.cell_grad,
                self.gates[step],
                self.cells[step],
                self.previous[step],
                None if self.factors is None else self.factors[step],
                self.gate_grads[step],
            )
