"""Removal of steady noise from clips: hiss, hum and room noise, in process or by SoX.

In process, every bin of a short-time spectrum gets a Wiener gain, its a priori signal-to-noise
ratio by the decision-directed rule of Ephraim and Malah (1984), refined in a second step after
Plapous (2006). The noise spectrum is estimated from the clip's pauses, then from all frames in
which a bin probably holds no speech (Gerkmann and Hendriks 2012). The signal-to-noise ratio by the
same estimate decides whether a clip is processed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import soxr
from numpy.lib.stride_tricks import sliding_window_view

from ..config import setting
from ..errors import ClipError, SettingError, Unusable
from ..tools import remove_noise, require_sox
from .convert import load_as_is
from .dither import settle
from .silence import find_speech
from .sound import Sound, Treated

# A window of 46 ms at 22,050 Hz: long enough to resolve the harmonics of a voice.
WINDOW_SECONDS = 0.04
# Windows overlap by three quarters, so that gains change smoothly.
OVERLAP = 4
# The signal-to-noise ratio aimed at with strength 1, and a margin beyond it.
FULL_DB, MARGIN_DB = 40.0, 3.0
# Noise as quiet as this is that of 16-bit quantisation.
FAINT_DB = -80.0
# SoX gates: with less noise than this it removes more speech than noise.
SOX_WORTH_DB, SOX_FULL = 14.5, 0.25
# Without a pause, the steady part may be a held vowel where it is louder than the rest, and weak
# speech where it is far softer: outside of this range the estimate is not trusted.
SURE_DB = (0.0, 15.0)
# The most attenuation in one round, and the number of rounds.
MOST_DB, ROUNDS = 45.0, 3
# Beyond this power ratio the gain is 1.
MOST_ABOVE = 1e5
# The least power of a bin, far below that of dithered silence, against division by zero.
LEAST_POWER = 1e-10
# The share of quietest frames of a bin that start the estimate without a pause.
QUIETEST = 0.1
REFINEMENTS = 3
# The assumed power ratio of speech to noise in a bin, for the speech presence probability.
SPEECH_RATIO = 10**1.5
# The weight of the previous frame in the prior: less causes musical noise, more blurs onsets.
PERSISTENCE = 0.97
LEAST_PRIOR = 10**-2.5
FRAMES_TO_LEARN, MOST_TO_LEARN = 4, 4096
NOISE_SECONDS, SOX_SAMPLES = 0.25, 2048
BLOCK = 512


@dataclass(frozen=True)
class DenoiseConfig:
    """How noise is removed, and how much of it."""

    method: Literal["spectral", "sox"] = setting(
        "spectral", "noise removal in process (spectral) or by SoX's noisered (sox)", "--method"
    )
    noise: str = setting(
        "", "recording of the noise alone, from which the noise is estimated", "--noise"
    )
    strength: float = setting(
        0.75, "0 to 1: how far below the speech the noise is reduced", "--strength"
    )

    def __post_init__(self) -> None:
        if not 0 <= self.strength <= 1:
            raise SettingError(f"strength = {self.strength}: must be between 0 and 1", "strength")


@dataclass(frozen=True)
class _NoiseEstimate:
    """The noise of a clip, its pauses, and why it is left unchanged, if so.

    `bins` is the power of the noise in every bin, the levels are in dBFS.
    """

    bins: np.ndarray
    noise_db: float
    speech_db: float
    quiet: tuple[tuple[int, int], ...] = ()
    why: str = ""

    @property
    def snr_db(self) -> float:
        """The level of speech above that of noise."""
        return self.speech_db - self.noise_db


def check_denoise(config: DenoiseConfig) -> None:
    """Raise ToolMissing or SettingError where these settings can denoise no clip."""
    if config.method == "sox":
        require_sox("--method sox")
    if config.noise:
        _read_noise(config.noise)


def denoise(sound: Sound, config: DenoiseConfig, bits: int = 16) -> Treated:
    """Remove the noise of a clip, or leave it unchanged, with a note, where that is better.

    The noise is brought to 40 dB times the strength below the speech; a clip in which it is already
    there is left unchanged. The result, as it will be written with `bits` bits, is measured like
    any other clip, so that a second pass changes nothing. Raises Unusable where there is no speech,
    or samples are not finite.
    """
    if not np.all(np.isfinite(sound.samples)):
        raise Unusable("some of its samples are not finite", sound.seconds)
    before = estimate = _estimate_noise(sound, config)
    if estimate.why:
        note = f"left as it is: {estimate.why}"
        unneeded = note if _clean_enough(estimate, config) else ""
        return Treated(sound, note, _facts(before, before), unneeded)
    made = sound
    for _ in range(ROUNDS):
        made = settle(_treat(made, estimate, config), bits)
        try:
            estimate = _estimate_noise(made, config)
        except Unusable:
            break
        if estimate.why:
            return Treated(made, "", _facts(before, estimate))
    other = f"not that of {config.noise}" if config.noise else "too much like its speech"
    return Treated(sound, f"left as it is: its noise is {other}", _facts(before, before))


def _facts(before: _NoiseEstimate, after: _NoiseEstimate) -> dict[str, float]:
    facts = {
        "snr_db": before.snr_db,
        "noise_db_before": before.noise_db,
        "noise_db_after": after.noise_db,
        "removed_db": before.noise_db - after.noise_db,
    }
    return {name: round(value, 2) for name, value in facts.items()}


def _estimate_noise(sound: Sound, config: DenoiseConfig) -> _NoiseEstimate:
    """The noise of a clip; pauses are searched only where they are needed."""
    if not np.any(sound.samples):
        raise Unusable("silent from start to end", sound.seconds)
    estimate = _steady_noise(sound)
    if why := _clean_enough(estimate, config):
        return replace(estimate, why=why)
    speech = find_speech(sound)
    noise_db = min(estimate.noise_db, speech.floor_db) if speech.quiet else estimate.noise_db
    estimate = replace(estimate, quiet=speech.quiet, noise_db=noise_db)
    return replace(estimate, why=_clean_enough(estimate, config) or _why_unknown(estimate, config))


def _clean_enough(estimate: _NoiseEstimate, config: DenoiseConfig) -> str:
    """Why a clip's noise need not be removed, empty where it should be."""
    aim_db = FULL_DB * config.strength
    if estimate.snr_db >= aim_db:
        return f"its noise is already {aim_db:g} dB or more below the speech"
    if estimate.noise_db <= FAINT_DB:
        return f"its noise is below {FAINT_DB:g} dBFS, which is negligible"
    if config.method == "sox" and estimate.snr_db >= SOX_WORTH_DB:
        return "so little noise that SoX would remove more speech than noise"
    return ""


