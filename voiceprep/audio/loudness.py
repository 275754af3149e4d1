"""Loudness by ITU-R BS.1770-4 and EBU R 128, and its normalisation.

Loudness is the power of the K-weighted sound in LUFS, over blocks of 0.4 s, without those that
are silent or far below the others. A mono channel has weight 1: the same sound on both channels of
a stereo file measures 3.01 LU more. True peak includes the wave between samples.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..config import setting
from ..errors import SettingError, Unusable
from .sound import Sound, Treated

BLOCK_SECONDS, OVERLAP = 0.4, 0.75
# Makes a full-scale sine of 997 Hz in one channel -3.01 LUFS, by removing the filter's gain there.
OFFSET_LU = -0.691
SILENT_LUFS, RELATIVE_LU = -70.0, -10.0
# The shelf of the filter is at 1682 Hz, which must be well below half the rate.
LOWEST_RATE = 4000
# True peak: the oversampling factor, the samples on either side, and the window of the sinc.
OVERSAMPLING, REACH, KAISER_BETA = 4, 24, 5.0
# The most that a wave can overshoot the highest sample near it.
OVERSHOOT = 2.8
# Samples in a block, and the number of blocks that are interpolated at once.
SPAN, BATCH = 96, 256
# Dither and rounding move a 16-bit sample by 1.5 steps at most, the wave between samples by less
# than three times as much, up to its very ends.
ROOM = 3 * 1.5 / 2**15
# A clip this near to the target is left unchanged, so that a second pass changes nothing.
TOLERANCE_DB = 0.05
# How far dither can move a block across the thresholds of the gating.
SILENT_SLACK, RELATIVE_SLACK = 0.1, 0.02
# The most gain reduction of the limiter: beyond it, speech sounds compressed.
LIMITED_DB = 12.0
# Its smoothing time is longer than a period of the deepest voice, against distortion.
LIMITER_SECONDS = 0.03
# The gain required of the limiter for a clip whose peaks are already at the maximum.
LIMITER_MARGIN_LU = 0.2


@dataclass(frozen=True)
class LoudnessConfig:
    """The target loudness of clips."""

    target_lufs: float = setting(-23.0, "integrated loudness in LUFS", "--target")
    peak_dbtp: float = setting(-1.0, "highest true peak of a clip, in dBTP", "--peak")
    limit: bool = setting(
        False, "limit single peaks to reach the target, instead of lowering the clip", "--limit"
    )

    def __post_init__(self) -> None:
        if not -50 <= self.target_lufs <= 0:
            raise SettingError(
                f"target_lufs = {self.target_lufs}: must be between -50 and 0 LUFS", "target_lufs"
            )
        if not -40 <= self.peak_dbtp <= 0:
            raise SettingError(
                f"peak_dbtp = {self.peak_dbtp}: must be between -40 and 0 dBTP", "peak_dbtp"
            )


@dataclass(frozen=True)
class Loudness:
    """The loudness of a clip: `lufs` is None below -70 LUFS, `true_peak_dbtp` None for all zeros.

    `method` is "integrated", "whole" for a clip shorter than 0.4 s, whose power counts as one
    block, or "silent" where no block reaches -70 LUFS.
    """

    lufs: float | None
    true_peak_dbtp: float | None
    method: Literal["integrated", "whole", "silent"]


def measure_loudness(sound: Sound) -> Loudness:
    """The loudness of a clip; raises Unusable where it is empty, broken or below 4 kHz."""
    lufs = _finite(_gated(_block_powers(sound)))
    peak_dbtp = _finite(_decibels(true_peak(sound.samples)))
    if lufs is None:
        return Loudness(None, peak_dbtp, "silent")
    return Loudness(lufs, peak_dbtp, "whole" if _is_short(sound) else "integrated")


def true_peak(samples: np.ndarray) -> float:
    """The highest absolute value of the wave at four times the rate, relative to full scale.

    The wave is extended smoothly beyond its ends, so that a cut causes no ringing. Blocks that are
    too quiet to hold the peak are skipped.
    """
    peak, count = _highest(samples), len(samples) - 1
    if count < 1:
        return peak
    span = min(SPAN, count)
    # The last block overlaps the one before, so that all are of one length.
    starts = np.minimum(np.arange(0, count, span), count - span)
    blocks = sliding_window_view(_extended(samples), span + 2 * REACH - 1)[starts]
    bounds = OVERSHOOT * np.maximum(blocks.max(axis=1), -blocks.min(axis=1))
    order = np.argsort(-bounds)
    for first in range(0, len(order), BATCH):
        batch = order[first : first + BATCH]
        batch = batch[bounds[batch] > peak]
        if not len(batch):
            break
        peak = max(peak, _highest(blocks[batch] @ _interpolation(span)))
    return peak


def level(sound: Sound, config: LoudnessConfig) -> Treated:
    """A clip at the target loudness, or as near to it as its true peak allows.

    A clip at the target, or near-silent, is returned unchanged. Raises as `measure_loudness`.
    """
    powers, peak = _block_powers(sound), true_peak(sound.samples)
    before = _gated(powers)
    if not np.isfinite(before):
        note = f"near-silent (below {SILENT_LUFS:g} LUFS): left as it is"
        return Treated(sound, note, _facts(before, before, peak, 0.0))
    highest = _amplitude(config.peak_dbtp)
    gain_db = _gain_to(powers, config.target_lufs)
    room_db = _decibels((highest - ROOM) / peak)
    fits = peak <= highest
    if fits and _is_level(powers, config.target_lufs):
        return Treated(sound, "", _facts(before, before, peak, 0.0))
    # The state of a clip that was turned down for its peaks before, allowing for dither.
    at_peak = fits and gain_db > 0 and peak >= (highest - 2 * ROOM) * _amplitude(-TOLERANCE_DB)
    if config.limit and gain_db > room_db:
        limited = _limit(sound, gain_db, room_db, config, LIMITER_MARGIN_LU * at_peak)
        if limited is not None:
            note = f"its peaks were limited by up to {limited.held_db:.1f} dB"
            facts = _facts(before, limited.lufs, limited.peak, limited.gain_db)
            return Treated(limited.sound, note, facts)
    if at_peak:
        return Treated(sound, _shortfall(before, config), _facts(before, before, peak, 0.0))
    gain_db = min(gain_db, room_db)
    gain = np.float32(_amplitude(gain_db))
    after = _gated(powers * float(gain) ** 2)
    facts = _facts(before, after, peak * float(gain), gain_db)
    return Treated(Sound(sound.samples * gain, sound.rate), _shortfall(after, config), facts)


def _shortfall(lufs: float, config: LoudnessConfig) -> str:
    """The note on a clip that stays below the target, empty where it does not."""
    missing, held = config.target_lufs - lufs, f"its peaks below {config.peak_dbtp:g} dBTP"
    if missing < 2 * TOLERANCE_DB:
        return ""
    if not np.isfinite(lufs):
        return f"near-silent (below {SILENT_LUFS:g} LUFS) with {held}"
    note = f"{missing:.1f} dB below the target, to keep {held}"
    if config.limit:
        return f"{note}; the limiter would reduce them by more than {LIMITED_DB:g} dB"
    return f"{note}; try --limit"


def _facts(before: float, after: float, peak: float, gain_db: float) -> dict[str, Any]:
    facts = {"lufs_before": before, "lufs": after}
    facts |= {"true_peak_dbtp": _decibels(peak), "gain_db": gain_db}
    return {name: _finite(round(value, 4)) for name, value in facts.items()}


def _block_powers(sound: Sound) -> np.ndarray:
    """The K-weighted mean power of each block of 0.4 s, one every 0.1 s.

    The blocks are those of pyloudnorm to the sample, except that an incomplete last block is left
    out, as the standard requires. A clip shorter than a block is one block of its own length.
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
    powers: np.ndarray = (energy[ends[whole]] - energy[starts[whole]]) / (BLOCK_SECONDS * rate)
    return powers


