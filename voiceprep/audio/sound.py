"""Sound in memory and in audio files of any format, with a check of the decoded length.

libsndfile decodes in process; where it fails or decodes too little, ffmpeg is used. The length in
the header is compared with the decoded one, so that truncated or damaged recordings are found.
"""

import os
import wave
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from soundfile import SoundFile

from ..errors import Unreadable, Unusable
from ..tools import decoding, passed_on, probe, require_ffmpeg
from .channels import Survey, survey
from .containers import flac, mp3, mp4, ogg
from .containers.content import check_sound, demuxer_of
from .containers.riff import SoundLayout, check_header
from .integrity import DELAY_SLACK, EXACT, check_decoded, check_flac, check_length
from .limits import check_format, check_samples
from .links import conform, describe_changes
from .mark import read_mark
from .sndfile import Patch, opened, read_frames

T = TypeVar("T")
# Frames in a block: few enough to stay in the cache.
BLOCK = 1 << 16
DEPTHS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24}
# Where libsndfile counts whole blocks, or none.
ESTIMATED = {"MPEG", "MP3", "ALAC_16", "ALAC_20", "ALAC_24", "ALAC_32"}
# The first bytes of containers that are not mp3, whatever their name.
MAGIC = (
    *(b"RIFF", b"RIFX", b"RF64", b"riff", b"FORM", b"fLaC", b"OggS", b"caff", b".snd", b"#!AMR"),
    *(b"\x1aE\xdf\xa3", b"0&\xb2u", b"\xff\xf1", b"\xff\xf9"),
)
# The suffixes of MPEG audio.
MPEG_SUFFIXES = (".mp3", ".mp2", ".mpga")
# How many frames a decoder may drop around damage.
LOST_FRAMES = 4


@dataclass(frozen=True, eq=False)
class Sound:
    """One channel of float32 samples in [-1, 1] at `rate` Hz."""

    samples: np.ndarray
    rate: int

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples) / self.rate


@dataclass(frozen=True, eq=False)
class Treated:
    """A sound after a step, a note for the user, and facts for the ledger.

    Where the step changed nothing, `sound` is the object that it was given. `unneeded` is the end
    of the note, where that says why a step was not needed: it is no warning.
    """

    sound: Sound
    note: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    unneeded: str = ""


@dataclass(frozen=True)
class Source:
    """A file as one decoder reads it.

    `blocks()` decodes it from the start, as float32 arrays of shape (frames, channels), and can be
    called again; at the end it raises Unusable where the file is damaged or shorter than its header
    says, and Unreadable where the decoder stopped early. `depth` is the number of bits of integer
    samples, 0 for floats and lossy codecs. `made_by` is the mark of a wav of our own. `found` are
    the warnings of the last pass over `blocks()`, complete at its end.
    """

    rate: int
    channels: int
    depth: int
    warnings: tuple[str, ...]
    blocks: Callable[[], Iterator[np.ndarray]]
    made_by: str = ""
    found: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _File:
    """A file, or one stream of sound cut out of it, and what its container says."""

    path: Path
    part: bytes | None = None
    patch: Patch | None = None
    mp3_info: mp3.Mp3 | None = None
    flac_info: flac.StreamInfo | None = None
    demuxer: str = ""
    warnings: tuple[str, ...] = ()

    def opened(self) -> AbstractContextManager[SoundFile]:
        """It as libsndfile reads it."""
        return opened(self.path if self.part is None else self.part, self.patch)


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
    """A source and its measurements in one pass."""

    source: Source
    survey: Survey

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.survey.frames / self.source.rate


def listen(path: Path) -> Recording:
    """Measure a recording in one pass; raises as `read_source`."""
    return read_source(
        path,
        lambda source: Recording(source, survey(source.blocks(), source.channels, source.rate)),
    )


def read_source(path: Path, use: Callable[[Source], T]) -> T:
    """The result of `use` for a recording, decoded by libsndfile or, where that fails, by ffmpeg.

    Raises Unusable where it is empty or shorter than its header says, Unreadable where it cannot
    be decoded.
    """
    if path.stat().st_size == 0:
        raise Unusable("is empty: 0 bytes", 0.0)
    check_sound(path)
    files = _inspect(path)
    if files[0].demuxer:
        return use(_by_ffmpeg(files[0]))
    try:
        return use(_chained([_by_sndfile(file) for file in files]))
    except Unreadable as first:
        try:
            return use(_chained([_by_ffmpeg(file) for file in files]))
        except Unreadable as second:
            raise Unreadable(f"{first.why}; {second.why}") from None


