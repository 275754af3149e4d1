"""Recordings of any kind to wavs of one kind: one rate, one channel, whole numbers."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import soxr

from ..config import setting
from ..errors import SettingError, Unusable
from ..summary import duration
from .channels import Channel, Mix, Survey, Surveyor, choose_mix, mend, usual_mix
from .dither import quantize, to_floats
from .sound import Recording, Sound, Source, listen, read_source, write_pcm
from .tools import run_sox

# Below half a step of 16 bits there is nothing to hear.
SILENT_PEAK = 2.0**-16
# A mean beyond this share of the peak is an offset of the recorder; speech alone comes to less, or
# to more as it gets shorter than this. A share, so that a clip turned up later shows no new one.
OFFSET = 0.002
OFFSET_SECONDS = 1.0
# Recorders that cut numbers off bring about half a step of 16 bits: not worth another dither.
ROUNDING = 2.0**-15
# More than this share of samples that are not numbers, and the file is damage.
MOSTLY_BROKEN = 0.01
# No microphone records at less; a header that says so would fill the disk.
LOWEST_RATE, HIGHEST_RATE = 1000, 384000
# The largest wav: its header counts bytes in 32 bits, those of the tags too.
WAV_BYTES = 2**32 - 1024
# The most that the steps take into memory at once; no utterance comes near it.
LONGEST_SECONDS = 1800.0
# What takes blocks of whole numbers, their rate and their bits.
Write = Callable[[Iterator[np.ndarray], int, int], None]


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
        if not LOWEST_RATE <= self.rate <= HIGHEST_RATE:
            raise SettingError(
                f"rate = {self.rate}: it lies between {LOWEST_RATE} and {HIGHEST_RATE} Hz", "rate"
            )
        if self.engine == "sox" and self.channel != "mean":
            raise SettingError("channel: --engine sox mixes by the mean only", "channel")


@dataclass(frozen=True)
class Converted:
    """What converting one file told."""

    seconds: float
    warning: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Loaded:
    """A converted recording in memory: whole steps of `bits` bits, and its mark if it has one."""

    sound: Sound
    bits: int
    converted: Converted
    made_by: str = ""


def convert_file(source: Path, target: Path, config: ConvertConfig) -> Converted:
    """Convert the recording `source` to the wav `target`.

    Raises Unusable where there is nothing worth keeping, Unreadable where it cannot be read.
    """
    if config.engine == "sox":
        return _by_sox(listen(source), source, target, config)

    def write(blocks: Iterator[np.ndarray], rate: int, bits: int) -> None:
        write_pcm(target, blocks, rate, bits)

    return read_source(source, lambda sound: _convert(sound, write, config))


def load_clip(source: Path, config: ConvertConfig, longest: float = LONGEST_SECONDS) -> Loaded:
    """The recording `source` in memory, sample for sample what `convert_file` would write.

    Raises Unusable also where it is longer than `longest` seconds, the others as `convert_file`.
    """
    return read_source(source, lambda sound: _load(sound, config, longest))


def load_as_is(source: Path) -> Loaded:
    """A recording in memory at its own rate, its channels mixed: what the single steps begin with.

    Samples of 16 or 24 bits are kept as they are.
    """

    def use(sound: Source) -> Loaded:
        _check_rate(sound)
        config = ConvertConfig(rate=sound.rate, bits=24 if sound.depth == 24 else 16)
        return _load(sound, config, LONGEST_SECONDS)

    return read_source(source, use)


def _load(sound: Source, config: ConvertConfig, longest: float) -> Loaded:
    pieces: list[np.ndarray] = []

    def collect(blocks: Iterator[np.ndarray], rate: int, bits: int) -> None:  # noqa: ARG001
        pieces.clear()
        room = longest * rate
        for block in blocks:
            room -= len(block)
            if room >= 0:
                pieces.append(to_floats(block))

    made = _convert(sound, collect, config)
    check_length(made.seconds, longest)
    return Loaded(Sound(np.concatenate(pieces), config.rate), config.bits, made, sound.made_by)


def check_length(seconds: float, longest: float) -> None:
    """Raise Unusable for a clip of more than `longest` seconds."""
    if seconds > longest:
        raise Unusable(
            f"too long for one clip: {duration(seconds)} of at most {duration(longest)}; "
            "split it at a pause",
            seconds,
        )


def _check_rate(sound: Source) -> None:
    if not LOWEST_RATE <= sound.rate <= HIGHEST_RATE:
        raise Unusable(f"its header says {sound.rate} Hz: export it again")


def _convert(sound: Source, write: Write, config: ConvertConfig) -> Converted:
    """Write the wav as of a recording that is well, and again where it turns out not to be."""
    _check_rate(sound)
    surveyor = Surveyor(sound.channels)
    guess = _way(sound, usual_mix(sound.channels, config.channel), 0.0, config)
    peak = _write(surveyor.passing(sound.blocks()), sound.rate, guess, write, config)
    recording = Recording(sound, surveyor.survey())
    _check_use(recording)
    way, warnings, facts = _judge(recording, config)

    def again() -> Iterator[np.ndarray]:
        return (mend(block)[0] for block in sound.blocks())

    if way != guess:
        peak = _write(again(), sound.rate, way, write, config)
    # A computed wave keeps two steps of room for its dither, a copied one has its own level.
    ceiling = 1.0 if way.copied else 1.0 - 2.0 ** (2 - config.bits)
    if peak > ceiling:
        gain = ceiling / peak
        _write(again(), sound.rate, replace(way, gain=gain), write, config)
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
    peak = float(mix.weights @ (seen.highs - seen.lows)) / 2
    if peak < SILENT_PEAK:
        raise Unusable(f"its {config.channel} channel is silent", recording.seconds)
    offset = float(mix.weights @ seen.means)
    least = OFFSET * peak * max(OFFSET_SECONDS / recording.seconds, 1.0)
    # What we wrote has none: its mean over a cut or a mix that was not judged is the speech's own.
    if recording.source.made_by or abs(offset) < max(least, ROUNDING):
        offset = 0.0
    warnings, facts = _damage(seen)
    if mix.warning:
        warnings.insert(0, mix.warning)
    if offset:
        warnings.append(f"an offset of {100 * offset:+.2g} % of full scale was taken out")
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
        warnings.append(f"samples that are no numbers became 0: {seen.not_finite}")
        facts["not_finite"] = seen.not_finite
    if seen.clipped:
        warnings.append(f"clipped when recorded: {seen.clipped} samples at full scale")
        facts["clipped"] = seen.clipped
    return warnings, facts


def _write(
    blocks: Iterable[np.ndarray], rate: int, way: _Way, write: Write, config: ConvertConfig
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

    write(quantized(), config.rate, config.bits)
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
