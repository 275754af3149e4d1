"""Sound in memory, and sound in files of every kind: read whole, with its length checked.

libsndfile decodes in process; where it fails or falls short, ffmpeg decodes. What a file
promises is held against what came out of it, so that no cut or damaged recording passes as a
whole one.
"""

import os
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from ..errors import Unreadable, Unusable
from . import mp3
from .channels import Survey, survey
from .ogg import lacks_end
from .riff import check_header
from .tools import decoding, probe, require_ffmpeg

# Frames of a block: small enough to stay in the cache, and to keep memory flat.
BLOCK = 1 << 17
# A longer recording is decoded anew for each pass instead of being held in memory.
LONG_SECONDS = 600.0
DEPTHS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24}
# Containers whose stated duration counts samples; the others only guess it from the bit rate.
EXACT_CONTAINERS = {"mov", "matroska", "asf", "flac"}
DURATION_SLACK = 0.1
# The first bytes of containers that are no mp3, whatever their name.
MAGIC = (b"RIFF", b"RF64", b"FORM", b"fLaC", b"OggS", b"caff", b"\x1aE\xdf\xa3", b"0&\xb2u")
# How many frames a decoder may leave out around damage, as their bits lie partly within it.
LOST_FRAMES = 4


@dataclass(frozen=True)
class Sound:
    """One channel of float32 samples in [-1, 1] at `rate` Hz."""

    samples: np.ndarray
    rate: int

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples) / self.rate


@dataclass(frozen=True)
class Recording:
    """A file that was read once to its end.

    `blocks()` gives it again, as float32 arrays of shape (frames, channels). `depth` is the
    number of bits of whole-number samples, 0 for floats and for lossy codecs.
    """

    rate: int
    channels: int
    depth: int
    survey: Survey
    blocks: Callable[[], Iterator[np.ndarray]]
    warnings: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.survey.frames / self.rate


@dataclass(frozen=True)
class _Decoder:
    name: str
    rate: int
    channels: int
    depth: int
    promised: int | None
    blocks: Callable[[], Iterator[np.ndarray]]
    warnings: tuple[str, ...] = ()


def listen(path: Path) -> Recording:
    """Read a recording to its end.

    Raises Unusable where it holds nothing or is shorter than it promises, Unreadable where
    nothing here can decode it.
    """
    if path.stat().st_size == 0:
        raise Unusable("is empty: 0 bytes", 0.0)
    check_header(path)
    told = _walked(path)
    try:
        return _read(_open_sndfile(path, told), told)
    except Unreadable as first:
        try:
            return _read(_open_ffmpeg(path, told), told)
        except Unreadable as second:
            raise Unreadable(f"{first.why}; {second.why}") from None


