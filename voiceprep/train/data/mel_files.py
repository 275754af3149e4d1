"""One clip's mel, from a .npy file, torch's .pt, or the wav itself."""

import threading
from pathlib import Path

import numpy as np

from ...audio.cache import check_rate, sound_mel
from ...audio.mel import MelConfig
from ...audio.sound import read_header, read_sound
from ...audio.stft import check_samples, frame_count
from ...errors import ClipError, Missing, Unreadable, Unusable
from .mel_arrays import open_npy, open_pt

MEL_SUFFIXES = (".npy", ".pt")
# Mels of about five hours of speech.
KEEP_BYTES = 512 << 20


def mel_frames(path: Path, config: MelConfig, trusted: bool = False) -> int:
    """The number of frames of the mel in the file, or computed from the wav.

    Of a `trusted` file or an integer wav only the header is read; others are read once, so that no
    NaN reaches training. Raises ClipError, see `read_mel`.
    """
    try:
        if path.suffix.lower() in MEL_SUFFIXES:
            mel = _open_mel(path, config)
            if not (trusted or np.isfinite(mel).all()):
                raise Unusable("its mel has values that are not finite: make it again")
            return int(mel.shape[1])
        header = read_header(path)
        if header.channels != 1 or not header.depth:
            sound = read_sound(path)
            check_rate(sound.rate, config, sound.seconds)
            check_samples(sound.samples, config)
            return frame_count(len(sound.samples), config)
        check_rate(header.rate, config, header.seconds)
        if header.frames <= config.fft_length // 2:
            check_samples(np.zeros(header.frames, np.float32), config)
        return frame_count(header.frames, config)
    except OSError as error:
        raise _no_file(error) from None


def read_mel(path: Path, config: MelConfig) -> np.ndarray:
    """The mel, float32 (mel_channels, frames); a .npy is memory-mapped.

    Raises Unusable where it has another shape or its wav another rate, Unreadable where the file
    is missing or holds no mel.
    """
    try:
        if path.suffix.lower() in MEL_SUFFIXES:
            return _open_mel(path, config)
        return sound_mel(read_sound(path), config)
    except OSError as error:
        raise _no_file(error) from None


class MelReader:
    """Reads mels, and caches up to `keep_bytes` of them in memory; safe to share by threads."""

    def __init__(self, config: MelConfig, keep_bytes: int = KEEP_BYTES):
        self.config, self.room = config, keep_bytes
        self._kept: dict[Path, np.ndarray] = {}
        self._lock = threading.Lock()

    def __call__(self, path: Path) -> np.ndarray:
        """The mel of a file, float32 (mel_channels, frames); raises as `read_mel`."""
        kept = self._kept.get(path)
        if kept is not None:
            return kept
        mel = read_mel(path, self.config)
        with self._lock:
            keep = mel.nbytes <= self.room and path not in self._kept
            self.room -= mel.nbytes if keep else 0
        if keep:
            self._kept[path] = mel = np.array(mel)
        return mel


def _open_mel(path: Path, config: MelConfig) -> np.ndarray:
    return checked_mel(open_npy(path) if path.suffix.lower() == ".npy" else open_pt(path), config)


def checked_mel(mel: np.ndarray, config: MelConfig) -> np.ndarray:
    """An array as a mel, float32 (mel_channels, frames); raises Unusable for any other array."""
    if mel.ndim == 3 and len(mel) == 1:
        # A batch of one, as NVIDIA's example is saved.
        mel = mel[0]
    if mel.ndim != 2 or mel.shape[0] != config.mel_channels or not mel.shape[1]:
        raise Unusable(f"its mel has the shape {mel.shape}, not ({config.mel_channels}, frames)")
    if not np.issubdtype(mel.dtype, np.floating):
        raise Unusable(f"its mel holds {mel.dtype}, not floats")
    return mel.astype(np.float32, copy=False)


def _no_file(error: OSError) -> ClipError:
    kind = Missing if isinstance(error, FileNotFoundError) else Unreadable
    return kind(f"{error.filename}: {(error.strerror or str(error)).lower()}")
