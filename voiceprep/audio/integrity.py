"""Whether a decoded sound is whole: its length, its checksums, and the decoder's messages.

Each check returns warnings about a sound that is all there, and raises Unusable with the place
where it is not.
"""

from pathlib import Path

from ..errors import Unusable
from ..tools import Stream, first_damage, is_of_decoder, plain_message
from .containers import flac
from .limits import say_bytes

# Containers that state how long their sound is; others estimate it from the bit rate.
EXACT_CONTAINERS = frozenset(
    ("mov", "matroska", "asf", "flac", "flv", "wv", "tta", "ape", "tak", "mpc", "mpc8")
)
# A length may count the delay of a lossy codec, or not.
DELAY_SLACK = 0.1
LOSSLESS = ("pcm_", "flac", "alac", "wavpack", "tta", "ape", "tak")
# Where less than this is missing, what is there can be used.
SMALL = 0.01
# Sums of floats differ by less.
EXACT = 1e-6
# Containers round their times to milliseconds.
ROUNDED = 0.002


def check_length(seconds: float, promised: float, slack: float = EXACT) -> list[str]:
    """Compare the decoded seconds with those that a header promises, 0 where it does not.

    Nothing is said where no more than `slack` is missing.
    """
    missing = promised - seconds
    if missing >= max(SMALL, slack):
        raise Unusable(
            f"cut off: its header promises {promised:.2f} s, it holds {seconds:.2f} s", seconds
        )
    if seconds == 0:
        raise Unusable("holds no samples", 0.0)
    if missing > slack:
        return [f"it is {1000 * missing:.2g} ms shorter than its header says"]
    return []


def check_flac(path: Path, info: flac.StreamInfo, frames: int) -> list[str]:
    """Compare what libFLAC decoded without an error with the headers of a file's frames."""
    unread = flac.check_frames(path, info, frames)
    warnings = [f"{say_bytes(unread, 'after its last frame', 'were')} not read"] if unread else []
    return warnings + check_length(frames / info.rate, info.frames / info.rate)


def promised_seconds(stream: Stream) -> float:
    """The length of a stream by its container, 0 where that does not know it."""
    return stream.seconds if EXACT_CONTAINERS & stream.containers else 0.0


def check_decoded(path: Path, stream: Stream, frames: int, messages: tuple[str, ...]) -> list[str]:
    """Judge what ffmpeg decoded by its messages and by the length that the container states."""
    held, promised = frames / stream.rate, promised_seconds(stream)
    slack = ROUNDED if stream.codec.startswith(LOSSLESS) else DELAY_SLACK
    if stream.codec.startswith("pcm_"):
        # The last packet of a file that was written into a pipe is a short one.
        messages = tuple(message for message in messages if "[error]" in message)
    if not messages and held >= promised - max(slack, SMALL):
        return check_length(held, promised, slack)
    why = f": ffmpeg says {plain_message(messages[0], path)!r}" if messages else ""
    place = first_damage(path, stream.codec, stream.demuxer)
    in_sound = any(is_of_decoder(message, stream.codec) for message in messages)
    if place is None and not in_sound and promised and held >= promised - 2 * SMALL:
        return [f"its length is right, but not all of its bytes{why}"]
    place = held if place is None else min(place, held)
    if place > held - DELAY_SLACK:
        check_length(held, promised)
    raise Unusable(f"damaged at {place:.2f} s{why}", place)
