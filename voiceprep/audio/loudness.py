"""How loud a clip is, as ITU-R BS.1770-4 and EBU R 128 count it, and clips brought to one level.

Loudness is the power of the K-weighted sound in LUFS, over blocks of 0.4 s, without those that
are silent or far under the others. A lone channel has weight 1: the same sound on both sides of
a stereo file reads 3.01 LU more. True peak is the peak of the wave between the samples too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from ..config import setting
from ..errors import SettingError, Unusable
from .sound import Sound, Treated

BLOCK_SECONDS, OVERLAP = 0.4, 0.75
# Full scale in one channel at 997 Hz reads -3.01 LUFS: this takes off what the filter adds there.
OFFSET_LU = -0.691
SILENT_LUFS, RELATIVE_LU = -70.0, -10.0
# The shelf of the filter lies at 1682 Hz, and has to have some room under half the rate.
LOWEST_RATE = 4000
# True peak: each quarter between two samples is a sum over so many of them on either side.
OVERSAMPLING, REACH, KAISER_BETA = 4, 24, 5.0
# No wave rises higher between its samples than so many times the highest near it.
OVERSHOOT = 2.8
# Samples that are looked at together.
SPAN = 512
# Dither and rounding move a 16-bit sample by 1.5 steps at most, the wave between samples by less
# than three times as much, up to its very ends.
ROOM = 3 * 1.5 / 2**15
# A clip this near to what it should be is left alone, so that twice is once.
TOLERANCE_DB = 0.05
# By so much may dither lift a block over a threshold of the gating, or under it.
SILENT_SLACK, RELATIVE_SLACK = 0.1, 0.02
# What the limiter takes off the highest peak at most: beyond it, speech sounds squeezed.
LIMITED_DB = 12.0
# Its gain moves over this time, longer than a period of the deepest voice, and so leaves no buzz.
LIMITER_SECONDS = 0.03
# Where a clip's peaks are as high as they may be, the limiter has to reach clearly further.
LIMITER_MARGIN_LU = 0.2


@dataclass(frozen=True)
class LoudnessConfig:
    """How loud clips are to be."""

    target_lufs: float = setting(-23.0, "integrated loudness in LUFS", "--target")
    peak_dbtp: float = setting(-1.0, "true peak that no clip exceeds, in dBTP", "--peak")
    limit: bool = setting(
        False, "hold single peaks down to reach the target, not the whole clip", "--limit"
    )

    def __post_init__(self) -> None:
        if not -50 <= self.target_lufs <= 0:
            raise SettingError(
                f"target_lufs = {self.target_lufs}: it lies between -50 and 0 LUFS", "target_lufs"
            )
        if not -40 <= self.peak_dbtp <= 0:
            raise SettingError(
                f"peak_dbtp = {self.peak_dbtp}: it lies between -40 and 0 dBTP", "peak_dbtp"
            )


@dataclass(frozen=True)
class Loudness:
    """How loud a clip is: `lufs` is None below -70 LUFS, `true_peak_dbtp` None for all zeros.

    `method` is "integrated", "whole" for a clip shorter than 0.4 s, whose power counts as one
    block, or "silent" where no block reaches -70 LUFS.
    """

    lufs: float | None
    true_peak_dbtp: float | None
    method: Literal["integrated", "whole", "silent"]


def measure_loudness(sound: Sound) -> Loudness:
    """How loud a clip is; raises Unusable where it is empty, broken or of a rate under 4 kHz."""
    lufs = _finite(_gated(_block_powers(sound)))
    peak_dbtp = _finite(_decibels(true_peak(sound.samples)))
    if lufs is None:
        return Loudness(None, peak_dbtp, "silent")
    return Loudness(lufs, peak_dbtp, "whole" if _is_short(sound) else "integrated")


def true_peak(samples: np.ndarray) -> float:
    """The highest absolute value of the wave, looked at four times a sample, in full scales.

    Beyond its ends the wave goes on without a jump or a bend: a clip that is cut out of a longer
    sound gets no ringing from its cut. What is too quiet to hold the peak is not looked at.
    """
    peak, extended = _highest(samples), _extended(samples)
    blocks = [extended[at : at + SPAN + 2 * REACH - 1] for at in range(0, len(samples) - 1, SPAN)]
    bounds = np.array([OVERSHOOT * _highest(block) for block in blocks])
    for number in np.argsort(-bounds):
        if bounds[number] <= peak:
            break
        waves = (np.correlate(blocks[number], taps, "valid") for taps in _interpolator())
        peak = max(peak, *map(_highest, waves))
    return peak


def level(sound: Sound, config: LoudnessConfig) -> Treated:
    """A clip brought to the target, or as near to it as its true peak allows.

    What is there already, and what is near-silent, comes back as the very same sound. Raises as
    `measure_loudness`.
    """
    powers, peak = _block_powers(sound), true_peak(sound.samples)
    before = _gated(powers)
    if not np.isfinite(before):
        told = f"near-silent (below {SILENT_LUFS:g} LUFS): left as it is"
        return Treated(sound, told, _facts(before, before, peak, 0.0))
    highest = _amplitude(config.peak_dbtp)
    gain_db = _gain_to(powers, config.target_lufs)
    room_db = _decibels((highest - ROOM) / peak)
    fits = peak <= highest
    if fits and _is_level(powers, config.target_lufs):
        return Treated(sound, "", _facts(before, before, peak, 0.0))
    # Where a clip ends up that was turned down for its peaks, whatever dither made of them.
    at_peak = fits and gain_db > 0 and peak >= (highest - 2 * ROOM) * _amplitude(-TOLERANCE_DB)
    if config.limit and gain_db > room_db:
        limited = _limit(sound, gain_db, room_db, config, LIMITER_MARGIN_LU * at_peak)
        if limited is not None:
            told = f"its peaks held down by up to {limited.held_db:.1f} dB"
            facts = _facts(before, limited.lufs, limited.peak, limited.gain_db)
            return Treated(limited.sound, told, facts)
    if at_peak:
        return Treated(sound, _shortfall(before, config), _facts(before, before, peak, 0.0))
    gain_db = min(gain_db, room_db)
    gain = np.float32(_amplitude(gain_db))
    after = _gated(powers * float(gain) ** 2)
    facts = _facts(before, after, peak * float(gain), gain_db)
    return Treated(Sound(sound.samples * gain, sound.rate), _shortfall(after, config), facts)


def _shortfall(lufs: float, config: LoudnessConfig) -> str:
    """What there is to tell of a clip that stays under the target."""
    missing, held = config.target_lufs - lufs, f"its peaks stay under {config.peak_dbtp:g} dBTP"
    if missing < 2 * TOLERANCE_DB:
        return ""
    if not np.isfinite(lufs):
        return f"near-silent (below {SILENT_LUFS:g} LUFS) now that {held}"
    told = f"{missing:.1f} dB under the target, so that {held}"
    if config.limit:
        return f"{told}; the limiter would take more than {LIMITED_DB:g} dB off them"
    return f"{told}; try --limit"


def _facts(before: float, after: float, peak: float, gain_db: float) -> dict[str, Any]:
    facts = {"lufs_before": before, "lufs": after}
    facts |= {"true_peak_dbtp": _decibels(peak), "gain_db": gain_db}
    return {name: _finite(round(value, 4)) for name, value in facts.items()}


def _block_powers(sound: Sound) -> np.ndarray:
    """The K-weighted mean power of each block of 0.4 s, one every 0.1 s.

    The blocks are pyloudnorm's, to the sample, save one: where its last reaches over the end, it
    is left out, as the standard wants. A clip shorter than a block is one of its own length.
    """
    from scipy.signal import sosfilt

    _check(sound)
    weighted = sosfilt(_k_weighting(sound.rate), sound.samples.astype(np.float64))
    if _is_short(sound):
        return np.array([np.mean(np.square(weighted))])
    rate, step = sound.rate, 1 - OVERLAP
    numbers = np.arange(int(sound.seconds / (BLOCK_SECONDS * step)) + 1)
    starts = (BLOCK_SECONDS * (numbers * step) * rate).astype(int)
    ends = (BLOCK_SECONDS * (numbers * step + 1) * rate).astype(int)
    whole = ends <= len(weighted)
    energy = np.concatenate([[0.0], np.cumsum(np.square(weighted))])
    return (energy[ends[whole]] - energy[starts[whole]]) / (BLOCK_SECONDS * rate)


def _check(sound: Sound) -> None:
    if len(sound.samples) == 0:
        raise Unusable("holds no samples", 0.0)
    if sound.rate < LOWEST_RATE:
        raise Unusable(
            f"{sound.rate} Hz is too low a rate to measure loudness: convert it", sound.seconds
        )
    broken = int(np.count_nonzero(~np.isfinite(sound.samples)))
    if broken:
        raise Unusable(f"{broken} of its samples are no numbers", sound.seconds)


@lru_cache
def _k_weighting(rate: int) -> np.ndarray:
    """The two filters of BS.1770 at a rate, as second-order sections.

    De Man's are those of the standard at every rate; pyloudnorm's default reads 0.1 LU low at
    22,050 Hz. Its meter keeps state from call to call, so that threads only share the numbers.
    """
    from pyloudnorm import Meter

    filters = Meter(rate, filter_class="DeMan")._filters.values()
    return np.array([[*one.b, *one.a] for one in filters])


def _is_short(sound: Sound) -> bool:
    return len(sound.samples) < BLOCK_SECONDS * sound.rate


def _gated(powers: np.ndarray, slack: float = 0.0) -> float:
    """The loudness of the blocks that count, -inf where none does.

    A `slack` of 1 or -1 raises or lowers both thresholds by as much as dither can blur them.
    """
    loud = powers[powers >= _power(SILENT_LUFS + slack * SILENT_SLACK)]
    if not len(loud):
        return -np.inf
    relative = 10 ** ((RELATIVE_LU + slack * RELATIVE_SLACK) / 10)
    counted = loud[loud > relative * np.mean(loud)]
    return OFFSET_LU + 10 * float(np.log10(np.mean(counted)))


def _is_level(powers: np.ndarray, target: float) -> bool:
    """Whether a clip may well have the target's loudness, but for dither."""
    quietest, loudest = _gated(powers, -1), _gated(powers, 1)
    return quietest - TOLERANCE_DB <= target <= loudest + TOLERANCE_DB


