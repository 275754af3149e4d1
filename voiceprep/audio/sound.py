"""Sound in memory, and sound in files of every kind: read whole, with its length checked.

libsndfile decodes in process; where it fails or falls short, ffmpeg decodes. What a file
promises is held against what came out of it, so that no cut or damaged recording passes as a
whole one.
"""

import os
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import soundfile

from ..errors import Unreadable, Unusable
from . import mp3
from .channels import Survey, survey
from .mark import read_mark
from .ogg import lacks_end
from .riff import check_header
from .tools import decoding, probe, require_ffmpeg

T = TypeVar("T")
# Frames of a block: small enough to stay in the cache, and to keep memory flat.
BLOCK = 1 << 16
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
class Treated:
    """A sound after a step, what there is to tell of it, and facts for the ledger.

    Where the step had nothing to do, `sound` is the very object that came in.
    """

    sound: Sound
    told: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """A file as one decoder reads it.

    `blocks()` decodes it from its start, as float32 arrays of shape (frames, channels), as often
    as is wanted; at its end it raises Unusable where the file is shorter than it promises, and
    Unreadable where the decoder fell short of it. `depth` is the number of bits of whole-number
    samples, 0 for floats and for lossy codecs. `made_by` is the mark of a wav of our own.
    """

    rate: int
    channels: int
    depth: int
    warnings: tuple[str, ...]
    blocks: Callable[[], Iterator[np.ndarray]]
    made_by: str = ""


@dataclass(frozen=True)
class Header:
    """Samples in each channel, samples a second, channels, and the depth as in `Source`."""

    frames: int
    rate: int
    channels: int
    depth: int

    @property
    def seconds(self) -> float:
        """The length."""
        return self.frames / self.rate


@dataclass(frozen=True)
class Recording:
    """A source that was read once to its end."""

    source: Source
    survey: Survey

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.survey.frames / self.source.rate


def listen(path: Path) -> Recording:
    """Read a recording to its end; raises as `read_source`."""
    return read_source(
        path, lambda source: Recording(source, survey(source.blocks(), source.channels))
    )


def read_source(path: Path, use: Callable[[Source], T]) -> T:
    """What `use` makes of a recording: decoded by libsndfile, or where that fails by ffmpeg.

    Raises Unusable where it holds nothing or is shorter than it promises, Unreadable where
    nothing here can decode it.
    """
    if path.stat().st_size == 0:
        raise Unusable("is empty: 0 bytes", 0.0)
    check_header(path)
    told = _walked(path)
    try:
        return use(_by_sndfile(path, told))
    except Unreadable as first:
        try:
            return use(_by_ffmpeg(path, told))
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


def read_header(path: Path) -> Header:
    """What the header of a wav says, with its promise held against the file's size.

    Raises Unusable where it is cut off, Unreadable where it is no sound.
    """
    check_header(path)
    try:
        info = soundfile.info(os.fsencode(path))
    except soundfile.LibsndfileError as error:
        raise Unreadable(f"libsndfile: {_said(error)}") from None
    return Header(info.frames, info.samplerate, info.channels, DEPTHS.get(info.subtype, 0))


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


def _by_sndfile(path: Path, told: mp3.Mp3 | None) -> Source:
    try:
        info = soundfile.info(os.fsencode(path))
    except soundfile.LibsndfileError as error:
        raise Unreadable(f"libsndfile: {_said(error)}") from None
    promised = told.samples if told else info.frames

    def blocks() -> Iterator[np.ndarray]:
        frames = 0
        try:
            with soundfile.SoundFile(os.fsencode(path)) as file:
                while len(block := file.read(BLOCK, dtype="float32", always_2d=True)):
                    frames += len(block)
                    yield block
        except soundfile.LibsndfileError as error:
            raise Unreadable(f"libsndfile: {_said(error)}") from None
        if frames < promised and told:
            raise _fell_short("libsndfile", told, frames)
        _check_length(frames, promised, info.samplerate)

    warnings = _damage(told) if told else ()
    if lacks_end(path):
        warnings = ("its end is missing: it may be cut off",)
    depth = DEPTHS.get(info.subtype, 0)
    made_by = read_mark(path) if info.format == "WAV" else ""
    return Source(info.samplerate, info.channels, depth, warnings, blocks, made_by)


def _by_ffmpeg(path: Path, told: mp3.Mp3 | None) -> Source:
    if told:
        # Junk before the first frame hides from ffmpeg how long the encoder's delay is.
        rate, channels, start = told.rate, told.channels, told.start
        damaged = told.junk_within or told.cut
        promised = told.samples - LOST_FRAMES * told.frame_samples * bool(damaged)
        require_ffmpeg()
    else:
        stream = probe(path)
        rate, channels, start = int(stream["sample_rate"]), int(stream["channels"]), 0
        promised = _stated_frames(stream, rate)

    def blocks() -> Iterator[np.ndarray]:
        frames = 0
        with decoding(path, channels, rate, start) as pipe:
            while data := pipe.read(BLOCK * channels * 4):
                whole = len(data) - len(data) % (channels * 4)
                frames += whole // (channels * 4)
                yield np.frombuffer(data[:whole], np.float32).reshape(-1, channels)
        if frames < promised and told:
            raise _fell_short("ffmpeg", told, frames)
        _check_length(frames, promised, rate)

    return Source(rate, channels, 0, _damage(told) if told else (), blocks)


def _fell_short(decoder: str, told: mp3.Mp3, frames: int) -> Unreadable:
    held, there = frames / told.rate, told.samples / told.rate
    return Unreadable(f"{decoder} decodes {held:.2f} s of the {there:.2f} s in it")


def _check_length(frames: int, promised: int, rate: int) -> None:
    """Raise Unusable for fewer frames than a header promises, or none at all."""
    held = frames / rate
    if frames < promised:
        raise Unusable(
            f"cut off: its header promises {promised / rate:.2f} s, it holds {held:.2f} s", held
        )
    if frames == 0:
        raise Unusable("holds no samples", 0.0)


def _stated_frames(stream: dict, rate: int) -> int:
    """The frames that a container promises, 0 where it does not count them."""
    container = stream["container"]
    exact = EXACT_CONTAINERS & set(container.get("format_name", "").split(","))
    if not exact or "duration" not in container:
        return 0
    return max(int((float(container["duration"]) * 0.995 - DURATION_SLACK) * rate), 0)


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
