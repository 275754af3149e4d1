"""Steady noise taken out of clips: hiss, hum and the room, in process or by SoX.

In process, every bin of a short-time spectrum is turned down by how little it stands out of the
noise there: Wiener's gain, its prior by the decision-directed rule of Ephraim and Malah (1984),
refined in a second step after Plapous (2006). What the noise is like is learnt from the clip's
pauses, then from all moments at which a bin is likely to hold no speech (Gerkmann and Hendriks
2012). How far the noise lies under the speech, by the same estimate, decides whether to act.
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
from .convert import load_as_is
from .dither import settle
from .silence import find_speech
from .sound import Sound, Treated
from .tools import remove_noise, require_sox

# A window of 46 ms at 22,050 Hz: long enough to part the harmonics of a voice.
WINDOW_SECONDS = 0.04
# Windows that overlap by three quarters, so that gains pass into one another without a seam.
OVERLAP = 4
# The speech stands so far above the noise at strength 1, and what is done goes a little beyond.
FULL_DB, MARGIN_DB = 40.0, 3.0
# Noise as quiet as this is what 16 bits bring about by themselves.
FAINT_DB = -80.0
# SoX gates: with less noise than this it takes more from the speech than from the noise.
SOX_WORTH_DB, SOX_FULL = 14.5, 0.25
# With no pause to learn from, what is always there may be a held vowel where it is louder than
# the rest, and the voice's own weak moments where it is far softer.
SURE_DB = (0.0, 15.0)
# What the noise is turned down by at most in one round, and how many rounds there may be.
MOST_DB, ROUNDS = 45.0, 3
# Beyond this ratio of powers a gain is 1 in any case.
MOST_ABOVE = 1e5
# The least power of a bin, far under that of dithered silence, so that nothing divides by zero.
LEAST_POWER = 1e-10
# The share of quietest moments of a bin that begin the estimate where no pause does.
QUIETEST = 0.1
REFINEMENTS = 3
# How far a bin stands out of the noise where there is speech, for telling whether there is.
SPEECH_RATIO = 10**1.5
# How much of the prior comes from the frame before: less rings, more blurs the beginnings.
PERSISTENCE = 0.97
LEAST_PRIOR = 10**-2.5
FRAMES_TO_LEARN, MOST_TO_LEARN = 4, 4096
NOISE_SECONDS, SOX_SAMPLES = 0.25, 2048
BLOCK = 512


@dataclass(frozen=True)
class DenoiseConfig:
    """How noise is taken out, and how much of it."""

    method: Literal["spectral", "sox"] = setting(
        "spectral", "spectral in process, or SoX's noisered", "--method"
    )
    noise: str = setting("", "a recording of the noise alone, to learn it from", "--noise")
    strength: float = setting(
        0.75, "0 to 1: how far the noise is brought under the speech", "--strength"
    )

    def __post_init__(self) -> None:
        if not 0 <= self.strength <= 1:
            raise SettingError(f"strength = {self.strength}: it lies between 0 and 1", "strength")


@dataclass(frozen=True)
class _Look:
    """What a clip's noise is like, where its pauses are, and why it is better left, if so.

    `bins` is the power of the noise in every bin, the levels are in dBFS.
    """

    bins: np.ndarray
    noise_db: float
    speech_db: float
    quiet: tuple[tuple[int, int], ...] = ()
    why: str = ""

    @property
    def snr_db(self) -> float:
        """How far the speech stands above the noise."""
        return self.speech_db - self.noise_db


def check_denoise(config: DenoiseConfig) -> None:
    """Raise ToolMissing or SettingError where no clip at all can be denoised as asked."""
    if config.method == "sox":
        require_sox("--method sox")
    if config.noise:
        _read_noise(config.noise)


def denoise(sound: Sound, config: DenoiseConfig, bits: int = 16) -> Treated:
    """Take the noise out of a clip, or leave it as it is, told, where that is better.

    The noise is brought to lie 40 dB times the strength under the speech; a clip in which it lies
    there already comes back as it is. The result, as it will be written with `bits` bits, is
    looked at like any other clip, so that twice is once. Raises Unusable where nobody speaks, or
    samples are no numbers.
    """
    if not np.all(np.isfinite(sound.samples)):
        raise Unusable("some of its samples are no numbers", sound.seconds)
    before = look = _look(sound, config)
    if look.why:
        return Treated(sound, f"left as it is: {look.why}", _facts(before, before))
    made = sound
    for _ in range(ROUNDS):
        made = settle(_treat(made, look, config), bits)
        try:
            look = _look(made, config)
        except Unusable:
            break
        if look.why:
            return Treated(made, "", _facts(before, look))
    other = f"not that of {config.noise}" if config.noise else "too much like its speech"
    return Treated(sound, f"left as it is: its noise is {other}", _facts(before, before))


def _facts(before: _Look, after: _Look) -> dict[str, float]:
    facts = {
        "snr_db": before.snr_db,
        "noise_db_before": before.noise_db,
        "noise_db_after": after.noise_db,
        "removed_db": before.noise_db - after.noise_db,
    }
    return {name: round(value, 2) for name, value in facts.items()}


def _look(sound: Sound, config: DenoiseConfig) -> _Look:
    """What there is to know of a clip before it is treated; pauses are sought where it matters."""
    if not np.any(sound.samples):
        raise Unusable("silent from start to end", sound.seconds)
    look = _steady_noise(sound)
    if why := _clean_enough(look, config):
        return replace(look, why=why)
    speech = find_speech(sound)
    noise_db = min(look.noise_db, speech.floor_db) if speech.quiet else look.noise_db
    look = replace(look, quiet=speech.quiet, noise_db=noise_db)
    return replace(look, why=_clean_enough(look, config) or _unlearnable(look, config))


def _clean_enough(look: _Look, config: DenoiseConfig) -> str:
    """Why a clip's noise needs no treatment, empty where it does."""
    wanted = FULL_DB * config.strength
    if look.snr_db >= wanted:
        return f"its noise lies {wanted:g} dB or more under the speech already"
    if look.noise_db <= FAINT_DB:
        return f"its noise lies under {FAINT_DB:g} dBFS, which is as good as none"
    if config.method == "sox" and look.snr_db >= SOX_WORTH_DB:
        return "so little noise that SoX would take more from the speech than from it"
    return ""


