"""Recordings of any kind to wavs of one kind: one rate, one channel, whole numbers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import soxr

from ..config import setting
from ..errors import SettingError, Unusable
from .channels import Channel, Mix, Survey, Surveyor, choose_mix, mend, usual_mix
from .sound import Recording, Source, listen, read_source, write_pcm
from .tools import run_sox

# Below half a step of 16 bits there is nothing to hear.
SILENT_PEAK = 2.0**-16
# A mean beyond this is an offset of the recorder; speech alone comes to less.
OFFSET = 0.002
OFFSET_SECONDS = 1.0
# More than this share of samples that are not numbers, and the file is damage.
MOSTLY_BROKEN = 0.01
# No microphone records at less; a header that says so would fill the disk.
LOWEST_RATE = 1000
# The largest wav: its header counts bytes in 32 bits.
WAV_BYTES = 2**32 - 64


@dataclass(frozen=True)
class ConvertConfig:
    """What a converted wav is like."""

    rate: int = setting(22050, "samples a second", "--rate")
    bits: Literal[16, 24] = setting(16, "bits a sample", "--bits")
    channel: Channel = setting("mean", "which channel is kept of several", "--channel")
    dither: bool = setting(True, "TPDF dither; the same bytes every time", "--dither")
    engine: Literal["soxr", "sox"] = setting(
        "soxr", "what resamples: soxr in process, or the SoX program for its own bytes", "--engine"
    )

    def __post_init__(self) -> None:
        if not LOWEST_RATE <= self.rate <= 384000:
            raise SettingError(
                f"rate = {self.rate}: it lies between {LOWEST_RATE} and 384000 Hz", "rate"
            )
        if self.engine == "sox" and self.channel != "mean":
            raise SettingError("channel: --engine sox mixes by the mean only", "channel")


@dataclass(frozen=True)
class Converted:
    """What converting one file told."""

    seconds: float
    warning: str
    facts: dict[str, Any]


def convert_file(source: Path, target: Path, config: ConvertConfig) -> Converted:
    """Convert the recording `source` to the wav `target`.

    Raises Unusable where there is nothing worth keeping, Unreadable where it cannot be read.
    """
    if config.engine == "sox":
        return _by_sox(listen(source), source, target, config)
    return read_source(source, lambda sound: _convert(sound, target, config))


def _convert(sound: Source, target: Path, config: ConvertConfig) -> Converted:
    """Write the wav as of a recording that is well, and again where it turns out not to be."""
    if sound.rate < LOWEST_RATE:
        raise Unusable(f"its header says {sound.rate} Hz: export it again")
    surveyor = Surveyor(sound.channels)
    guess = _way(sound, usual_mix(sound.channels, config.channel), 0.0, config)
    peak = _write(surveyor.passing(sound.blocks()), sound.rate, guess, target, config)
    recording = Recording(sound, surveyor.survey())
    _check_use(recording)
    way, warnings, facts = _judge(recording, config)

    def again() -> Iterator[np.ndarray]:
        return (mend(block)[0] for block in sound.blocks())

    if way != guess:
        peak = _write(again(), sound.rate, way, target, config)
    # A computed wave keeps two steps of room for its dither, a copied one has its own level.
    ceiling = 1.0 if way.copied else 1.0 - 2.0 ** (2 - config.bits)
    if peak > ceiling:
        gain = ceiling / peak
        _write(again(), sound.rate, replace(way, gain=gain), target, config)
        quieter_db = -20 * float(np.log10(gain))
        facts["gain_db"] = -round(quieter_db, 4)
        amount = f"{quieter_db:.1f} dB" if quieter_db >= 0.05 else "less than 0.1 dB"
        warnings.append(f"turned down by {amount} so that nothing clips")
    return Converted(recording.seconds, "; ".join([*sound.warnings, *warnings]), facts)


def _by_sox(recording: Recording, source: Path, target: Path, config: ConvertConfig) -> Converted:
    """Convert by the SoX program, and tell what it would not: it mends and chooses nothing."""
    _check_use(recording)
    seen = recording.survey
    if seen.not_finite:
        raise Unusable(
            f"{seen.not_finite} of its samples are no numbers, which SoX makes loud clicks of: "
            "take --engine soxr",
            recording.seconds,
        )
    said = run_sox(source, target, config.rate, config.bits, config.dither)
    damage, facts = _damage(seen)
    trouble = choose_mix(seen, config.channel).trouble
    if trouble:
        damage.append(f"{trouble}, but SoX takes the mean of all: --engine soxr does not")
    told = filter(None, (*recording.source.warnings, *damage, said))
    return Converted(recording.seconds, "; ".join(told), facts)


@dataclass(frozen=True)
class _Way:
    """How one recording is mixed and mended: the share of each channel, what is taken off."""

    weights: tuple[float, ...]
    offset: float
    copied: bool
    gain: float = 1.0


def _check_use(recording: Recording) -> None:
    seen = recording.survey
    if seen.not_finite > MOSTLY_BROKEN * seen.frames * recording.source.channels:
        raise Unusable(f"{seen.not_finite} of its samples are no numbers", recording.seconds)
    if np.max(seen.highs - seen.lows) < 2 * SILENT_PEAK:
        raise Unusable("silent from start to end", recording.seconds)


def _judge(recording: Recording, config: ConvertConfig) -> tuple[_Way, list[str], dict[str, Any]]:
    """The way that a recording wants, now that it is known, and what there is to tell of it."""
    seen = recording.survey
    mix = choose_mix(seen, config.channel)
    if seen.alike and recording.source.rate == config.rate:
        mix = usual_mix(recording.source.channels, "left")  # which is copied bit for bit
    if mix.weights @ (seen.highs - seen.lows) < 2 * SILENT_PEAK:
        raise Unusable(f"its {config.channel} channel is silent", recording.seconds)
    offset = float(mix.weights @ seen.means)
    if abs(offset) < OFFSET or recording.seconds < OFFSET_SECONDS:
        offset = 0.0
    warnings, facts = _damage(seen)
    if mix.warning:
        warnings.insert(0, mix.warning)
    if offset:
        warnings.append(f"an offset of {offset:+.3f} was taken out")
        facts["offset"] = round(offset, 6)
    return _way(recording.source, mix, offset, config), warnings, facts


def _way(sound: Source, mix: Mix, offset: float, config: ConvertConfig) -> _Way:
    copied = (
        sound.rate == config.rate and mix.single and not offset and 0 < sound.depth <= config.bits
    )
    return _Way(tuple(mix.weights.tolist()), offset, copied)


def _damage(seen: Survey) -> tuple[list[str], dict[str, Any]]:
    """What was broken before it came to us, in words and as facts."""
    warnings, facts = [], {}
    if seen.not_finite:
        warnings.append(f"{seen.not_finite} samples that are no numbers became 0")
        facts["not_finite"] = seen.not_finite
    if seen.clipped:
        warnings.append(f"clipped when recorded: {seen.clipped} samples at full scale")
        facts["clipped"] = seen.clipped
    return warnings, facts


def _write(
    blocks: Iterable[np.ndarray], rate: int, way: _Way, target: Path, config: ConvertConfig
) -> float:
    """Write the wav; the peak that it has at full precision."""
    peaks = [0.0]

    def quantized() -> Iterator[np.ndarray]:
        # One fixed seed: every file gets the same bytes each time, whatever else is converted.
        dithered = config.dither and not way.copied
        noise = np.random.Generator(np.random.SFC64(0)) if dithered else None
        room = WAV_BYTES // (config.bits // 8)
        for block in resample(_mixed(blocks, way), rate, config.rate):
            room -= len(block)
            if room < 0:
                raise Unusable("too long for a wav: split it first")
            if len(block):
                peaks.append(max(float(block.max()), -float(block.min())))
                yield quantize(block, config.bits, noise)

    write_pcm(target, quantized(), config.rate, config.bits)
    return max(peaks)


def _mixed(blocks: Iterable[np.ndarray], way: _Way) -> Iterator[np.ndarray]:
    """The one channel that is kept, block by block."""
    weights = np.array(way.weights, np.float32) * np.float32(way.gain)
    side, single = int(np.argmax(weights)), np.count_nonzero(weights) == 1
    offset = np.float32(way.offset * way.gain)
    for block in blocks:
        mono = block[:, side] * weights[side] if single else block @ weights
        yield mono - offset if offset else mono


def resample(blocks: Iterable[np.ndarray], rate: int, wanted: int) -> Iterator[np.ndarray]:
    """Blocks of one channel at another rate, by soxr at its best; a seam between blocks is none."""
    if rate == wanted:
        yield from blocks
        return
    stream = soxr.ResampleStream(rate, wanted, 1, dtype="float32", quality="VHQ")
    for block in blocks:
        yield stream.resample_chunk(np.ascontiguousarray(block))
    yield stream.resample_chunk(np.zeros(0, np.float32), last=True)


def quantize(samples: np.ndarray, bits: int, noise: np.random.Generator | None) -> np.ndarray:
    """Samples in [-1, 1] as whole numbers of `bits` bits, in the array type that wavs take.

    `noise` draws the dither: triangular, two steps wide, which frees the error from the signal
    (Lipshitz, Wannamaker and Vanderkooy 1992). None rounds.
    """
    full = 2.0 ** (bits - 1)
    scaled = np.multiply(samples, full, dtype=np.float32 if bits == 16 else np.float64)
    if noise is not None:
        scaled += noise.random(len(samples), dtype=np.float32)
        scaled -= noise.random(len(samples), dtype=np.float32)
    np.rint(scaled, out=scaled)
    np.clip(scaled, -full, full - 1, out=scaled)
    return scaled.astype(np.int16) if bits == 16 else scaled.astype(np.int32) << 8
