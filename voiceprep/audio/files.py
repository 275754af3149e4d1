"""Audio files in a folder, and their ids."""

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..batch.ledger import LEDGER
from ..clip import clip_id
from ..config import RAN_SETTINGS
from ..errors import SourceError, os_reason
from .containers.content import HEADERLESS, begins_sound, read_head

# What libsndfile reads in process, and the containers that need ffmpeg. The first bytes decide of
# a file with another suffix, or with none.
SNDFILE_SUFFIXES = (
    *(".wav", ".wave", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".aif", ".aiff", ".aifc"),
    *(".au", ".snd", ".caf", ".w64", ".rf64", ".sph", ".voc"),
)
FFMPEG_SUFFIXES = (
    *(".m4a", ".m4b", ".mp4", ".aac", ".wma", ".webm", ".mka", ".mkv", ".mov", ".3gp"),
    *(".amr", ".ac3", ".mp2", ".mpga", ".ape", ".wv", ".tta", ".spx", ".avi", ".flv"),
    *HEADERLESS,
)
SUFFIXES = frozenset(SNDFILE_SUFFIXES + FFMPEG_SUFFIXES)
# What lies beside sounds in large numbers and is none: these files are not opened.
OTHER_SUFFIXES = frozenset(
    (
        *(".txt", ".csv", ".tsv", ".json", ".jsonl", ".list", ".lab", ".trn", ".data", ".toml"),
        *(".yaml", ".yml", ".xml", ".html", ".htm", ".md", ".rst", ".log", ".srt", ".vtt", ".lrc"),
        *(".textgrid", ".ctm", ".phn", ".wrd", ".eaf", ".py", ".sh", ".js", ".css", ".npy", ".npz"),
        *(".pt", ".pth", ".ckpt", ".h5", ".pkl", ".onnx", ".parquet", ".png", ".jpg", ".jpeg"),
        *(".gif", ".svg", ".webp", ".pdf", ".zip", ".gz", ".tgz", ".bz2", ".xz", ".tar", ".7z"),
    )
)
# Files that voiceprep itself writes beside sounds.
OWN = (LEDGER, RAN_SETTINGS)


@dataclass(frozen=True)
class Found:
    """The audio files below a folder in the order of their paths, and the other files there."""

    folder: Path
    sounds: tuple[Path, ...]
    others: dict[str, int]
    unreadable: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on what was skipped."""
        notes = []
        if self.others:
            listed = ", ".join(f"{count} {kind}" for kind, count in sorted(self.others.items()))
            notes.append(f"skipped as not audio, by suffix: {listed}")
        notes += [f"could not read {name}" for name in self.unreadable]
        return tuple(notes)


def find_sounds(source: Path) -> Found:
    """All audio files in a folder and below it, or a single file; a folder is read only once.

    Hidden files are skipped. Raises SourceError where there is no audio file.
    """
    if source.is_file():
        return Found(source.parent, (source,), {}, ())
    if not source.is_dir():
        raise SourceError(source, "there is no such file or folder")
    unreadable: list[str] = []
    files = sorted(_walk(source, unreadable))
    unreadable.sort()
    sounds: list[Path] = []
    others: Counter[str] = Counter()
    for path in files:
        if is_sound(path):
            sounds.append(path)
        elif path.name not in OWN:
            others[_suffix(path.name) or "without suffix"] += 1
    if not sounds:
        blame = f" (could not read {unreadable[0]})" if unreadable else ""
        raise SourceError(
            source, f"holds no audio files{blame}; it should hold wav, mp3, flac, … files"
        )
    return Found(source, tuple(sounds), dict(others), tuple(unreadable))


def is_sound(path: Path) -> bool:
    """Whether a file is a sound by its suffix or, where that is not known, its first bytes."""
    return holds_sound(path.name, partial(read_head, path))


def holds_sound(name: str, head: Callable[[], bytes]) -> bool:
    """Whether a file of this name is a sound; `head` reads its first bytes where they decide."""
    suffix = _suffix(name)
    if suffix in SUFFIXES or suffix in OTHER_SUFFIXES:
        return suffix in SUFFIXES
    try:
        return begins_sound(head())
    except OSError:
        return False


def _suffix(name: str) -> str:
    # As Path.suffix, which takes as long as all the rest in a folder of many files.
    dot = name.rfind(".")
    return name[dot:].lower() if 0 < dot < len(name) - 1 else ""


def sound_ids(found: Found) -> dict[Path, str]:
    """The id of every audio file; what is no suffix of a sound is part of it, as in `take.1`."""
    return {path: clip_id(_suffixed(path), found.folder) for path in found.sounds}


def _suffixed(path: Path) -> Path:
    return path if path.suffix.lower() in SUFFIXES else path.with_name(f"{path.name}.wav")


def sounds_by_name(found: Found) -> dict[str, Path]:
    """Every audio file by its id, with its suffix where ids coincide."""
    ids = sound_ids(found)
    shared = Counter(ids.values())
    return {name if shared[name] == 1 else name + path.suffix: path for path, name in ids.items()}


def _walk(folder: Path, unreadable: list[str]) -> Iterator[Path]:
    """Every file below `folder`, linked folders last, so that files keep their own path."""
    seen, waiting = set(), [folder]

    def cannot(error: OSError) -> None:
        unreadable.append(f"{error.filename} ({os_reason(error)})")

    for start in waiting:
        for name, folders, files in os.walk(start, onerror=cannot):
            status = os.stat(name)
            if (status.st_dev, status.st_ino) in seen:
                folders.clear()
                continue
            seen.add((status.st_dev, status.st_ino))
            folders[:] = sorted(entry for entry in folders if not entry.startswith("."))
            waiting += [
                link for link in (Path(name, entry) for entry in folders) if link.is_symlink()
            ]
            for path in (Path(name, entry) for entry in files if not entry.startswith(".")):
                if _endless(path):
                    unreadable.append(f"{path} (not a regular file)")
                else:
                    yield path


def _endless(path: Path) -> bool:
    """Whether this is a pipe or a device; a file that cannot be accessed fails later."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False
