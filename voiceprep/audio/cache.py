"""The mel cache: one file per clip, with the mel settings beside them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from ..config import setting
from ..errors import Unusable
from .mel import MelConfig, log_mel
from .sound import Sound, read_sound

MEL_SETTINGS = "mel.toml"


@dataclass(frozen=True)
class CacheConfig:
    """The file format of cached mels."""

    format: Literal["npy", "pt"] = setting(
        "npy", "format of mel files: npy, or pt as NVIDIA's scripts load it", "--format"
    )


Save = Callable[[Path, np.ndarray], None]


def save_npy(path: Path, mel: np.ndarray) -> None:
    """Write a mel as a NumPy file."""
    with open(path, "wb") as file:
        np.save(file, mel, allow_pickle=False)


def cache_mel(source: Path, target: Path, config: MelConfig, save: Save = save_npy) -> float:
    """Compute and save the mel of a wav; returns its length in seconds.

    Raises Unusable where the wav has another rate than the mel or is too short for one frame.
    """
    sound = read_sound(source)
    save(target, sound_mel(sound, config))
    return sound.seconds


def sound_mel(sound: Sound, config: MelConfig) -> np.ndarray:
    """The mel of a sound, see `log_mel`; raises Unusable where its rate is not the mel's."""
    check_rate(sound.rate, config, sound.seconds)
    return log_mel(sound.samples, config)


def check_rate(rate: int, config: MelConfig, seconds: float) -> None:
    """Raise Unusable where a sound of `seconds` has another rate than the mel."""
    if rate != config.rate:
        raise Unusable(
            f"its rate is {rate} Hz, that of the mel {config.rate} Hz: convert it with "
            f"--rate {config.rate}, or use --set mel.rate={rate}",
            seconds,
        )
