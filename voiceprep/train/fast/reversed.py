"""WaveGlow's way from sound to noise with nothing kept but the noise.

A flow can be undone, and so on the way back each is: what its network saw comes out of what it
made, and one more run of the network serves both to undo it and to know its gradients. Memory does
not grow with the number of flows, after RevNet (Gomez et al. 2017, arXiv:1707.04585).
"""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import FunctionCtx, once_differentiable

from ..layers import exact
from ..models.waveglow import Transform, WaveGlow


class Reversed(Function):
    """Values, all log scales and all log determinants of (B, L) and (B, M, F), as of `forward`.

    Then come the parameters of the model, for their gradients.
    """

    @staticmethod
    def forward(
        ctx: FunctionCtx,
        model: WaveGlow,
        transform: Transform,
        audio: Tensor,
        mel: Tensor,
        *_: Tensor,
    ) -> tuple[Tensor, ...]:
        """The same numbers as model.forward's."""
        ctx.model, ctx.transform, device = model, transform, audio.device.type
        enabled = torch.is_autocast_enabled(device)
        ctx.autocast = (device, torch.get_autocast_dtype(device), enabled)
        noise = model.normalise(audio, mel, transform)
        ctx.save_for_backward(noise.values, mel)
        return noise.values, *noise.log_scales, *noise.log_determinants

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, values_grad: Tensor, *grads: Tensor):
        """The gradients of sound, mel and parameters."""
        values, mel = ctx.saved_tensors
        model, flows = ctx.model, ctx.model.config.flows
        with torch.autocast(*ctx.autocast):
            back = WayBack(model, ctx.transform, values, values_grad, mel)
            for flow in reversed(range(flows)):
                back.flow(flow, grads[flow], grads[flows + flow])
            mel_grad = back.upsampling()
        audio_grad = back.grad.transpose(1, 2).flatten(1)
        found = (back.found.get(parameter) for parameter in model.parameters())
        return None, None, audio_grad, mel_grad, *found


class WayBack:
    """The flows from the last to the first, each undone in place: values and their gradient."""

    def __init__(
        self, model: WaveGlow, transform: Transform, values: Tensor, grad: Tensor, mel: Tensor
    ):
        self.model, self.transform = model, transform
        self.values, self.grad = values.clone(), grad.clone()
        self.mel = mel.detach().requires_grad_()
        with torch.enable_grad():
            self.conditions = model.conditions(self.mel, values.shape[1] * values.shape[2])
        self.conditions_grad = torch.zeros_like(self.conditions, dtype=values.dtype)
        self.found: dict[Tensor, Tensor] = {}
        """The gradients of parameters."""

    def flow(self, flow: int, log_scale_grad: Tensor, log_determinant_grad: Tensor) -> None:
        """Undoes a flow and finds its gradients."""
        config, mixing = self.model.config, self.model.convinv[flow]
        at_work = slice(config.groups - config.channels(flow), None)
        x, grad = self.values[:, at_work], self.grad[:, at_work]
        self.coupling(flow, x, grad, log_scale_grad)
        with torch.autocast(x.device.type, enabled=False):
            x.copy_(mixing.inverse() @ x)
            with torch.enable_grad():
                before = x.clone().requires_grad_()
                mixed = mixing(before)
            given = (grad, log_determinant_grad)
            grad.copy_(self.gradients(mixed, given, [before], mixing.parameters())[0])

    def coupling(self, flow: int, x: Tensor, grad: Tensor, log_scale_grad: Tensor) -> None:
        """Undoes the scaling and shifting of one half by what the network makes of the other."""
        network = self.model.WN[flow]
        (kept, changed), (kept_grad, changed_grad) = x.chunk(2, 1), grad.chunk(2, 1)
        told = self.conditions.detach().requires_grad_()
        with torch.enable_grad():
            half = kept.clone().requires_grad_()
            shift, log_scale = exact(self.transform(network, half, told)).chunk(2, 1)
        scale = torch.exp(log_scale.detach())
        changed.sub_(shift.detach()).div_(scale)
        scaled_grad = changed_grad * scale
        given = (changed_grad, torch.addcmul(log_scale_grad, scaled_grad, changed))
        found = self.gradients((shift, log_scale), given, [half, told], network.parameters())
        kept_grad.add_(found[0])
        changed_grad.copy_(scaled_grad)
        self.conditions_grad.add_(found[1])

    def upsampling(self) -> Tensor:
        """The gradient of the mel; those of what spreads it are put down."""
        given = self.conditions_grad.to(self.conditions.dtype)
        upsample = self.model.upsample.parameters()
        return self.gradients([self.conditions], [given], [self.mel], upsample)[0]

    def gradients(
        self,
        made: Sequence[Tensor],
        given: Sequence[Tensor],
        leaves: list[Tensor],
        parameters: Iterable[Tensor],
    ) -> tuple[Tensor, ...]:
        """Those of some leaves; those of the parameters are put down in `found`."""
        learning = [one for one in parameters if one.requires_grad]
        grads = torch.autograd.grad(made, [*leaves, *learning], given)
        self.found.update(zip(learning, grads[len(leaves) :], strict=True))
        return grads[: len(leaves)]
