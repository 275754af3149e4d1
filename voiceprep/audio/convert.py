"""Conversion of any recording to a wav of one rate and one channel of integer samples."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import soxr

from ..batch.summary import duration
from ..config import setting
from ..errors import SettingError, Unusable
from ..tools import run_sox
from .channels import (
    LARGEST,
    Channel,
    Mix,
    Survey,
    Surveyor,
    choose_mix,
    replace_invalid,
    usual_mix,
)
from .dither import quantize, to_floats
from .limits import HIGHEST_RATE, LOWEST_RATE
from .offset_pieces import without_offset
from .sound import BLOCK, Recording, Sound, Source, listen, read_source, write_pcm
from .spikes import UNSCALED, check_scale

# A peak below half a 16-bit step is silence.
SILENT_PEAK = 2.0**-16
# A mean beyond this share of the peak may be a DC offset, in sounds shorter than this beyond more.
# A share, so that a change of level does not cross it.
OFFSET = 0.002
OFFSET_SECONDS = 1.0
# Truncation causes an offset of half a 16-bit step: not worth dithering again.
ROUNDING = 2.0**-15
# With more than this share of samples that are not finite, a file is damaged.
MOSTLY_BROKEN = 0.01
# The largest wav: its header counts bytes in 32 bits, including the tags.
WAV_BYTES = 2**32 - 1024
# The longest sound that the steps load into memory; no utterance comes near it.
LONGEST_SECONDS = 1800.0
# Writes blocks of integer samples of a rate and a number of bits.
Write = Callable[[Iterator[np.ndarray], int, int], None]


@dataclass(frozen=True)
class ConvertConfig:
    """The format of a converted wav."""

    rate: int = setting(22050, "sampling rate in Hz", "--rate")
    bits: Literal[16, 24] = setting(16, "bits per sample", "--bits")
    channel: Channel = setting("mean", "channel to use of a recording with several", "--channel")
    dither: bool = setting(True, "TPDF dither; it gives the same bytes every time", "--dither")
    engine: Literal["soxr", "sox"] = setting(
        "soxr", "resampler: soxr in process, or the SoX program for its exact bytes", "--engine"
    )

    def __post_init__(self) -> None:
        if not LOWEST_RATE <= self.rate <= HIGHEST_RATE:
            raise SettingError(
                f"rate = {self.rate}: must be between {LOWEST_RATE} and {HIGHEST_RATE} Hz", "rate"
            )
        if self.engine == "sox" and self.channel != "mean":
            raise SettingError("channel: --engine sox mixes by the mean only", "channel")


@dataclass(frozen=True)
class Converted:
    """The result of converting one file."""

    seconds: float
    warning: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Loaded:
    """A converted recording in memory: integer steps of `bits` bits, and its mark if it has one."""

    sound: Sound
    bits: int
    converted: Converted
    made_by: str = ""


def convert_file(source: Path, target: Path, config: ConvertConfig) -> Converted:
    """Convert the recording `source` to the wav `target`.

    Raises Unusable where it is silent, damaged or too long, Unreadable where it cannot be read.
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
    """A recording in memory at its own rate, its channels mixed: the input of single steps.

    Samples of 16 or 24 bits are kept as they are.
    """

    def use(sound: Source) -> Loaded:
        config = ConvertConfig(rate=sound.rate, bits=24 if sound.depth == 24 else 16)
        return _load(sound, config, LONGEST_SECONDS)

    return read_source(source, use)


def load_samples(samples: np.ndarray, rate: int, config: ConvertConfig) -> Loaded:
    """Samples in memory, converted as those of a file.

    samples: (frames,) or (frames, channels), floats in [-1, 1] or integers of 16 bits. Raises
    Unusable where they are silent, not finite or too long.
    """
    if not samples.size:
        raise Unusable("holds no samples", 0.0)
    integer = samples.dtype == np.int16
    frames = samples.reshape(len(samples), -1)

    def blocks() -> Iterator[np.ndarray]:
        for start in range(0, len(frames), BLOCK):
            block = frames[start : start + BLOCK]
            yield to_floats(block) if integer else block.astype(np.float32)

    source = Source(rate, frames.shape[1], 16 if integer else 0, (), blocks)
    return _load(source, config, LONGEST_SECONDS)


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