def _gain_to(powers: np.ndarray, target: float) -> float:
    """The gain in dB that brings a clip to the target.

    Turned up, more of its blocks count, which can only lower its mean: each step falls short of
    the target or hits it, and never goes beyond.
    """
    gain_db = 0.0
    for _ in range(len(powers) + 1):
        missing = target - _gated(powers * 10 ** (gain_db / 10))
        gain_db += missing
        if abs(missing) < 1e-6:
            break
    return gain_db


def _between(samples: np.ndarray) -> Iterator[np.ndarray]:
    """The wave a quarter, a half and three quarters of the way from each sample to the next."""
    extended = _extended(samples)
    for taps in _interpolator():
        yield np.correlate(extended, taps, "valid") if len(samples) > 1 else samples


def _extended(samples: np.ndarray) -> np.ndarray:
    return np.pad(samples, (REACH - 1, REACH - 1), mode="reflect", reflect_type="odd")


def _highest(values: np.ndarray) -> float:
    return max(float(np.max(values)), -float(np.min(values)))


@lru_cache
def _interpolator() -> np.ndarray:
    """A windowed sinc for each place between two samples: shape (3, 2 * REACH)."""
    places = np.arange(1, OVERSAMPLING)[:, None] / OVERSAMPLING
    distance = np.arange(1 - REACH, REACH + 1) - places
    window = np.i0(KAISER_BETA * np.sqrt(1 - (distance / REACH) ** 2))
    taps = np.sinc(distance) * window
    return (taps / taps.sum(axis=1, keepdims=True)).astype(np.float32)


