"""What Tacotron 2 is trained on: its mels, its gate and, where wanted, its attention.

Every loss is a sum over clips by a count over clips, so that batches, accumulated batches and
processes can be weighted by what they hold.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from .model import Batch, Prediction, valid_mask
from .settings import LossConfig


class ClipLosses(NamedTuple):
    """Sums and counts of every clip, all (B,)."""

    mel: Tensor
    mel_postnet: Tensor
    mel_values: Tensor
    gate: Tensor
    gate_steps: Tensor
    attention: Tensor
    attention_steps: Tensor


class Losses(NamedTuple):
    """Means over all that was counted; `total` is what is trained on."""

    total: Tensor
    mel: Tensor
    mel_postnet: Tensor
    gate: Tensor
    attention: Tensor


def clip_losses(prediction: Prediction, batch: Batch, config: LossConfig) -> ClipLosses:
    """The losses of each clip, in float32.

    Squared errors of both mels and binary cross entropy of the gate. `valid` counts the frames
    of speech, and for the gate `gate_tail` frames more; `padded` counts all, as the original does.
    """
    frames, steps = batch.mel.shape[2], prediction.gate_logits.shape[1]
    per_step = frames // steps
    last_step = (batch.mel_lengths + per_step - 1) // per_step
    if config.reduction == "padded":
        all_frames = torch.full_like(batch.mel_lengths, frames)
        mel_mask, gate_steps = valid_mask(all_frames, frames), all_frames // per_step
    else:
        mel_mask = valid_mask(batch.mel_lengths, frames)
        gate_steps = (last_step + -(-config.gate_tail // per_step)).clamp(max=steps)
    gate_mask = valid_mask(gate_steps, steps)
    target = (~valid_mask(last_step - 1, steps)).float()
    weight = torch.tensor(config.gate_positive_weight, device=target.device)
    entropy = F.binary_cross_entropy_with_logits(
        prediction.gate_logits.float(), target, pos_weight=weight, reduction="none"
    )
    return ClipLosses(
        _squares(prediction.mel, batch.mel, mel_mask),
        _squares(prediction.mel_postnet, batch.mel, mel_mask),
        mel_mask.sum(1) * batch.mel.shape[1],
        (entropy * gate_mask).sum(1),
        gate_steps,
        _off_diagonal(prediction.alignments, batch.text_lengths, last_step, config.guided_sigma)
        if config.guided_attention
        else torch.zeros_like(entropy[:, 0]),
        last_step,
    )


def tacotron2_loss(
    clips: ClipLosses, config: LossConfig, step: int, total: Callable[[Tensor], Tensor]
) -> Losses:
    """The means over all clips, `total` being the sum of a count over all that share the step.

    Where others share it, what is returned is this part's share of the mean, to be summed.
    """
    values = total(clips.mel_values.sum())
    mel, mel_postnet = clips.mel.sum() / values, clips.mel_postnet.sum() / values
    gate = clips.gate.sum() / total(clips.gate_steps.sum())
    attention = clips.attention.sum() / total(clips.attention_steps.sum())
    guidance = guided_weight(config, step)
    return Losses(
        mel + mel_postnet + gate + guidance * attention, mel, mel_postnet, gate, attention
    )


def guided_weight(config: LossConfig, step: int) -> float:
    """How much the guided attention counts at a step: it fades out in a straight line."""
    if not config.guided_decay_steps:
        return config.guided_attention
    return config.guided_attention * max(0.0, 1 - step / config.guided_decay_steps)


def guide(text_lengths: Tensor, step_lengths: Tensor, symbols: int, steps: int, sigma: float):
    """How far off the diagonal a place is, 0 to 1, (B, S, N), by each clip's own lengths.

    1 - exp(-(n/N - t/T)² / 2σ²), of Tachibana et al. 2017, arXiv:1710.08969.
    """
    device = text_lengths.device
    across = torch.arange(symbols, device=device) / text_lengths[:, None]
    along = torch.arange(steps, device=device) / step_lengths[:, None]
    return 1 - torch.exp(-(across[:, None] - along[:, :, None]).square() / (2 * sigma**2))


def _off_diagonal(weights: Tensor, text_lengths: Tensor, steps: Tensor, sigma: float) -> Tensor:
    """The attention's mass off the diagonal, (B,), summed over the steps of speech."""
    expected = guide(text_lengths, steps, weights.shape[2], weights.shape[1], sigma)
    penalty = (weights.float() * expected).sum(2)
    return (penalty * valid_mask(steps, weights.shape[1])).sum(1)


def _squares(mel: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    return ((mel.float() - target).square().sum(1) * mask).sum(1)
