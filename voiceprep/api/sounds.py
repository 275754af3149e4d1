"""Sounds in memory, and the commands that treat sounds one by one.

`convert`, `denoise`, `trim` and `loudness` take a path, a Sound or an array. A path runs the
command and gives its BatchResult; a Sound gives a Treated record: the new sound, a note and facts;
an array, which needs its `sample_rate`, gives an array. All three have the same samples.
"""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar, overload

import numpy as np

from ..audio import dither, mel, silence
from ..audio import loudness as levels
from ..audio.convert import ConvertConfig, Loaded, load_as_is, load_clip, load_samples
from ..audio.denoise import DenoiseConfig, check_denoise
from ..audio.loudness import Loudness, LoudnessConfig
from ..audio.mel import MelConfig
from ..audio.silence import SpeechActivity
from ..audio.sound import Sound, Treated
from ..audio.steps import take_steps
from ..audio.trim import TrimConfig
from ..batch.run import BatchResult
from ..config import build
from ..errors import SettingError, UserError
from ..files import replacing
from .call import PathName, ProgressBar, call

SoundLike = PathName | Sound | np.ndarray
"""A recording of any format by its path, a Sound, or an array of samples with its rate."""

Config = TypeVar("Config")
BITS = 16
# More columns than any recorder has channels: such an array has its axes swapped.
MOST_CHANNELS = 64


def read_sound(path: PathName, rate: int | None = None) -> Sound:
    """Read a recording of any format as one channel, at its own rate or at `rate` Hz.

    The samples are those that `convert` writes. Raises Unusable where it is silent, cut off or
    damaged, Unreadable where it cannot be decoded.
    """
    if rate is None:
        return load_as_is(Path(path)).sound
    return load_clip(Path(path), ConvertConfig(rate=rate)).sound


def write_sound(path: PathName, sound: Sound, bits: int = BITS) -> None:
    """Write a sound as a wav of one channel and 16 or 24 bits, atomically.

    Samples between two steps are dithered; the same sound gives the same bytes.
    """
    if bits not in (16, 24):
        raise UserError(f"bits = {bits}: must be 16 or 24")
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
    if isinstance(source, str | PathLike):
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
        result: BatchResult = _run("convert", source, target, options, settings, progress)
        return result
    config = _config(ConvertConfig, "convert", options, settings)
    loaded = _loaded(source, sample_rate, config)
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
        result: BatchResult = _run("denoise", source, target, options, settings, progress)
        return result
    config = _config(DenoiseConfig, "denoise", options, settings)
    check_denoise(config)
    return _step("denoise", source, sample_rate, config)


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
        result: BatchResult = _run("trim", source, target, options, settings, progress)
        return result
    return _step("trim", source, sample_rate, _config(TrimConfig, "trim", options, settings))


@overload
def loudness(source: np.ndarray, *, sample_rate: int, **options: Any) -> np.ndarray: ...
@overload
def loudness(source: Sound, **options: Any) -> Treated: ...
@overload
def loudness(source: PathName, target: PathName | None = None, **options: Any) -> Any: ...
def loudness(
    source: SoundLike,
    target: PathName | None = None,
    *,
    sample_rate: int | None = None,
    settings: Mapping[str, Any] | None = None,
    progress: ProgressBar | None = None,
    **options: Any,
) -> Any:
    """Bring clips to one loudness, with true peaks below a limit.

    `measure_loudness` measures one recording, and `print_stats=True` a folder. Raises Unusable for
    a sound that is empty, not finite or below 4 kHz; a file becomes an outcome instead.
    """
    if isinstance(source, str | PathLike):
        return _run("loudness", source, target, options, settings, progress)
    config = _config(LoudnessConfig, "loudness", options, settings)
    return _step("loudness", source, sample_rate, config)


def _run(
    name: str,
    source: PathName,
    target: PathName | None,
    options: Mapping[str, Any],
    settings: Mapping[str, Any] | None,
    progress: ProgressBar | None,
) -> Any:
    needs_target = name in ("denoise", "trim") or (
        name == "loudness" and not options.get("print_stats")
    )
    if target is None and needs_target:
        raise UserError(
            f"{source}: name a target folder to write to, or give the sound in memory: "
            f"voiceprep.{name}(voiceprep.read_sound(path))"
        )
    return call(name, source, target, options=options, settings=settings, progress=progress)


def _step(
    name: str, source: Sound | np.ndarray, sample_rate: int | None, config: Any
) -> Treated | np.ndarray:
    """A sound after one step, as its command would write it."""
    treated = take_steps(_sound(source, sample_rate), [(name, config)], BITS)
    facts = treated.facts[name]
    if isinstance(source, Sound):
        return Treated(treated.sound, treated.note, facts)
    return treated.sound.samples


def _config(
    cls: type[Config], section: str, options: Mapping[str, Any], settings: Mapping[str, Any] | None
) -> Config:
    """The settings for a sound in memory; raises SettingError."""
    values = {}
    for name, value in (settings or {}).items():
        head, _, key = name.partition(".")
        if head != section or not key:
            raise SettingError(f"{name}: a sound in memory takes settings of {section} only", name)
        values[key] = value
    return build(cls, {**values, **options}, section)


def _loaded(source: Sound | np.ndarray, sample_rate: int | None, config: ConvertConfig) -> Loaded:
    if isinstance(source, Sound):
        return load_samples(source.samples, source.rate, config)
    return load_samples(_checked(source, sample_rate), sample_rate or 0, config)


def _sound(source: SoundLike, sample_rate: int | None) -> Sound:
    """The sound of a recording at its own rate."""
    if isinstance(source, Sound):
        return source
    if isinstance(source, str | PathLike):
        return read_sound(source)
    samples = _checked(source, sample_rate)
    if samples.size > len(samples):
        raise UserError(f"samples have {samples.shape[1]} channels: voiceprep.convert mixes them")
    samples = samples.reshape(-1)
    samples = dither.to_floats(samples) if samples.dtype == np.int16 else samples.astype(np.float32)
    return Sound(samples, sample_rate or 0)


def _checked(source: np.ndarray, sample_rate: int | None) -> np.ndarray:
    """The samples of an array; raises UserError for another shape or type, or without a rate."""
    samples = np.asarray(source)
    if not sample_rate:
        raise UserError("an array of samples needs its sample_rate, in Hz")
    if samples.ndim not in (1, 2) or (samples.ndim == 2 and samples.shape[1] > MOST_CHANNELS):
        raise UserError(
            f"samples of shape {samples.shape}: must be (frames,) or (frames, channels)"
        )
    if samples.dtype != np.int16 and not np.issubdtype(samples.dtype, np.floating):
        raise UserError(f"samples of type {samples.dtype}: must be floats in [-1, 1], or int16")
    return samples
