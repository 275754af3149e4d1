"""Compares a checkpoint with the voice to be fine-tuned, to report problems before training."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...config import plain_record
from ...records import Finding
from ..checkpoints.contents import SELF_DESCRIBING, Contents
from ..frontend import FrontendConfig
from ..registry import MODELS

# The difference of two means of log mels, in nepers, and the ratio of two standard deviations,
# beyond which mels differ in kind (logarithm, unit, normalisation) and not just in voice.
MEAN_LIMIT, SPREAD_LIMIT = 1.5, 1.6
# Of the voices published for this model, all trained on LJSpeech, over all bands together.
PUBLISHED_MEAN, PUBLISHED_SPREAD = -5.4, 2.0
STATISTICS = "mel_statistics"
_SHOWN = 12
_UNITS = {"rate": "Hz", "fmin_hz": "Hz", "fmax_hz": "Hz", "mel_channels": "channels"}
_UNITS |= dict.fromkeys(("fft_length", "hop_length", "win_length"), "samples")


@dataclass(frozen=True, eq=False)
class MelStatistics:
    """The mean and the standard deviation of each band of log mels; float64 (M,) each."""

    mean: np.ndarray
    spread: np.ndarray

    @classmethod
    def of(cls, mels: Iterable[np.ndarray]) -> "MelStatistics":
        """The statistics of some mels, (M, T) each, in one pass; ValueError for no frames."""
        count, total, squares = 0, 0.0, 0.0
        for mel in mels:
            frames = np.asarray(mel, np.float64)
            count += frames.shape[1]
            total, squares = total + frames.sum(1), squares + np.square(frames).sum(1)
        if not count:
            raise ValueError("no frames to take the mean of")
        mean = np.asarray(total / count)
        return cls(mean, np.sqrt(np.maximum(squares / count - np.square(mean), 0)))

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "MelStatistics":
        """The statistics that `to_plain` returned."""
        return cls(np.asarray(plain["mean"], float), np.asarray(plain["spread"], float))

    def to_plain(self) -> dict[str, list[float]]:
        """As lists, for a checkpoint's `training` under STATISTICS."""
        return {"mean": self.mean.tolist(), "spread": self.spread.tolist()}

    def overall(self) -> tuple[float, float]:
        """The mean and the standard deviation over all bands together."""
        mean = float(self.mean.mean())
        return mean, float(np.sqrt(np.mean(self.spread**2 + (self.mean - mean) ** 2)))


def compare_checkpoint(
    checkpoint: Contents,
    voice: FrontendConfig,
    statistics: MelStatistics | None = None,
    frames: Mapping[str, int] | None = None,
    max_frames: int = 2000,
) -> tuple[Finding, ...]:
    """What in this checkpoint does not fit this voice; ok where it does.

    `statistics` are those of the dataset's mels and `frames` the mel frames of each clip, where
    they are known; `max_frames` is the limit of synthesis.
    """
    found = [*_mel(checkpoint, voice)]
    if "text" in MODELS[checkpoint.model].sections():
        found += _text(checkpoint, voice)
    if statistics is not None:
        found += _statistics(checkpoint, statistics)
    return (*found, *_lengths(frames or {}, max_frames))


def _mel(checkpoint: Contents, voice: FrontendConfig) -> Iterator[Finding]:
    known = checkpoint.origin in SELF_DESCRIBING
    doubt = "" if known else " (assumed: its file does not state it)"
    for name in plain_record(voice.mel) | plain_record(checkpoint.frontend.mel):
        ours, theirs = getattr(voice.mel, name), getattr(checkpoint.frontend.mel, name)
        advice = ""
        if ours != theirs:
            own, other = (f"{it:g}" if isinstance(it, int | float) else it for it in (ours, theirs))
            advice = (
                f"it was trained with {other}{doubt}, the dataset has {own}: it would have "
                "to relearn the mel, and its vocoder too; make the mels again, by voiceprep mels "
                f"--set mel.{name}={other}"
            )
        # A finding's value is a number: of a setting in words, whether it differs.
        value = float(ours) if isinstance(ours, int | float) else float(ours != theirs)
        yield Finding("checkpoint", f"mel.{name}", value, _UNITS.get(name, ""), not advice, advice)


def _text(checkpoint: Contents, voice: FrontendConfig) -> Iterator[Finding]:
    known = checkpoint.frontend.symbols
    new = [symbol for symbol in voice.symbols if symbol not in known]
    advice = ""
    if not known:
        count = checkpoint.config.get("symbols", 0)
        new = [] if count == len(voice.symbols) else list(voice.symbols)
        if new:
            advice = (
                f"its {count} symbols are not known, the dataset has {len(new)}: the embedding "
                "and the alignment are trained from scratch"
            )
    elif new:
        shown = " ".join(new[:_SHOWN]) + (" …" if len(new) > _SHOWN else "")
        advice = f"it was not trained on {shown}: they are new to it and need clips with them"
    yield Finding("checkpoint", "symbols", float(len(new)), "symbols", not advice, advice)
    advice = ""
    if checkpoint.origin in SELF_DESCRIBING:
        changes = voice.text_state.differences(checkpoint.frontend.text_state)
        advice = f"it was trained with another front end: {'; '.join(changes)}" if changes else ""
    yield Finding("checkpoint", "front end", float(bool(advice)), "", not advice, advice)


def _statistics(checkpoint: Contents, ours: MelStatistics) -> Iterator[Finding]:
    saved = (checkpoint.training or {}).get(STATISTICS)
    if saved and len(saved["mean"]) == len(ours.mean):
        theirs = MelStatistics.from_plain(saved)
        bands = np.abs(ours.mean - theirs.mean)
        ratios = np.maximum(ours.spread, 1e-9) / np.maximum(theirs.spread, 1e-9)
        shift, ratio = float(bands.max()), float(np.exp(np.abs(np.log(ratios)).max()))
        where, what = f"in band {int(bands.argmax())}", "those it was trained on"
    else:
        mean, spread = ours.overall()
        shift, ratio = abs(mean - PUBLISHED_MEAN), max(spread, 1e-9) / PUBLISHED_SPREAD
        ratio = max(ratio, 1 / ratio)
        where, what = "over all bands", "those of published voices"
    advice = (
        f"the dataset's mels differ from {what} {{}}: another logarithm, unit or loudness; "
        "voiceprep loudness and voiceprep mels correct that"
    )
    ok = shift <= MEAN_LIMIT
    message = "" if ok else advice.format(f"by {shift:.1f} in their mean {where}")
    yield Finding("checkpoint", "mel_mean", round(shift, 4), "nepers", ok, message)
    ok = ratio <= SPREAD_LIMIT
    message = "" if ok else advice.format(f"by a factor of {ratio:.1f} in their deviation")
    yield Finding("checkpoint", "mel_spread", round(ratio, 4), "", ok, message)


def _lengths(frames: Mapping[str, int], limit: int) -> Iterator[Finding]:
    for name, count in frames.items():
        if count > limit:
            advice = (
                f"longer than the limit of {limit} frames in synthesis: split the clip, "
                "or raise infer.max_frames"
            )
            yield Finding(name, "clip_length", float(count), "frames", False, advice)