def _check(sound: Sound) -> None:
    if len(sound.samples) == 0:
        raise Unusable("holds no samples", 0.0)
    if sound.rate < LOWEST_RATE:
        raise Unusable(
            f"the rate of {sound.rate} Hz is too low to measure loudness: convert it", sound.seconds
        )
    broken = int(np.count_nonzero(~np.isfinite(sound.samples)))
    if broken:
        raise Unusable(f"{broken} of its samples are not finite", sound.seconds)


@lru_cache
def _k_weighting(rate: int) -> np.ndarray:
    """The two filters of BS.1770 at a rate, as second-order sections.

    De Man's match the standard at every rate; pyloudnorm's default reads 0.1 LU low at 22,050 Hz.
    Its meter has state, so that threads share only the coefficients.
    """
    from pyloudnorm import Meter

    filters = Meter(rate, filter_class="DeMan")._filters.values()
    return np.array([[*one.b, *one.a] for one in filters])


def _is_short(sound: Sound) -> bool:
    return len(sound.samples) < BLOCK_SECONDS * sound.rate


def _gated(powers: np.ndarray, slack: float = 0.0) -> float:
    """The gated loudness of blocks, -inf where none passes.

    A `slack` of 1 or -1 raises or lowers both thresholds by the uncertainty that dither causes.
    """
    loud = powers[powers >= _power(SILENT_LUFS + slack * SILENT_SLACK)]
    if not len(loud):
        return -np.inf
    relative = 10 ** ((RELATIVE_LU + slack * RELATIVE_SLACK) / 10)
    counted = loud[loud > relative * np.mean(loud)]
    return OFFSET_LU + 10 * float(np.log10(np.mean(counted)))


