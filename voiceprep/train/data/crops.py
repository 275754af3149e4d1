"""Crops of recordings for training a vocoder, each with its mel.

A crop's mel is cut out of the mel of the whole recording: computed from the crop alone its first
and last frames would see audio mirrored at the edges, which never occurs in inference.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...audio.cache import check_rate
from ...audio.mel import MelConfig, log_mel
from ...audio.sound import read_sound
from ...errors import Unreadable, Unusable
from ..settings import CropConfig

# Random positions tried in a clip before its loudest one is taken.
TRIES = 8


class Crop(NamedTuple):
    """Samples (L,) in [-1, 1] and their log mel (M, F), float32."""

    samples: np.ndarray
    mel: np.ndarray


def read_crop(path: Path, random: np.random.Generator, mel: MelConfig, config: CropConfig) -> Crop:
    """A crop at a random position of a wav that is not silent there.

    A shorter wav is padded with zeros. Raises Unusable where all of it is silent, or where it has
    another rate than the mel, and Unreadable.
    """
    try:
        sound = read_sound(path)
    except OSError as error:
        raise Unreadable(f"{error.filename}: {(error.strerror or str(error)).lower()}") from None
    check_rate(sound.rate, mel, sound.seconds)
    samples, length = sound.samples, config.segment_length
    if len(samples) < length:
        samples = np.pad(samples, (0, length - len(samples)))
    start = _start(samples, random, config)
    piece = samples[start : start + length]
    if config.mel_of == "crop":
        return Crop(piece, log_mel(piece, mel))
    # Frames are counted from the start of the crop, not on one grid: on few recordings a flow
    # overfits to samples that always fall into the same groups.
    first, shift = divmod(start, mel.hop_length)
    return Crop(piece, mel_within(samples[shift:], first, frames_of(length, mel), mel))


def frames_of(samples: int, mel: MelConfig) -> int:
    """The number of mel frames for so many samples."""
    return 1 + samples // mel.hop_length


def mel_within(samples: np.ndarray, first: int, count: int, mel: MelConfig) -> np.ndarray:
    """`count` frames from `first` on of a sound's mel, computed from the samples they cover."""
    hop, margin = mel.hop_length, -(-mel.fft_length // (2 * mel.hop_length))
    start = max(0, first - margin)
    # At least as much as a transform needs, however short the crop.
    end = max(first + count + margin, start + 2 * margin + 1) * hop
    return log_mel(samples[start * hop : end], mel)[:, first - start : first - start + count]


def _start(samples: np.ndarray, random: np.random.Generator, config: CropConfig) -> int:
    """The start of a crop; raises Unusable where no position is loud enough."""
    length, floor = config.segment_length, 10 ** (config.silence_db / 20)
    places = len(samples) - length + 1
    for _ in range(TRIES):
        start = int(random.integers(places))
        if np.abs(samples[start : start + length]).max() > floor:
            return start
    loudest = int(np.abs(samples).argmax())
    if not abs(float(samples[loudest])) > floor:
        raise Unusable(f"is silent: nothing is above {config.silence_db:g} dB")
    return min(max(0, loudest - length // 2), places - 1)
