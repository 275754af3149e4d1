"""What the header of a recording may claim; anything else is refused before memory is taken."""

from ..errors import Unusable

# 64 channels are those of a large mixing desk, 384 kHz is the fastest converter. What a recorder
# never writes would only fill the memory or the disk.
MOST_CHANNELS = 64
LOWEST_RATE, HIGHEST_RATE = 1000, 384000
# The most samples that are loaded as one piece: 1.7 hours at 22,050 Hz, half a gigabyte.
MOST_SAMPLES = 2**27


def check_format(channels: int, rate: float) -> None:
    """Raise Unusable for channels or a sampling rate that no recorder writes."""
    if not 1 <= channels <= MOST_CHANNELS:
        raise Unusable(
            f"its header says {channels} channels: only 1 to {MOST_CHANNELS} are read, "
            "export it again"
        )
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise Unusable(
            f"its header says {rate:.10g} Hz: only {LOWEST_RATE} to {HIGHEST_RATE} Hz are read, "
            "export it again"
        )


def check_samples(count: int, rate: int) -> None:
    """Raise Unusable for more samples than are loaded as one piece."""
    if count > MOST_SAMPLES:
        raise Unusable(
            f"its header says {count} samples, too many to load: split it at a pause", count / rate
        )


def cut_off(promised: float, held: float, detail: str = "") -> Unusable:
    """The error for a file of fewer seconds than its header promises."""
    digits = 2 if abs(promised - held) >= 0.02 else 6
    why = f"its header promises {promised:.{digits}f} s, it holds {held:.{digits}f} s"
    return Unusable(f"cut off: {why}" + (f" ({detail})" if detail else ""), held)


def say_bytes(count: int, place: str = "", verb: str = "") -> str:
    """So many bytes as the subject of a sentence: "2 bytes after it are", "1 byte after it is"."""
    if count == 1:
        verb = {"are": "is", "were": "was"}.get(verb, verb)
    return " ".join(filter(None, ("1 byte" if count == 1 else f"{count} bytes", place, verb)))