@dataclass(frozen=True)
class _Limited:
    """A clip out of the limiter: `held_db` is the most that it took off."""

    sound: Sound
    lufs: float
    peak: float
    gain_db: float
    held_db: float


def _limit(
    sound: Sound, gain_db: float, room_db: float, config: LoudnessConfig, margin: float
) -> _Limited | None:
    """The clip at the target with its peaks held down; None where that takes too much of them."""
    from scipy.optimize import brentq

    highest = _amplitude(config.peak_dbtp) - ROOM
    envelope = np.abs(sound.samples)
    for wave in _between(sound.samples):
        np.maximum(envelope[: len(wave)], np.abs(wave), out=envelope[: len(wave)])

    def limited(drive_db: float) -> tuple[Sound, np.ndarray]:
        drive = _amplitude(drive_db)
        curve = _smooth(np.minimum(1.0, highest / np.maximum(drive * envelope, highest)), sound)
        return Sound((sound.samples * (drive * curve)).astype(np.float32), sound.rate), curve

    def beyond(drive_db: float) -> float:
        return _gated(_block_powers(limited(drive_db)[0])) - config.target_lufs

    most_db = room_db + LIMITED_DB
    if gain_db > most_db or beyond(most_db) < margin:
        return None
    if beyond(gain_db) < 0:
        gain_db = brentq(beyond, gain_db, most_db, xtol=TOLERANCE_DB / 10)
    result, curve = limited(gain_db)
    over = true_peak(result.samples) / highest
    if over > 1:
        result = Sound(result.samples / np.float32(over), sound.rate)
    lufs = _gated(_block_powers(result))
    if abs(lufs - config.target_lufs) > 0.8 * TOLERANCE_DB:
        return None
    held_db = -_decibels(float(np.min(curve)))
    return _Limited(result, lufs, true_peak(result.samples), gain_db, held_db)


def _smooth(gain: np.ndarray, sound: Sound) -> np.ndarray:
    """A gain that is nowhere above the one asked for, and bends without corners.

    The least gain within reach on either side, averaged over that reach by three running means.
    """
    from scipy.ndimage import minimum_filter1d, uniform_filter1d

    width = 2 * max(round(sound.rate * LIMITER_SECONDS / 6), 1) + 1
    gain = minimum_filter1d(gain, 3 * width, mode="nearest")
    for _ in range(3):
        gain = uniform_filter1d(gain, width, mode="nearest")
    return gain


def _power(lufs: float) -> float:
    return 10 ** ((lufs - OFFSET_LU) / 10)


def _amplitude(decibels: float) -> float:
    return 10 ** (decibels / 20)


def _decibels(amplitude: float) -> float:
    return 20 * float(np.log10(amplitude)) if amplitude > 0 else -np.inf


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