def _why_unknown(estimate: _NoiseEstimate, config: DenoiseConfig) -> str:
    """Why a clip's noise cannot be estimated, empty where it can."""
    if config.noise:
        return ""
    pause = sum(end - start for start, end in estimate.quiet)
    if config.method == "sox" and pause < SOX_SAMPLES:
        return "its pauses are too short to estimate the noise: give a recording with --noise"
    if not estimate.quiet and not SURE_DB[0] <= estimate.snr_db <= SURE_DB[1]:
        return "it has no pause to estimate the noise from: give a recording with --noise"
    return ""


def _steady_noise(sound: Sound) -> _NoiseEstimate:
    """The steady part of a clip, estimated from the quietest frames of every bin."""
    size = _window_size(sound.rate)
    powers = _powers(sound, range(0, max(len(sound.samples) - size, 0) + 1, size // 2))
    # Digital silence was inserted later and is not noise.
    nonzero = powers.any(axis=1)
    powers = (powers[nonzero] if nonzero.any() else powers) + np.float32(LEAST_POWER)
    rank = int(QUIETEST * len(powers))
    # The power of a noise bin has an exponential distribution.
    low = np.partition(powers, rank, axis=0)[rank] / np.float32(-np.log(1 - QUIETEST))
    bins = _refined(low, powers)
    noise, each = float(_total(bins, size)), _total(powers, size)
    speaking = each[each > 2 * noise]
    speech = float(np.mean(speaking)) - noise if len(speaking) else 0.0
    return _NoiseEstimate(bins, _decibels(noise), _decibels(speech))


def _refined(bins: np.ndarray, powers: np.ndarray) -> np.ndarray:
    """The noise as the mean over all frames, each weighted by its speech absence probability."""
    for _ in range(REFINEMENTS):
        evidence = np.minimum(powers / bins * np.float32(SPEECH_RATIO / (1 + SPEECH_RATIO)), 50)
        spoken = 1 / (1 + np.float32(1 + SPEECH_RATIO) * np.exp(-evidence))
        bins = np.mean(spoken * bins + (1 - spoken) * powers, axis=0)
    return bins


def _treat(sound: Sound, estimate: _NoiseEstimate, config: DenoiseConfig) -> Sound:
    """The clip with its noise attenuated, of the same length."""
    if config.method == "sox":
        if config.noise:
            file = _read_noise(config.noise)
            noise = soxr.resample(file.samples, file.rate, sound.rate)
        else:
            noise = np.concatenate([sound.samples[start:end] for start, end in estimate.quiet])
        amount = SOX_FULL * config.strength
        return Sound(remove_noise(sound.samples, noise, sound.rate, amount), sound.rate)
    missing_db = FULL_DB * config.strength - estimate.snr_db
    turned_db = min(missing_db, estimate.noise_db - FAINT_DB) + MARGIN_DB
    floor = 10 ** (-min(turned_db, MOST_DB) / 20)
    return Sound(_wiener(sound, _profile(sound, estimate, config), floor), sound.rate)


def _profile(sound: Sound, estimate: _NoiseEstimate, config: DenoiseConfig) -> np.ndarray:
    """The power of the noise in every bin, from a recording of it or from the clip's pauses."""
    size = _window_size(sound.rate)
    step = size // OVERLAP
    if config.noise:
        bins = _file_bins(_read_noise(config.noise), sound.rate)
    else:
        places = [
            at for first, last in estimate.quiet for at in range(first, last - size + 1, step)
        ]
        if len(places) < FRAMES_TO_LEARN:
            return estimate.bins
        bins = np.mean(_powers(sound, places), axis=0)
    every = range(0, max(len(sound.samples) - size, 0) + 1, size // 2)
    bins = bins + np.float32(LEAST_POWER)
    return _refined(bins, _powers(sound, every) + np.float32(LEAST_POWER))


def _file_bins(noise: Sound, rate: int) -> np.ndarray:
    """The power of a noise recording in the bins of a clip with another rate."""
    size, own = _window_size(rate), _window_size(noise.rate)
    powers = np.mean(_powers(noise, range(0, len(noise.samples) - own + 1, own // 2)), axis=0)
    hz, own_hz = np.fft.rfftfreq(size, 1 / rate), np.fft.rfftfreq(own, 1 / noise.rate)
    scale = (rate * size) / (noise.rate * own)
    bins: np.ndarray = scale * np.interp(hz, own_hz, powers)
    return bins.astype(np.float32)


def _wiener(sound: Sound, noise: np.ndarray, floor: float) -> np.ndarray:
    """The samples after the Wiener gain, which is at least `floor`."""
    size = 2 * (len(noise) - 1)
    step, window = size // OVERLAP, _window(size)
    padded = np.pad(sound.samples, (size, 2 * size))
    frames = sliding_window_view(padded, size)[::step]
    made = np.zeros((len(frames) + OVERLAP, step), np.float32)
    prior = np.full(len(noise), LEAST_PRIOR, np.float32)
    for start in range(0, len(frames), BLOCK):
        spectra = np.fft.rfft(frames[start : start + BLOCK] * window).astype(np.complex64)
        above = np.minimum((spectra.real**2 + spectra.imag**2) / noise, np.float32(MOST_ABOVE))
        gains, prior = _gains(above, prior, np.float32(floor))
        waves = np.fft.irfft(spectra * gains, size).astype(np.float32) * window
        for part in range(OVERLAP):
            here = slice(start + part, start + part + len(waves))
            made[here] += waves[:, part * step : (part + 1) * step]
    inside = slice(size, size + len(sound.samples))
    samples: np.ndarray = made.reshape(-1)[inside] / np.float32(OVERLAP / 2)
    return samples


def _gains(
    above: np.ndarray, prior: np.ndarray, floor: np.float32
) -> tuple[np.ndarray, np.ndarray]:
    """The Wiener gain for every bin, and the prior for the next block.

    `above` is the power over that of the noise, of shape (frames, bins).
    """
    news = np.float32(1 - PERSISTENCE) * np.maximum(above - 1, 0)
    first = np.empty_like(above)
    for frame, power, new in zip(first, above, news, strict=True):
        guess = np.maximum(np.float32(PERSISTENCE) * prior + new, np.float32(LEAST_PRIOR))
        np.divide(guess, 1 + guess, out=frame)
        prior = frame * frame * power
    # The first gain lags by a frame: its output is a better estimate of the speech.
    speech = first * first * above
    return np.maximum(speech / (1 + speech), floor), prior


def _powers(sound: Sound, places: Sequence[int]) -> np.ndarray:
    """The power of every bin in windows at `places`, (frames, bins), subsampled where many."""
    size = _window_size(sound.rate)
    starts = np.array(places[:: -(-len(places) // MOST_TO_LEARN)])
    samples = np.pad(sound.samples, (0, max(size - len(sound.samples), 0)))
    frames, window = sliding_window_view(samples, size), _window(size)
    powers = np.empty((len(starts), size // 2 + 1), np.float32)
    for first in range(0, len(starts), BLOCK):
        spectra = np.fft.rfft(frames[starts[first : first + BLOCK]] * window)
        powers[first : first + BLOCK] = spectra.real**2 + spectra.imag**2
    return powers


def _window_size(rate: int) -> int:
    return 1 << (round(WINDOW_SECONDS * rate) - 1).bit_length()


@lru_cache
def _window(size: int) -> np.ndarray:
    """The square root of a Hann window: applied twice, overlapping copies add up to a constant."""
    return np.sin(np.pi * np.arange(size) / size).astype(np.float32)


def _total(powers: np.ndarray, size: int) -> np.ndarray:
    """The mean square of the samples with these bin powers."""
    both = np.full(powers.shape[-1], 2.0)
    both[[0, -1]] = 1
    total: np.ndarray = powers @ both / (size * float(np.sum(_window(size) ** 2)))
    return total


def _decibels(power: float) -> float:
    return 10 * float(np.log10(power + 1e-20))


def _read_noise(path: str) -> Sound:
    """A recording of noise; raises SettingError where it cannot be used."""
    if not Path(path).is_file():
        raise SettingError(f"--noise {path}: there is no such file", "denoise.noise")
    try:
        noise = load_as_is(Path(path)).sound
    except ClipError as error:
        raise SettingError(f"--noise {path}: {error.why}", "denoise.noise") from None
    if noise.seconds < NOISE_SECONDS:
        why = f"{noise.seconds:.2f} s long: must be at least {NOISE_SECONDS} s"
        raise SettingError(f"--noise {path}: {why}", "denoise.noise")
    return noise