def read_sound(path: Path) -> Sound:
    """A wav of one channel, as our own commands write it.

    Raises Unusable where it has more channels or is cut off, Unreadable where it is not audio.
    """
    layout = check_header(path)
    with opened(path, layout.patch) as file:
        if file.channels != 1:
            raise Unusable(
                f"has {file.channels} channels: run voiceprep convert on it",
                file.frames / file.samplerate,
            )
        check_samples(file.frames, file.samplerate)
        return Sound(read_frames(file, file.frames)[:, 0], file.samplerate)


def read_header(path: Path) -> Header:
    """The header of a wav, checked against the file's size.

    Raises Unusable where it is cut off, Unreadable where it is not audio.
    """
    layout = check_header(path)
    with opened(path, layout.patch) as file:
        depth = DEPTHS.get(file.subtype, 0)
        return Header(file.frames, file.samplerate, file.channels, depth)


def write_pcm(path: Path, blocks: Iterator[np.ndarray], rate: int, bits: int) -> None:
    """Write blocks of integer samples as a wav of one channel.

    16 bits come as int16, 24 bits in the upper three bytes of int32.
    """
    with wave.open(os.fspath(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(bits // 8)
        file.setframerate(rate)
        for block in blocks:
            if bits == 24:
                block = block.astype("<i4").view(np.uint8).reshape(-1, 4)[:, 1:]
            file.writeframesraw(np.ascontiguousarray(block).data)


def stated_seconds(path: Path) -> float:
    """The length by the headers, without decoding; raises ClipError where it is not there."""
    seconds = 0.0
    for part in _inspect(path):
        if part.mp3_info:
            return part.mp3_info.samples / part.mp3_info.rate
        with part.opened() as file:
            seconds += file.frames / file.samplerate
    return seconds


def _inspect(path: Path) -> list[_File]:
    """The streams of sound that follow one another in a file: one, except in a chained Ogg file.

    Raises Unusable where the bytes of the file show that its sound is damaged.
    """
    layout = check_header(path)
    if demuxer := demuxer_of(path):
        return [_File(path, demuxer=demuxer)]
    mp3_info = _mp3_info(path, layout)
    if mp3_info:
        warnings = (*layout.warnings, *mp3_info.warnings())
        return [_File(path, patch=layout.patch, mp3_info=mp3_info, warnings=warnings)]
    if layout.end:
        return [_File(path, patch=layout.patch, warnings=layout.warnings)]
    with open(path, "rb") as file:
        head = file.read(12)
    pages = ogg.walk(path) if head.startswith(ogg.CAPTURE) or ogg.is_named(path) else None
    if pages and pages.links is not None:
        first, *others = pages.links
        rest = [_File(path, part) for part in others]
        return [_File(path, first, warnings=pages.warnings), *rest]
    if pages:
        return [_File(path, warnings=pages.warnings)]
    if head.startswith(flac.STARTS):
        return [_File(path, flac_info=flac.read_info(path))]
    return [_File(path, warnings=mp4.check_boxes(path) if head[4:8] in mp4.FIRST_BOXES else ())]


def _mp3_info(path: Path, layout: SoundLayout) -> mp3.Mp3 | None:
    """The headers of an mp3, whatever its name, also in a wav; None for another format."""
    if layout.mpeg:
        in_wav = mp3.walk(path, layout.begin, layout.end)
        in_wav.check()
        return in_wav
    with open(path, "rb") as file:
        head = file.read(12)
    named = path.suffix.lower() in MPEG_SUFFIXES
    if head.startswith(MAGIC) or head[4:8] == b"ftyp":
        return None
    if not named and not head.startswith((b"ID3", b"\xff")):
        return None
    try:
        mp3_info = mp3.walk(path)
    except Unreadable:
        if named:
            raise
        return None
    mp3_info.check()
    return mp3_info


def _by_sndfile(file: _File) -> Source:
    with file.opened() as header:
        rate, channels, depth = header.samplerate, header.channels, DEPTHS.get(header.subtype, 0)
        promised = file.mp3_info.samples if file.mp3_info else header.frames
        slack = DELAY_SLACK if {header.format, header.subtype} & ESTIMATED else EXACT
        made_by = read_mark(file.path) if header.format == "WAV" else ""
    found: list[str] = []
    passed = False

    def blocks() -> Iterator[np.ndarray]:
        nonlocal passed
        frames = 0
        hashed = None if passed else _sample_hash(file)
        try:
            with file.opened() as decoder:
                while len(block := read_frames(decoder, BLOCK)):
                    frames += len(block)
                    if hashed:
                        hashed.update(block)
                    yield block
        except Unreadable:
            if file.flac_info:
                flac.check_frames(file.path, file.flac_info)
            raise
        if frames < promised and file.mp3_info:
            raise _fell_short("libsndfile", file.mp3_info, frames)
        if file.flac_info:
            found[:] = check_flac(file.path, file.flac_info, frames)
            if hashed:
                hashed.check()
            passed = True
        else:
            found[:] = check_length(frames / rate, promised / rate, slack)

    return Source(rate, channels, depth, file.warnings, blocks, made_by, found)


def _sample_hash(file: _File) -> flac.SampleHash | None:
    """The hash of a FLAC file's samples, where its header has one to compare it with."""
    info = file.flac_info
    # Zeros stand for a hash that the encoder did not know.
    checked = info and any(info.md5) and info.bits in DEPTHS.values()
    return flac.SampleHash(info) if info and checked else None


def _by_ffmpeg(file: _File) -> Source:
    if file.mp3_info:
        return _mp3_by_ffmpeg(file.path, file.mp3_info, file.warnings)
    with _named(file) as path:
        stream = probe(path, file.demuxer)
    check_format(stream.channels, stream.rate)
    found: list[str] = []

    def blocks() -> Iterator[np.ndarray]:
        frames = 0
        with _named(file) as path:
            with decoding(path, stream.channels, stream.rate, file.demuxer) as decoder:
                for block in _floats(decoder.read, stream.channels):
                    frames += len(block)
                    yield block
            if file.flac_info:
                flac.check_frames(file.path, file.flac_info)
            found[:] = check_decoded(path, stream, frames, decoder.messages)

    return Source(stream.rate, stream.channels, 0, file.warnings, blocks, found=found)


@contextmanager
def _named(file: _File) -> Iterator[Path]:
    """A file's path, or one for what was cut out of it."""
    if file.part is None:
        yield file.path
        return
    with passed_on(file.part) as name:
        yield Path(name)


def _floats(read: Callable[[int], bytes], channels: int) -> Iterator[np.ndarray]:
    """Blocks of samples from float32 bytes."""
    while data := read(BLOCK * channels * 4):
        whole = len(data) - len(data) % (channels * 4)
        yield np.frombuffer(data[:whole], np.float32).reshape(-1, channels)


def _mp3_by_ffmpeg(path: Path, mp3_info: mp3.Mp3, warnings: tuple[str, ...]) -> Source:
    # Junk before the first frame keeps ffmpeg from reading the encoder's delay.
    rate, channels, start = mp3_info.rate, mp3_info.channels, mp3_info.start
    damaged = mp3_info.junk_within or mp3_info.cut
    promised = mp3_info.samples - LOST_FRAMES * mp3_info.frame_samples * bool(damaged)
    require_ffmpeg()

    def blocks() -> Iterator[np.ndarray]:
        frames = 0
        with decoding(path, channels, rate, "mp3" if start else "", start) as decoder:
            for block in _floats(decoder.read, channels):
                frames += len(block)
                yield block
        if frames < promised:
            raise _fell_short("ffmpeg", mp3_info, frames)
        check_length(frames / rate, 0.0)

    return Source(rate, channels, 0, warnings, blocks)


def _fell_short(decoder: str, mp3_info: mp3.Mp3, frames: int) -> Unreadable:
    held, there = frames / mp3_info.rate, mp3_info.samples / mp3_info.rate
    return Unreadable(f"{decoder} decodes {held:.2f} s of the {there:.2f} s in it")


def _chained(sources: list[Source]) -> Source:
    """Sources that follow one another as one, at the highest of their rates."""
    first = sources[0]
    if len(sources) == 1:
        return first
    rates, channels = ([getattr(one, name) for one in sources] for name in ("rate", "channels"))
    rate, most = max(rates), max(channels)
    changes = describe_changes(rates, channels)
    found: list[str] = []

    def blocks() -> Iterator[np.ndarray]:
        found.clear()
        for one in sources:
            yield from conform(one.blocks(), one.rate, one.channels, rate, most)
            found.extend(one.found)

    depth = 0 if changes else min(one.depth for one in sources)
    return Source(rate, most, depth, (*first.warnings, *changes), blocks, found=found)