def _is_level(powers: np.ndarray, target: float) -> bool:
    """Whether a clip has the target loudness within the uncertainty of dither."""
    quietest, loudest = _gated(powers, -1), _gated(powers, 1)
    return quietest - TOLERANCE_DB <= target <= loudest + TOLERANCE_DB


def _gain_to(powers: np.ndarray, target: float) -> float:
    """The gain in dB that brings a clip to the target.

    With more gain more blocks pass the gate, which can only lower the mean: each step reaches the
    target or stays below it.
    """
    gain_db = 0.0
    for _ in range(len(powers) + 1):
        missing = target - _gated(powers * 10 ** (gain_db / 10))
        gain_db += missing
        if abs(missing) < 1e-6:
            break
    return gain_db


def _between(samples: np.ndarray) -> Iterator[np.ndarray]:
    """The interpolated wave a quarter, a half and three quarters after each sample."""
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
    taps: np.ndarray = np.sinc(distance) * window
    taps = taps / taps.sum(axis=1, keepdims=True)
    return taps.astype(np.float32)


@lru_cache
def _interpolation(count: int) -> np.ndarray:
    """The matrix by which samples become the wave at three places after each of `count` of them."""
    matrix = np.zeros((count + 2 * REACH - 1, 3, count), np.float32)
    for place in range(count):
        matrix[place : place + 2 * REACH, :, place] = _interpolator().T
    return matrix.reshape(len(matrix), -1)


@dataclass(frozen=True)
class _Limited:
    """A limited clip: `held_db` is the largest gain reduction."""

    sound: Sound
    lufs: float
    peak: float
    gain_db: float
    held_db: float


def _limit(
    sound: Sound, gain_db: float, room_db: float, config: LoudnessConfig, margin: float
) -> _Limited | None:
    """The clip at the target with limited peaks; None where that reduces them too much."""
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
    """A smooth gain that is nowhere above the given one.

    A running minimum, smoothed by three running means of a third of its width.
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