def _unlearnable(look: _Look, config: DenoiseConfig) -> str:
    """Why there is no learning what a clip's noise is like, empty where there is."""
    if config.noise:
        return ""
    pause = sum(end - start for start, end in look.quiet)
    if config.method == "sox" and pause < SOX_SAMPLES:
        return "it has too little pause to learn the noise from: name it with --noise"
    if not look.quiet and not SURE_DB[0] <= look.snr_db <= SURE_DB[1]:
        return "it has no pause to learn the noise from: name it with --noise"
    return ""


def _steady_noise(sound: Sound) -> _Look:
    """What of a clip is always there: learnt from the quietest moments of every bin."""
    size = _window_size(sound.rate)
    powers = _powers(sound, range(0, max(len(sound.samples) - size, 0) + 1, size // 2))
    # Digital silence was put there afterwards, and tells nothing of the noise.
    heard = powers.any(axis=1)
    powers = (powers[heard] if heard.any() else powers) + np.float32(LEAST_POWER)
    rank = int(QUIETEST * len(powers))
    # The power of a bin of noise is spread exponentially.
    low = np.partition(powers, rank, axis=0)[rank] / np.float32(-np.log(1 - QUIETEST))
    bins = _refined(low, powers)
    noise, each = _total(bins, size), _total(powers, size)
    speaking = each[each > 2 * noise]
    speech = float(np.mean(speaking)) - noise if len(speaking) else 0.0
    return _Look(bins, _decibels(noise), _decibels(speech))


def _refined(bins: np.ndarray, powers: np.ndarray) -> np.ndarray:
    """The noise as the mean over all moments, each as far as it is likely to hold no speech."""
    for _ in range(REFINEMENTS):
        evidence = np.minimum(powers / bins * np.float32(SPEECH_RATIO / (1 + SPEECH_RATIO)), 50)
        spoken = 1 / (1 + np.float32(1 + SPEECH_RATIO) * np.exp(-evidence))
        bins = np.mean(spoken * bins + (1 - spoken) * powers, axis=0)
    return bins


def _treat(sound: Sound, look: _Look, config: DenoiseConfig) -> Sound:
    """The clip with its noise turned down, of the same length."""
    if config.method == "sox":
        if config.noise:
            file = _read_noise(config.noise)
            noise = soxr.resample(file.samples, file.rate, sound.rate)
        else:
            noise = np.concatenate([sound.samples[start:end] for start, end in look.quiet])
        amount = SOX_FULL * config.strength
        return Sound(remove_noise(sound.samples, noise, sound.rate, amount), sound.rate)
    missing_db = FULL_DB * config.strength - look.snr_db
    turned_db = min(missing_db, look.noise_db - FAINT_DB) + MARGIN_DB
    floor = 10 ** (-min(turned_db, MOST_DB) / 20)
    return Sound(_wiener(sound, _profile(sound, look, config), floor), sound.rate)


def _profile(sound: Sound, look: _Look, config: DenoiseConfig) -> np.ndarray:
    """The power of the noise in every bin, from a recording of it or from the clip's pauses."""
    size = _window_size(sound.rate)
    step = size // OVERLAP
    if config.noise:
        bins = _file_bins(_read_noise(config.noise), sound.rate)
    else:
        places = [at for first, last in look.quiet for at in range(first, last - size + 1, step)]
        if len(places) < FRAMES_TO_LEARN:
            return look.bins
        bins = np.mean(_powers(sound, places), axis=0)
    every = range(0, max(len(sound.samples) - size, 0) + 1, size // 2)
    bins = bins + np.float32(LEAST_POWER)
    return _refined(bins, _powers(sound, every) + np.float32(LEAST_POWER))


def _file_bins(noise: Sound, rate: int) -> np.ndarray:
    """The power of a recording's noise in the bins that a clip of another rate would have."""
    size, own = _window_size(rate), _window_size(noise.rate)
    powers = np.mean(_powers(noise, range(0, len(noise.samples) - own + 1, own // 2)), axis=0)
    hz, own_hz = np.fft.rfftfreq(size, 1 / rate), np.fft.rfftfreq(own, 1 / noise.rate)
    scale = (rate * size) / (noise.rate * own)
    return (scale * np.interp(hz, own_hz, powers)).astype(np.float32)


def _wiener(sound: Sound, noise: np.ndarray, floor: float) -> np.ndarray:
    """The samples with every bin turned down to what of it is speech, never under `floor`."""
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
    return made.reshape(-1)[size : size + len(sound.samples)] / np.float32(OVERLAP / 2)


def _gains(
    above: np.ndarray, prior: np.ndarray, floor: np.float32
) -> tuple[np.ndarray, np.ndarray]:
    """Wiener's gain for every bin, and the prior that the next block begins with.

    `above` is the power over that of the noise, of shape (frames, bins).
    """
    news = np.float32(1 - PERSISTENCE) * np.maximum(above - 1, 0)
    first = np.empty_like(above)
    for frame, power, new in zip(first, above, news, strict=True):
        guess = np.maximum(np.float32(PERSISTENCE) * prior + new, np.float32(LEAST_PRIOR))
        np.divide(guess, 1 + guess, out=frame)
        prior = frame * frame * power
    # The first gain lags by a frame: what it lets through is the better guess of the speech.
    speech = first * first * above
    return np.maximum(speech / (1 + speech), floor), prior


def _powers(sound: Sound, places: Sequence[int]) -> np.ndarray:
    """The power of every bin in windows at `places`, shape (frames, bins), thinned where many."""
    size = _window_size(sound.rate)
    places = np.array(places[:: -(-len(places) // MOST_TO_LEARN)])
    samples = np.pad(sound.samples, (0, max(size - len(sound.samples), 0)))
    frames, window = sliding_window_view(samples, size), _window(size)
    powers = np.empty((len(places), size // 2 + 1), np.float32)
    for start in range(0, len(places), BLOCK):
        spectra = np.fft.rfft(frames[places[start : start + BLOCK]] * window)
        powers[start : start + BLOCK] = spectra.real**2 + spectra.imag**2
    return powers


def _window_size(rate: int) -> int:
    return 1 << (round(WINDOW_SECONDS * rate) - 1).bit_length()


@lru_cache
def _window(size: int) -> np.ndarray:
    """The root of a Hann window: taken twice, its overlapping copies add up to a constant."""
    return np.sin(np.pi * np.arange(size) / size).astype(np.float32)


def _total(powers: np.ndarray, size: int) -> np.ndarray:
    """The mean square of the samples whose bins have these powers."""
    both = np.full(powers.shape[-1], 2.0)
    both[[0, -1]] = 1
    return powers @ both / (size * float(np.sum(_window(size) ** 2)))


def _decibels(power: float) -> float:
    return 10 * float(np.log10(power + 1e-20))


def _read_noise(path: str) -> Sound:
    """A recording of noise; raises SettingError where it is of no use."""
    if not Path(path).is_file():
        raise SettingError(f"--noise {path}: there is no such file", "denoise.noise")
    try:
        noise = load_as_is(Path(path)).sound
    except ClipError as error:
        raise SettingError(f"--noise {path}: {error.why}", "denoise.noise") from None
    if noise.seconds < NOISE_SECONDS:
        why = f"{noise.seconds:.2f} s are too short, {NOISE_SECONDS} s or more are wanted"
        raise SettingError(f"--noise {path}: {why}", "denoise.noise")
    return noise
