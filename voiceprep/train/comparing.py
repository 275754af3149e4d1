"""A checkpoint beside the voice it is to become: what will go wrong, said before it does."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from ..audio.mel import MelConfig
from ..records import Finding
from .contents import Contents
from .models import MODELS
from .voice import Voice

# The containers that say which mel settings and cleaner the weights were trained with.
TELLING = ("voiceprep", "safetensors")
# Nepers between two means of log mels, and the factor between two spreads, beyond which mels are
# another kind of mel (another logarithm, other units, another normalisation) and not another voice.
MEAN_LIMIT, SPREAD_LIMIT = 1.5, 1.6
# Of the voices published for this model, all of LJSpeech, over all bands together.
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
        """Those of all frames of some mels, (M, T) each, none kept; ValueError for no frames."""
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
        """Those that `to_plain` gave."""
        return cls(np.asarray(plain["mean"], float), np.asarray(plain["spread"], float))

    def to_plain(self) -> dict[str, list[float]]:
        """As lists, for a checkpoint's `training` under STATISTICS."""
        return {"mean": self.mean.tolist(), "spread": self.spread.tolist()}

    def overall(self) -> tuple[float, float]:
        """The mean and the standard deviation over all bands together."""
        mean = float(self.mean.mean())
        return mean, float(np.sqrt(np.mean(self.spread**2 + (self.mean - mean) ** 2)))


def compare(
    checkpoint: Contents,
    voice: Voice,
    statistics: MelStatistics | None = None,
    frames: Mapping[str, int] | None = None,
    max_frames: int = 2000,
) -> tuple[Finding, ...]:
    """What a run from this checkpoint on this voice will trip over; ok where it will not.

    `statistics` are those of the dataset's mels and `frames` the mel frames of each clip, where
    they are known; `max_frames` is where speech is cut off.
    """
    found = [*_mel(checkpoint, voice)]
    if "text" in MODELS[checkpoint.model].sections:
        found += _text(checkpoint, voice)
    if statistics is not None:
        found += _statistics(checkpoint, statistics)
    return (*found, *_lengths(frames or {}, max_frames))


def _mel(checkpoint: Contents, voice: Voice) -> Iterator[Finding]:
    told = checkpoint.origin in TELLING
    doubt = "" if told else " (taken for granted: its file does not say)"
    for entry in fields(MelConfig):
        ours, theirs = getattr(voice.mel, entry.name), getattr(checkpoint.voice.mel, entry.name)
        advice = ""
        if ours != theirs:
            advice = (
                f"it was trained with {theirs:g}{doubt}, the dataset has {ours:g}: it would have "
                f"to learn the mel anew, and its vocoder too; --set mel.{entry.name}={theirs:g} "
                "and voiceprep mels make them alike"
            )
        unit = _UNITS.get(entry.name, "")
        yield Finding("checkpoint", f"mel.{entry.name}", float(ours), unit, not advice, advice)


def _text(checkpoint: Contents, voice: Voice) -> Iterator[Finding]:
    known = checkpoint.voice.symbols
    new = [symbol for symbol in voice.symbols if symbol not in known]
    advice = ""
    if not known:
        count = checkpoint.config.get("symbols", 0)
        new = [] if count == len(voice.symbols) else list(voice.symbols)
        if new:
            advice = (
                f"its {count} symbols are not known, the dataset has {len(new)}: the embedding "
                "begins anew, and with it the alignment"
            )
    elif new:
        shown = " ".join(new[:_SHOWN]) + (" …" if len(new) > _SHOWN else "")
        advice = f"it has never read {shown}: these begin anew and need clips that have them"
    yield Finding("checkpoint", "symbols", float(len(new)), "symbols", not advice, advice)
    theirs, advice = checkpoint.voice.cleaner, ""
    if checkpoint.origin in TELLING and theirs != voice.cleaner:
        advice = f"it was trained with {theirs}, the dataset is read with {voice.cleaner}"
    yield Finding("checkpoint", "cleaner", float(bool(advice)), "", not advice, advice)


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
        where, what = "on the whole", "those of published voices"
    advice = (
        f"the dataset's mels differ from {what} {{}}: another logarithm, unit or loudness; "
        "voiceprep loudness and voiceprep mels bring them there"
    )
    well = shift <= MEAN_LIMIT
    told = "" if well else advice.format(f"by {shift:.1f} in their mean {where}")
    yield Finding("checkpoint", "mel_mean", round(shift, 4), "nepers", well, told)
    well = ratio <= SPREAD_LIMIT
    told = "" if well else advice.format(f"by a factor of {ratio:.1f} in their spread")
    yield Finding("checkpoint", "mel_spread", round(ratio, 4), "", well, told)


def _lengths(frames: Mapping[str, int], limit: int) -> Iterator[Finding]:
    for name, count in frames.items():
        if count > limit:
            advice = (
                f"longer than the {limit} frames after which speech is cut off: split the clip, "
                "or raise infer.max_frames"
            )
            yield Finding(name, "clip_length", float(count), "frames", False, advice)
