"""Whether a decoded sound is whole: its length, its checksums, and the decoder's messages.

Each check returns warnings about a sound that is all there, and raises Unusable with the place
where it is not.
"""

from pathlib import Path

from ..errors import Unreadable, Unusable
from ..tools import Stream, seconds_before_damage
from .containers import flac

# Containers that state how long their sound is; others estimate it from the bit rate.
EXACT_CONTAINERS = frozenset(
    ("mov", "matroska", "asf", "flac", "flv", "wv", "tta", "ape", "tak", "mpc", "mpc8", "caf")
)
# A length may count the delay of a lossy codec, or not.
DELAY_SLACK = 0.1
LOSSLESS = ("pcm_", "flac", "alac", "wavpack", "tta", "ape", "tak")
# Where less than this is missing, what is there can be used.
SMALL = 0.01
# Containers round their times to milliseconds.
ROUNDED = 0.002


def check_length(seconds: float, promised: float, exact: bool = True) -> list[str]:
    """Compare the decoded seconds with those that a header promises, 0 where it does not."""
    missing = promised - seconds
    slack = 0.0 if exact else DELAY_SLACK
    if missing >= max(SMALL, slack):
        raise Unusable(
            f"cut off: its header promises {promised:.2f} s, it holds {seconds:.2f} s", seconds
        )
    if seconds == 0:
        raise Unusable("holds no samples", 0.0)
    if missing > slack:
        return [f"it is {1000 * missing:.2g} ms shorter than its header says"]
    return []


def check_flac(path: Path, info: flac.StreamInfo, md5: bytes, frames: int) -> list[str]:
    """Compare the MD5 of all decoded samples, or the checksums of the file's frames."""
    warnings = []
    if md5 == info.md5:
        unread = flac.unread_bytes(path, info)
        return [f"{unread} bytes after its last frame were not read"] if unread else []
    counted = flac.check_frames(path, info)
    if counted > frames:
        raise Unreadable(
            f"libsndfile decodes {frames / info.rate:.2f} s of the {counted / info.rate:.2f} s in it"
        )
    if info.md5:
        warnings.append("its MD5 is that of another sound, but all of its frames are whole")
    return warnings + check_length(frames / info.rate, info.frames / info.rate)


def promised_seconds(stream: Stream) -> float:
    """The length of a stream by its container, 0 where that does not know it."""
    return stream.seconds if EXACT_CONTAINERS & stream.containers else 0.0


def check_decoded(
    path: Path, stream: Stream, frames: int, messages: tuple[str, ...]
) -> list[str]:
    """Judge what ffmpeg decoded by its messages and by the length that the container states."""
    held, promised = frames / stream.rate, promised_seconds(stream)
    if not messages:
        return check_length(held, promised, exact=stream.codec.startswith(LOSSLESS))
    place = seconds_before_damage(path, stream.channels, stream.rate)
    if place < held - ROUNDED or not promised:
        raise Unusable(f"damaged at {place:.2f} s: {messages[0]} (ffmpeg)", place)
    if held < promised - 2 * SMALL:
        raise Unusable(f"cut off at {held:.2f} of {promised:.2f} s: {messages[0]} (ffmpeg)", held)
    return [f"ffmpeg: {messages[0]}; all of its sound is there"]