def _convert(sound: Source, write: Write, config: ConvertConfig) -> Converted:
    """Write the wav with the usual settings, and again where the measurements require others."""
    guess = _mixdown(sound, usual_mix(sound.channels, config.channel), 0.0, config)
    peak, survey = _first_write(sound, LARGEST, guess, write, config)
    largest = survey.spike_level or LARGEST
    if survey.spike_level:
        known = survey.not_finite
        peak, survey = _first_write(sound, largest, guess, write, config)
        survey = replace(survey, not_finite=known, spikes=survey.not_finite - known)
    recording = Recording(sound, survey)
    _check_use(recording)
    mixdown, warnings, facts = _judge(recording, config)

    def again() -> Iterator[np.ndarray]:
        return (replace_invalid(block, largest)[0] for block in sound.blocks())

    if mixdown != guess:
        peak = _write(again(), sound.rate, mixdown, write, config)
    # Computed samples need two steps of headroom for dither, copied ones none.
    ceiling = 1.0 if mixdown.copied else 1.0 - 2.0 ** (2 - config.bits)
    if peak > ceiling:
        gain = ceiling / peak
        _write(again(), sound.rate, replace(mixdown, gain=gain), write, config)
        quieter_db = -20 * float(np.log10(gain))
        facts["gain_db"] = -round(quieter_db, 4)
        amount = f"{quieter_db:.1f} dB" if quieter_db >= 0.05 else "less than 0.1 dB"
        warnings.append(f"turned down by {amount} to prevent clipping")
    return Converted(
        recording.seconds, "; ".join([*sound.warnings, *sound.found, *warnings]), facts
    )


def _first_write(
    sound: Source, largest: float, guess: "_Mixdown", write: Write, config: ConvertConfig
) -> tuple[float, Survey]:
    """Write and measure a sound in one pass, without samples beyond `largest`; its peak."""
    surveyor = Surveyor(sound.channels, sound.rate, largest)
    peak = _write(surveyor.stream(sound.blocks()), sound.rate, guess, write, config)
    return peak, surveyor.survey()


def _by_sox(recording: Recording, source: Path, target: Path, config: ConvertConfig) -> Converted:
    """Convert with the SoX program, with warnings for what it does not handle."""
    _check_use(recording)
    survey = recording.survey
    if survey.not_finite:
        raise Unusable(
            f"{survey.not_finite} of its samples are not finite, which SoX turns into loud clicks: "
            "use --engine soxr",
            recording.seconds,
        )
    if survey.spike_level:
        raise Unusable(
            "some of its samples are far above all others, and SoX turns them into loud clicks: "
            "use --engine soxr",
            recording.seconds,
        )
    messages = run_sox(source, target, config.rate, config.bits, config.dither)
    damage, facts = _damage(recording)
    trouble = choose_mix(survey, config.channel).trouble
    if trouble:
        damage.append(f"{trouble}, but SoX uses the mean of all: --engine soxr does not")
    found = (*recording.source.warnings, *recording.source.found)
    warnings = filter(None, (*found, *damage, messages))
    return Converted(recording.seconds, "; ".join(warnings), facts)


@dataclass(frozen=True)
class _Mixdown:
    """How one recording is mixed: the weight of each channel, the offset to subtract, the gain."""

    weights: tuple[float, ...]
    offset: float
    copied: bool
    gain: float = 1.0


def _check_use(recording: Recording) -> None:
    survey = recording.survey
    place = survey.first_invalid / recording.source.rate
    if survey.spikes and survey.burst:
        raise Unusable(
            f"damaged at {place:.2f} s: {survey.spikes} samples close together are far above all "
            "others",
            recording.seconds,
        )
    if survey.not_finite > MOSTLY_BROKEN * survey.frames * recording.source.channels:
        raise Unusable(f"{survey.not_finite} of its samples are not finite", recording.seconds)
    if np.max(survey.highs - survey.lows) < 2 * SILENT_PEAK:
        raise Unusable("silent from start to end", recording.seconds)
    if survey.peak > UNSCALED and not survey.spike_level:
        blocks = (replace_invalid(block)[0] for block in recording.source.blocks())
        check_scale(blocks, recording.source.rate)


