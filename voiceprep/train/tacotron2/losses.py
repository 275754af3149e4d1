"""The losses of Tacotron 2: mels, gate and, optionally, guided attention.

Every loss is a sum over clips divided by a count over clips, so that batches, accumulated batches
and processes can be weighted by their size.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from ..tensors import Batch, Prediction, valid_mask
from .config import LossConfig


class Counts(NamedTuple):
    """What the losses are divided by: of every clip, (B,), or of all clips of a step."""

    mel_values: Tensor
    gate_steps: Tensor
    attention_steps: Tensor


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
    """Means over everything counted; `total` is the training loss."""

    total: Tensor
    mel: Tensor
    mel_postnet: Tensor
    gate: Tensor
    attention: Tensor


def clip_losses(prediction: Prediction, batch: Batch, config: LossConfig) -> ClipLosses:
    """The losses of each clip, in float32.

    Squared errors of both mels and binary cross-entropy of the gate. `valid` counts the frames
    of speech, and for the gate `gate_tail` frames more; `padded` counts all, as the original does.
    """
    frames, steps = batch.mel.shape[2], prediction.gate_logits.shape[1]
    counts = count_clips(batch, frames // steps, config)
    mel_mask = valid_mask(counts.mel_values // batch.mel.shape[1], frames)
    target = (~valid_mask(counts.attention_steps - 1, steps)).float()
    weight = target.new_full((), config.gate_positive_weight)
    entropy = F.binary_cross_entropy_with_logits(
        prediction.gate_logits.float(), target, pos_weight=weight, reduction="none"
    )
    attention = torch.zeros_like(entropy[:, 0])
    if config.guided_attention:
        sizes = (batch.text_lengths, counts.attention_steps)
        attention = _off_diagonal(prediction.alignments, *sizes, config.guided_sigma)
    return ClipLosses(
        _squares(prediction.mel, batch.mel, mel_mask),
        _squares(prediction.mel_postnet, batch.mel, mel_mask),
        counts.mel_values,
        (entropy * valid_mask(counts.gate_steps, steps)).sum(1),
        counts.gate_steps,
        attention,
        counts.attention_steps,
    )


def count_clips(batch: Batch, frames_per_step: int, config: LossConfig) -> Counts:
    """What each clip of a batch adds to the counts, known before the forward pass."""
    channels, frames = batch.mel.shape[1:]
    steps = frames // frames_per_step
    speech = (batch.mel_lengths + frames_per_step - 1) // frames_per_step
    if config.reduction == "padded":
        padded = torch.full_like(batch.mel_lengths, frames)
        return Counts(padded * channels, padded // frames_per_step, speech)
    tail = -(-config.gate_tail // frames_per_step)
    return Counts(batch.mel_lengths * channels, (speech + tail).clamp(max=steps), speech)


def tacotron2_loss(
    clips: ClipLosses, config: LossConfig, step: int, totals: Counts | None = None
) -> Losses:
    """The means over all clips.

    `totals` are the counts of the whole step where these clips are only a part of it, in an
    accumulated batch or among several processes: then the sum of all losses is the mean.
    """
    values, gates, steps = totals or (
        count.sum() for count in (clips.mel_values, clips.gate_steps, clips.attention_steps)
    )
    mel, mel_postnet = clips.mel.sum() / values, clips.mel_postnet.sum() / values
    gate, attention = clips.gate.sum() / gates, clips.attention.sum() / steps
    total = mel + mel_postnet + gate + guided_weight(config, step) * attention
    return Losses(total, mel, mel_postnet, gate, attention)


def guided_weight(config: LossConfig, step: int) -> float:
    """The weight of the guided attention loss at a step: it decays linearly."""
    if not config.guided_decay_steps:
        return config.guided_attention
    return config.guided_attention * max(0.0, 1 - step / config.guided_decay_steps)


def guide(
    text_lengths: Tensor, step_lengths: Tensor, symbols: int, steps: int, sigma: float
) -> Tensor:
    """The penalty for attention off the diagonal, 0 to 1, (B, S, N), by each clip's own lengths.

    1 - exp(-(n/N - t/T)² / 2σ²), of Tachibana et al. 2017, arXiv:1710.08969.
    """
    device = text_lengths.device
    across = torch.arange(symbols, device=device) / text_lengths[:, None]
    along = torch.arange(steps, device=device) / step_lengths[:, None]
    return 1 - torch.exp(-(across[:, None] - along[:, :, None]).square() / (2 * sigma**2))


def _off_diagonal(weights: Tensor, text_lengths: Tensor, steps: Tensor, sigma: float) -> Tensor:
    """The attention's weight off the diagonal, (B,), summed over the steps of speech."""
    expected = guide(text_lengths, steps, weights.shape[2], weights.shape[1], sigma)
    penalty = (weights.float() * expected).sum(2)
    return (penalty * valid_mask(steps, weights.shape[1])).sum(1)


def _squares(mel: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    return ((mel.float() - target).square().sum(1) * mask).sum(1)
