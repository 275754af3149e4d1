"""Quantisation of samples to the integers of a wav, with dither."""

from pathlib import Path

import numpy as np

from .sound import BLOCK, Sound, write_pcm


def quantize(samples: np.ndarray, bits: int, noise: np.random.Generator | None) -> np.ndarray:
    """Samples in [-1, 1] as integers of `bits` bits, in the array type of `write_pcm`.

    `noise` draws the dither: triangular, two steps wide, which decorrelates the error from the
    signal (Lipshitz, Wannamaker and Vanderkooy 1992). None rounds.
    """
    full = 2.0 ** (bits - 1)
    scaled: np.ndarray = np.multiply(samples, full, dtype=np.float32 if bits == 16 else np.float64)
    if noise is not None:
        scaled += noise.random(len(samples), dtype=np.float32)
        scaled -= noise.random(len(samples), dtype=np.float32)
    np.rint(scaled, out=scaled)
    np.clip(scaled, -full, full - 1, out=scaled)
    return scaled.astype(np.int16) if bits == 16 else scaled.astype(np.int32) << 8


def settle(sound: Sound, bits: int) -> Sound:
    """A sound as it will be written: samples on a step are kept, the others are dithered."""
    full = 2.0 ** (bits - 1)
    scaled = sound.samples * np.float64(full)
    between = (scaled != np.rint(scaled)) | (scaled > full - 1) | (scaled < -full)
    if not between.any():
        return sound
    noise = np.random.Generator(np.random.SFC64(0))
    steps = quantize(sound.samples[between], bits, noise)
    samples = sound.samples.copy()
    samples[between] = to_floats(steps)
    return Sound(samples, sound.rate)


def to_floats(steps: np.ndarray) -> np.ndarray:
    """Integers of `quantize` as samples in [-1, 1]."""
    return (steps / np.float64(2.0 ** (8 * steps.itemsize - 1))).astype(np.float32)


def write_sound(path: Path, sound: Sound, bits: int) -> None:
    """Write a settled sound as a wav, sample for sample."""
    blocks = (sound.samples[at : at + BLOCK] for at in range(0, len(sound.samples), BLOCK))
    write_pcm(path, (quantize(block, bits, None) for block in blocks), sound.rate, bits)