def _judge(
    recording: Recording, config: ConvertConfig
) -> tuple[_Mixdown, list[str], dict[str, Any]]:
    """The mixdown of a measured recording, with warnings and facts."""
    survey = recording.survey
    mix = choose_mix(survey, config.channel)
    if survey.alike and recording.source.rate == config.rate:
        mix = usual_mix(recording.source.channels, "left")  # copied bit for bit
    peak = float(mix.weights @ (survey.highs - survey.lows)) / 2
    if peak < SILENT_PEAK:
        raise Unusable(f"its {config.channel} channel is silent", recording.seconds)
    least = max(OFFSET * peak * max(OFFSET_SECONDS / recording.seconds, 1.0), ROUNDING)
    # Our own wavs have none: a nonzero mean is that of the speech.
    offset = 0.0 if recording.source.made_by else _offset(survey, mix.weights, least)
    warnings, facts = _damage(recording)
    if mix.warning:
        warnings.insert(0, mix.warning)
    if offset:
        warnings.append(f"an offset of {100 * offset:+.2g} % of full scale was removed")
        facts["offset"] = round(offset, 6)
    return _mixdown(recording.source, mix, offset, config), warnings, facts


def _offset(survey: Survey, weights: np.ndarray, least: float) -> float:
    """The offset of a mix to remove: its mean, or what the pauses have of it; 0 below `least`."""
    if abs(weights @ survey.means) < least:
        return 0.0
    # Digital silence has no offset and hides that of the rest.
    mean = float(weights @ (survey.means / np.maximum(1 - survey.pieces.silent_shares(), 1e-9)))
    in_pauses = float(weights @ survey.pieces.pause_means())
    if abs(mean - in_pauses) >= least:
        mean = float(np.median([0.0, in_pauses, mean]))
    return mean if abs(mean) >= least else 0.0


def _mixdown(sound: Source, mix: Mix, offset: float, config: ConvertConfig) -> _Mixdown:
    copied = (
        sound.rate == config.rate and mix.single and not offset and 0 < sound.depth <= config.bits
    )
    return _Mixdown(tuple(mix.weights.tolist()), offset, copied)


def _damage(recording: Recording) -> tuple[list[str], dict[str, Any]]:
    """The damage in a recording, as warnings and facts."""
    survey, warnings, facts = recording.survey, [], {}
    first = f", the first at {survey.first_invalid / recording.source.rate:.2f} s"
    if survey.not_finite:
        warnings.append(f"samples that were not finite were set to 0: {survey.not_finite}{first}")
        facts["not_finite"] = survey.not_finite
    if survey.spikes:
        warnings.append(f"samples far above all others were set to 0: {survey.spikes}{first}")
        facts["spikes"] = survey.spikes
    if survey.clipped:
        warnings.append(f"clipped when recorded: {survey.clipped} samples at full scale")
        facts["clipped"] = survey.clipped
    return warnings, facts


def _write(
    blocks: Iterable[np.ndarray], rate: int, mixdown: _Mixdown, write: Write, config: ConvertConfig
) -> float:
    """Write the wav; returns its peak at full precision."""
    peaks = [0.0]

    def quantized() -> Iterator[np.ndarray]:
        # A fixed seed: a file gets the same bytes every time.
        dithered = config.dither and not mixdown.copied
        noise = np.random.Generator(np.random.SFC64(0)) if dithered else None
        room = WAV_BYTES // (config.bits // 8)
        for block in resample(_mixed(blocks, rate, mixdown), rate, config.rate):
            room -= len(block)
            if room < 0:
                raise Unusable("too long for a wav: split it first")
            if len(block):
                peaks.append(max(float(block.max()), -float(block.min())))
                yield quantize(block, config.bits, noise)

    write(quantized(), config.rate, config.bits)
    return max(peaks)


def _mixed(blocks: Iterable[np.ndarray], rate: int, mixdown: _Mixdown) -> Iterator[np.ndarray]:
    """The mixed channel, block by block."""
    weights = np.array(mixdown.weights, np.float32) * np.float32(mixdown.gain)
    side, single = int(np.argmax(weights)), np.count_nonzero(weights) == 1
    offset = mixdown.offset * mixdown.gain
    mono = (block[:, side] * weights[side] if single else block @ weights for block in blocks)
    yield from without_offset(mono, offset, rate) if offset else mono


def resample(blocks: Iterable[np.ndarray], rate: int, target_rate: int) -> Iterator[np.ndarray]:
    """Blocks of one channel at another rate, by soxr's VHQ without seams between blocks."""
    if rate == target_rate:
        yield from blocks
        return
    stream = soxr.ResampleStream(rate, target_rate, 1, dtype="float32", quality="VHQ")
    for block in blocks:
        yield stream.resample_chunk(np.ascontiguousarray(block))
    yield stream.resample_chunk(np.zeros(0, np.float32), last=True)
