"""WaveGlow's pass from audio to noise with no activations saved but the noise.

A flow is invertible, so the backward pass recomputes each flow's input from its output; one more
run of its network serves both the inversion and the gradients. Memory does not grow with the
number of flows, after RevNet (Gomez et al. 2017, arXiv:1707.04585).
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from ...kernels.autograd import AutogradContext
from ...kernels.precision import autocast_dtype, autocast_to
from ...tensors import exact
from ..network import Transform, WaveGlow, inverses, mix


class FlowsContext(AutogradContext, Protocol):
    """What the forward pass leaves to the backward pass beside tensors."""

    model: WaveGlow
    transform: Transform
    dtype: torch.dtype | None


class ReversibleFlows(Function):
    """Values, all log scales and all log determinants of (B, L) and (B, M, F), as of `forward`.

    Then come the parameters of the model, for their gradients.
    """

    @staticmethod
    def forward(
        ctx: FlowsContext,
        model: WaveGlow,
        transform: Transform,
        audio: Tensor,
        mel: Tensor,
        *_: Tensor,
    ) -> tuple[Tensor, ...]:
        """The same numbers as model.forward's."""
        ctx.model, ctx.transform = model, transform
        ctx.dtype = autocast_dtype(audio.device)
        noise = model.normalise(audio, mel, transform)
        ctx.save_for_backward(noise.values, mel)
        return noise.values, *noise.log_scales, *noise.log_determinants

    @staticmethod
    @once_differentiable
    def backward(
        ctx: FlowsContext, values_grad: Tensor, *grads: Tensor
    ) -> tuple[Tensor | None, ...]:
        """The gradients of audio, mel and parameters."""
        values, mel = ctx.saved_tensors
        model, flows = ctx.model, ctx.model.config.flows
        with autocast_to(ctx.dtype, values.device):
            back = FlowBackward(model, ctx.transform, values, values_grad, mel)
            for flow in reversed(range(flows)):
                back.flow(flow, grads[flow], grads[flows + flow])
            mel_grad = back.upsampling()
        audio_grad = back.grad.transpose(1, 2).flatten(1)
        parameter_grads = (back.parameter_grads.get(value) for value in model.parameters())
        return None, None, audio_grad, mel_grad, *parameter_grads


class FlowBackward:
    """The flows from the last to the first, each inverted in place: values and their gradient."""

    def __init__(
        self, model: WaveGlow, transform: Transform, values: Tensor, grad: Tensor, mel: Tensor
    ):
        self.model, self.transform = model, transform
        self.values, self.grad = values.clone(), grad.clone()
        self.mel = mel.detach().requires_grad_()
        with torch.enable_grad():
            self.conditions = model.conditions(self.mel, values.shape[1] * values.shape[2])
        self.conditions_grad = torch.zeros_like(self.conditions, dtype=values.dtype)
        self.parameter_grads: dict[Tensor, Tensor] = {}
        with autocast_to(None, values.device):
            self.unmixings = inverses(model.convinv)

    def flow(self, flow: int, log_scale_grad: Tensor, log_determinant_grad: Tensor) -> None:
        """Inverts a flow and computes its gradients."""
        config, mixing = self.model.config, self.model.convinv[flow]
        channels = slice(config.groups - config.channels(flow), None)
        x, grad = self.values[:, channels], self.grad[:, channels]
        self.coupling(flow, x, grad, log_scale_grad)
        with autocast_to(None, x.device):
            x.copy_(mix(self.unmixings[flow], x))
            with torch.enable_grad():
                before = x.clone().requires_grad_()
                mixed = mixing(before)
            grad.copy_(self.gradients([mixed], [grad], [before], mixing.parameters())[0])
            if (weight_grad := self.parameter_grads.get(mixing.conv.weight)) is not None:
                # The gradient of log |det W| is the transpose of its inverse.
                scale = log_determinant_grad * x.shape[0] * x.shape[2]
                weight_grad.add_((scale * self.unmixings[flow].t())[:, :, None])

    def coupling(self, flow: int, x: Tensor, grad: Tensor, log_scale_grad: Tensor) -> None:
        """Inverts the affine coupling layer and computes its gradients."""
        network = self.model.WN[flow]
        (kept, changed), (kept_grad, changed_grad) = x.chunk(2, 1), grad.chunk(2, 1)
        conditions = self.conditions.detach().requires_grad_()
        with torch.enable_grad():
            half = kept.clone().requires_grad_()
            shift, log_scale = exact(self.transform(network, half, conditions)).chunk(2, 1)
        scale = torch.exp(log_scale.detach())
        changed.sub_(shift.detach()).div_(scale)
        scaled_grad = changed_grad * scale
        output_grads = (changed_grad, torch.addcmul(log_scale_grad, scaled_grad, changed))
        inputs, outputs = [half, conditions], (shift, log_scale)
        half_grad, conditions_grad = self.gradients(
            outputs, output_grads, inputs, network.parameters()
        )
        kept_grad.add_(half_grad)
        changed_grad.copy_(scaled_grad)
        self.conditions_grad.add_(conditions_grad)

    def upsampling(self) -> Tensor:
        """The gradient of the mel; stores those of the upsampling's parameters."""
        conditions_grad = self.conditions_grad.to(self.conditions.dtype)
        upsample = self.model.upsample.parameters()
        return self.gradients([self.conditions], [conditions_grad], [self.mel], upsample)[0]

    def gradients(
        self,
        outputs: Sequence[Tensor],
        output_grads: Sequence[Tensor],
        inputs: list[Tensor],
        parameters: Iterable[Tensor],
    ) -> tuple[Tensor, ...]:
        """The gradients of the inputs; stores those of the parameters in `parameter_grads`."""
        trainable = [value for value in parameters if value.requires_grad]
        grads = torch.autograd.grad(outputs, [*inputs, *trainable], output_grads)
        self.parameter_grads.update(zip(trainable, grads[len(inputs) :], strict=True))
        return grads[: len(inputs)]
