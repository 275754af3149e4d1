"""Sounds in memory, and the commands that treat sounds one by one.

`convert`, `denoise`, `trim` and `loudness` take a path, a Sound or an array. A path runs the
command and gives its BatchResult; a Sound gives a Treated record: the new sound, a note and facts;
an array, which needs its `sample_rate`, gives an array. All three have the same samples, where the
file has 16 bits. A sound in memory takes the options of its own section, and no voiceprep.toml.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from os import PathLike
from pathlib import Path
from typing import Any, Literal, TypeVar, overload

import numpy as np

from ..audio import dither, mel, silence
from ..audio import loudness as levels
from ..audio.convert import ConvertConfig, load_as_is, load_clip, load_samples
from ..audio.denoise import DenoiseConfig, check_denoise
from ..audio.limits import HIGHEST_RATE, LOWEST_RATE, MOST_CHANNELS
from ..audio.loudness import Loudness, LoudnessConfig
from ..audio.mel import MelConfig
from ..audio.silence import SpeechActivity
from ..audio.sound import Sound, Treated
from ..audio.steps import take_steps
from ..audio.trim import TrimConfig
from ..batch.run import BatchResult
from ..cli.keywords import flatten_settings, typed
from ..commands.loudness import Levels
from ..config import build, parse_value
from ..errors import SettingError, Unusable, UserError
from ..files import replacing
from .call import PathName, ProgressBar, call

SoundLike = PathName | Sound | np.ndarray
"""A recording of any format by its path, a Sound, or an array of samples with its rate."""

Config = TypeVar("Config")
BITS = 16
# No mix of floats peaks so far beyond full scale: such samples are integers that were not scaled.
HIGHEST_PEAK = 8.0


def read_sound(path: PathName, rate: int | None = None) -> Sound:
    """Read a recording of any format as one channel, at its own rate or at `rate` Hz.

    The samples are those that `convert` writes. Raises OSError where it cannot be opened, Unusable
    where it is silent, cut off or damaged, Unreadable where it cannot be decoded.
    """
    if rate is None:
        return load_as_is(Path(path)).sound
    return load_clip(Path(path), ConvertConfig(rate=_rate(rate, "rate"))).sound


def write_sound(path: PathName, sound: Sound, bits: int = BITS) -> None:
    """Write a sound as a wav of one channel and 16 or 24 bits, atomically.

    Samples between two steps are dithered; the same sound gives the same bytes. Raises Unusable
    for samples that are not finite or beyond full scale.
    """
    if not isinstance(sound, Sound):
        raise UserError(f"a {type(sound).__name__}: must be a Sound, as Sound(samples, rate)")
    if bits not in (16, 24):
        raise UserError(f"bits = {bits!r}: must be 16 or 24")
    sound = _within_scale(_sound(sound, None))
    with replacing(Path(path)) as temporary:
        dither.write_sound(temporary, dither.settle(sound, bits), bits)


def measure_loudness(source: SoundLike, sample_rate: int | None = None) -> Loudness:
    """The loudness of a recording by EBU R 128 in LUFS, and its true peak in dBTP.

    Raises Unusable where it is empty, not finite or below 4 kHz.
    """
    return levels.measure_loudness(_sound(source, sample_rate))


def find_speech(source: SoundLike, sample_rate: int | None = None) -> SpeechActivity:
    """The speech in a recording: its spans, lead, tail and pauses in seconds, and the noise floor.

    Raises Unusable where there is no speech.
    """
    return silence.find_speech(_sound(source, sample_rate))


def log_mel(
    source: SoundLike, config: MelConfig | None = None, sample_rate: int | None = None
) -> np.ndarray:
    """The mel spectrogram of a recording, (mel_channels, frames) float32, natural logarithm.

    A sound of another rate than the config's is converted first. The mel of a recording equals the
    cached mel of its converted wav. Raises SettingError for a config that cannot be computed.
    """
    config = config or MelConfig()
    mel.check_supported(config)
    if isinstance(source, str | PathLike) and sample_rate is None:
        return mel.log_mel(read_sound(source, config.rate).samples, config)
    sound = _sound(source, sample_rate)
    if sound.rate != config.rate:
        sound = load_samples(sound.samples, sound.rate, ConvertConfig(rate=config.rate)).sound
    return mel.log_mel(sound.samples, config)


@overload
def convert(source: np.ndarray, *, sample_rate: int, **options: Any) -> np.ndarray: ...
@overload
def convert(source: Sound, **options: Any) -> Treated: ...
@overload
def convert(source: PathName, target: PathName | None = None, **options: Any) -> BatchResult: ...
def convert(
    source: SoundLike,
    target: PathName | None = None,
    *,
    sample_rate: int | None = None,
    settings: Mapping[str, Any] | None = None,
    progress: ProgressBar | None = None,
    **options: Any,
) -> BatchResult | Treated | np.ndarray:
    """Convert recordings to one rate, one channel and 16 bits.

    `target` is DATASET/wavs by default. An array may have a column for each channel. Raises
    Unusable for a sound that is silent, not finite or too long; a file becomes an outcome instead.
    """
    if isinstance(source, str | PathLike):
        result: BatchResult = _run(
            "convert", source, target, sample_rate, options, settings, progress
        )
        return result
    _check_memory(target)
    samples, rate = _checked(source, sample_rate)
    config = _config(ConvertConfig, "convert", options, settings)
    if config.engine != "soxr":
        raise SettingError("engine: SoX converts files; a sound in memory needs soxr", "engine")
    loaded = load_samples(samples, rate, config)
    made = Treated(loaded.sound, loaded.converted.warning, loaded.converted.facts)
    return made if isinstance(source, Sound) else made.sound.samples


@overload
def denoise(source: np.ndarray, *, sample_rate: int, **options: Any) -> np.ndarray: ...
@overload
def denoise(source: Sound, **options: Any) -> Treated: ...
@overload
def denoise(source: PathName, target: PathName, **options: Any) -> BatchResult: ...
def denoise(
    source: SoundLike,
    target: PathName | None = None,
    *,
    sample_rate: int | None = None,
    settings: Mapping[str, Any] | None = None,
    progress: ProgressBar | None = None,
    **options: Any,
) -> BatchResult | Treated | np.ndarray:
    """Remove steady noise, except where that would make a clip worse.

    The note of the Treated record says where a clip was left as it is, and why. Raises Unusable
    for a sound without speech; a file becomes an outcome instead.
    """
    if isinstance(source, str | PathLike):
        result: BatchResult = _run(
            "denoise", source, target, sample_rate, options, settings, progress
        )
        return result
    _check_memory(target)
    sound = _within_scale(_sound(source, sample_rate))
    config = _config(DenoiseConfig, "denoise", options, settings)
    check_denoise(config)
    return _step("denoise", source, sound, config)


@overload
def trim(source: np.ndarray, *, sample_rate: int, **options: Any) -> np.ndarray: ...
@overload
def trim(source: Sound, **options: Any) -> Treated: ...
@overload
def trim(source: PathName, target: PathName, **options: Any) -> BatchResult: ...
def trim(
    source: SoundLike,
    target: PathName | None = None,
    *,
    sample_rate: int | None = None,
    settings: Mapping[str, Any] | None = None,
    progress: ProgressBar | None = None,
    **options: Any,
) -> BatchResult | Treated | np.ndarray:
    """Cut or pad clips to a stated silence before and after the speech.

    Raises Unusable for a sound without speech; a file becomes an outcome instead.
    """
    if isinstance(source, str | PathLike):
        result: BatchResult = _run("trim", source, target, sample_rate, options, settings, progress)
        return result
    _check_memory(target)
    sound = _within_scale(_sound(source, sample_rate))
    return _step("trim", source, sound, _config(TrimConfig, "trim", options, settings))


@overload
def loudness(source: np.ndarray, *, sample_rate: int, **options: Any) -> np.ndarray: ...
@overload
def loudness(source: Sound, **options: Any) -> Treated: ...
@overload
def loudness(
    source: PathName,
    target: PathName | None = None,
    *,
    print_stats: Literal[True],
    **options: Any,
) -> Levels: ...
@overload
def loudness(source: PathName, target: PathName, **options: Any) -> BatchResult: ...
def loudness(
    source: SoundLike,
    target: PathName | None = None,
    *,
    sample_rate: int | None = None,
    settings: Mapping[str, Any] | None = None,
    progress: ProgressBar | None = None,
    **options: Any,
) -> BatchResult | Levels | Treated | np.ndarray:
    """Bring clips to one loudness, with true peaks below a limit.

    `measure_loudness` measures one recording, and `print_stats=True` a folder. Raises Unusable for
    a sound that is empty, not finite or below 4 kHz; a file becomes an outcome instead.
    """
    if isinstance(source, str | PathLike):
        result: BatchResult | Levels = _run(
            "loudness", source, target, sample_rate, options, settings, progress
        )
        return result
    _check_memory(target)
    sound = _sound(source, sample_rate)
    return _step("loudness", source, sound, _config(LoudnessConfig, "loudness", options, settings))


def _run(
    name: str,
    source: PathName,
    target: PathName | None,
    sample_rate: int | None,
    options: Mapping[str, Any],
    settings: Mapping[str, Any] | None,
    progress: ProgressBar | None,
) -> Any:
    _check_file(source, sample_rate)
    needs_target = name in ("denoise", "trim") or (
        name == "loudness" and not options.get("print_stats")
    )
    if target is None and needs_target:
        raise UserError(
            f"{source}: name a target folder to write to, or give the sound in memory: "
            f"voiceprep.{name}(voiceprep.read_sound(path))"
        )
    return call(name, source, target, options=options, settings=settings, progress=progress)


def _check_file(source: PathName, sample_rate: int | None) -> None:
    if sample_rate is not None:
        raise UserError(f"{source}: sample_rate is that of an array; a file has its own")


def _check_memory(target: PathName | None) -> None:
    if target is not None:
        raise UserError(
            f"target = {str(target)!r}: only files are written to a target; "
            "voiceprep.write_sound writes a sound"
        )


def _step(name: str, source: SoundLike, sound: Sound, config: Any) -> Treated | np.ndarray:
    """A sound after one step, as its command would write it, in the form of its source."""
    treated = take_steps(sound, [(name, config)], BITS)
    if isinstance(source, Sound):
        return replace(treated, facts=treated.facts[name])
    return treated.sound.samples


def _config(
    cls: type[Config], section: str, options: Mapping[str, Any], settings: Mapping[str, Any] | None
) -> Config:
    """The settings for a sound in memory; raises SettingError."""
    values = {}
    for name, value in flatten_settings(settings or {}):
        head, _, key = name.partition(".")
        if head != section:
            raise SettingError(f"{name}: a sound in memory takes settings of {section} only", name)
        values[key] = value
    values |= {name: value for name, value in options.items() if value is not None}
    known = {entry.name for entry in fields(cls)}  # type: ignore[arg-type]  # a dataclass
    for name in known & values.keys():
        values[name] = parse_value(cls, name, typed(values[name]), f"{section}.{name}")
    return build(cls, values, section)


def _sound(source: SoundLike, sample_rate: int | None) -> Sound:
    """The one channel of a recording at its own rate, as finite floats."""
    if isinstance(source, str | PathLike):
        _check_file(source, sample_rate)
        return read_sound(source)
    samples, rate = _checked(source, sample_rate)
    if samples.ndim == 2:
        if samples.shape[1] != 1:
            raise UserError(
                f"samples have {samples.shape[1]} channels: voiceprep.convert mixes them"
            )
        samples = samples.reshape(-1)
    if samples.dtype == np.int16:
        samples = dither.to_floats(samples)
    samples = samples.astype(np.float32, copy=False)
    if not np.isfinite(samples).all():
        raise Unusable("some of its samples are not finite; voiceprep.convert sets a few to 0")
    if isinstance(source, Sound) and samples is source.samples and rate is source.rate:
        return source
    return Sound(samples, rate)


def _within_scale(sound: Sound) -> Sound:
    """The sound; raises Unusable where it would be clipped."""
    peak = float(np.abs(sound.samples).max(initial=0.0))
    if peak > 1:
        raise Unusable(
            f"its samples reach {peak:.6g}, beyond full scale: voiceprep.convert turns them down"
        )
    return sound


def _checked(source: SoundLike, sample_rate: int | None) -> tuple[np.ndarray, int]:
    """The samples of a Sound or an array, and their rate; raises UserError for all others."""
    given, rate = source, sample_rate
    if isinstance(source, Sound):
        if sample_rate is not None:
            raise UserError("sample_rate is that of an array; a Sound has its own rate")
        given, rate = source.samples, source.rate
    samples = np.asarray(given)
    if samples.dtype.kind not in "biufc":
        raise UserError(f"a {type(given).__name__}: must be a path, a Sound or an array of samples")
    # More columns than any recorder has channels: the array has its axes swapped.
    if samples.ndim not in (1, 2) or (samples.ndim == 2 and samples.shape[1] > MOST_CHANNELS):
        raise UserError(
            f"samples of shape {samples.shape}: must be (frames,) or (frames, channels)"
        )
    if samples.dtype != np.int16 and samples.dtype.kind != "f":
        raise UserError(f"samples of type {samples.dtype}: must be floats in [-1, 1], or int16")
    peak = np.abs(samples[np.isfinite(samples)]).max(initial=0)
    if samples.dtype != np.int16 and peak > HIGHEST_PEAK:
        raise UserError(
            f"samples reach {peak:.6g}: must be floats in [-1, 1]; divide "
            "integers of 16 bits by 32768"
        )
    if rate is None:
        raise UserError("an array of samples needs its sample_rate, in Hz")
    return samples, _rate(rate, "sample_rate")


def _rate(value: Any, name: str) -> int:
    """A sampling rate as an int; raises UserError for one that no recorder has."""
    try:
        rate = int(value)
    except (TypeError, ValueError, OverflowError):
        rate = 0
    if rate != value or not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise UserError(
            f"{name} = {value!r}: must be a whole number of Hz, {LOWEST_RATE} to {HIGHEST_RATE}"
        )
    return rate