def read_sound(path: Path) -> Sound:
    """A wav of one channel as it is, as our own commands write them.

    Raises Unusable where it has more channels or is cut off, Unreadable where it is no sound.
    """
    check_header(path)
    try:
        samples, rate = soundfile.read(os.fsencode(path), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise Unreadable(f"libsndfile: {_said(error)}") from None
    if samples.shape[1] != 1:
        raise Unusable(
            f"has {samples.shape[1]} channels: run voiceprep convert on it", len(samples) / rate
        )
    return Sound(samples[:, 0], rate)


def write_pcm(path: Path, blocks: Iterator[np.ndarray], rate: int, bits: int) -> None:
    """Write blocks of whole numbers as a wav of one channel.

    16 bits come as int16, 24 bits in the upper three bytes of int32.
    """
    with wave.open(os.fspath(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(bits // 8)
        file.setframerate(rate)
        for block in blocks:
            if bits == 24:
                block = block.astype("<i4").view(np.uint8).reshape(-1, 4)[:, 1:]
            file.writeframesraw(np.ascontiguousarray(block))


def stated_seconds(path: Path) -> float:
    """The length as headers tell it, nothing decoded; raises ClipError where they tell none."""
    told = _walked(path)
    if told:
        return told.samples / told.rate
    try:
        return soundfile.info(os.fsencode(path)).duration
    except soundfile.LibsndfileError as error:
        raise Unreadable(f"libsndfile: {_said(error)}") from None


def _walked(path: Path) -> mp3.Mp3 | None:
    """What the frames of an mp3 tell, whatever its name; None for another kind of file."""
    with open(path, "rb") as file:
        head = file.read(12)
    named = path.suffix.lower() == ".mp3"
    if head.startswith(MAGIC) or head[4:8] == b"ftyp":
        return None
    if not named and not head.startswith((b"ID3", b"\xff")):
        return None
    try:
        told = mp3.walk(path)
    except Unreadable:
        if named:
            raise
        return None
    if told.cut_off:
        held, promised = (count / told.rate for count in (told.samples, told.promised_samples))
        damage = f", {told.junk_within} bytes of it are no sound" if told.junk_within else ""
        raise Unusable(
            f"cut off: its header promises {promised:.2f} s, it holds {held:.2f} s{damage}", held
        )
    return told


def _open_sndfile(path: Path, told: mp3.Mp3 | None) -> _Decoder:
    try:
        info = soundfile.info(os.fsencode(path))
    except soundfile.LibsndfileError as error:
        raise Unreadable(f"libsndfile: {_said(error)}") from None

    def blocks() -> Iterator[np.ndarray]:
        try:
            with soundfile.SoundFile(os.fsencode(path)) as file:
                while len(block := file.read(BLOCK, dtype="float32", always_2d=True)):
                    yield block
        except soundfile.LibsndfileError as error:
            raise Unreadable(f"libsndfile: {_said(error)}") from None

    depth = DEPTHS.get(info.subtype, 0)
    promised = told.samples if told else info.frames
    warnings = ("its end is missing: it may be cut off",) if lacks_end(path) else ()
    return _Decoder("libsndfile", info.samplerate, info.channels, depth, promised, blocks, warnings)


def _open_ffmpeg(path: Path, told: mp3.Mp3 | None) -> _Decoder:
    if told:
        # Junk before the first frame hides from ffmpeg how long the encoder's delay is.
        rate, channels, promised, start = told.rate, told.channels, told.samples, told.start
        require_ffmpeg()
    else:
        stream = probe(path)
        rate, channels, start = int(stream["sample_rate"]), int(stream["channels"]), 0
        promised = _stated_frames(stream, rate)

    def blocks() -> Iterator[np.ndarray]:
        with decoding(path, channels, rate, start) as pipe:
            while data := pipe.read(BLOCK * channels * 4):
                whole = len(data) - len(data) % (channels * 4)
                yield np.frombuffer(data[:whole], np.float32).reshape(-1, channels)

    return _Decoder("ffmpeg", rate, channels, 0, promised, blocks)


def _stated_frames(stream: dict, rate: int) -> int | None:
    container = stream["container"]
    exact = EXACT_CONTAINERS & set(container.get("format_name", "").split(","))
    if not exact or "duration" not in container:
        return None
    return max(int((float(container["duration"]) * 0.995 - DURATION_SLACK) * rate), 0)


def _read(decoder: _Decoder, told: mp3.Mp3 | None) -> Recording:
    """Survey a file, keeping its blocks where it is short, and hold it to its promises."""
    kept: list[np.ndarray] = []
    expected = decoder.promised or 0
    short = 0 < expected <= LONG_SECONDS * decoder.rate

    def passing() -> Iterator[np.ndarray]:
        for block in decoder.blocks():
            if short:
                kept.append(block)
            yield block

    seen = survey(passing(), decoder.channels)
    if seen.frames < expected:
        _judge_short(decoder, told, seen.frames)
    if seen.frames == 0:
        raise Unusable("holds no samples", 0.0)
    blocks = (lambda: iter(kept)) if short else decoder.blocks
    warnings = _damage(told) if told else decoder.warnings
    return Recording(decoder.rate, decoder.channels, decoder.depth, seen, blocks, warnings)


def _judge_short(decoder: _Decoder, told: mp3.Mp3 | None, frames: int) -> None:
    """Raise for a decoder that gave less than was promised; frames near damage may be lost."""
    promise, seconds = decoder.promised / decoder.rate, frames / decoder.rate
    if told is None:
        raise Unusable(
            f"cut off: its header promises {promise:.2f} s, it holds {seconds:.2f} s", seconds
        )
    damaged = decoder.name == "ffmpeg" and (told.junk_within or told.cut)
    if frames < decoder.promised - damaged * LOST_FRAMES * told.frame_samples:
        raise Unreadable(
            f"{decoder.name} decodes {seconds:.2f} s of the {promise:.2f} s in it", seconds
        )


def _damage(told: mp3.Mp3) -> tuple[str, ...]:
    warnings = []
    if told.junk_before:
        warnings.append(f"{told.junk_before} bytes before its first frame are no sound")
    if told.junk_within:
        warnings.append(
            f"damaged: {told.junk_within} bytes of it are no sound, and what they held is lost"
        )
    if told.cut:
        warnings.append("its last frame is cut off")
    return tuple(warnings)


def _said(error: soundfile.LibsndfileError) -> str:
    return error.error_string.rstrip(".").lower()
