"""Sounds in a folder: which files are some, and what their ids are."""

import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..clip import clip_id
from ..config import RAN_SETTINGS
from ..errors import UserError
from ..ledger import LEDGER

# What libsndfile reads in process, and the containers that need ffmpeg.
SNDFILE_SUFFIXES = (
    *(".wav", ".wave", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".aif", ".aiff", ".aifc"),
    *(".au", ".snd", ".caf", ".w64", ".rf64"),
)
FFMPEG_SUFFIXES = (
    *(".m4a", ".m4b", ".mp4", ".aac", ".wma", ".webm", ".mka", ".mkv", ".mov", ".3gp"),
    *(".amr", ".ac3", ".mp2", ".mpga", ".ape", ".wv", ".tta", ".spx"),
)
SUFFIXES = frozenset(SNDFILE_SUFFIXES + FFMPEG_SUFFIXES)
# What voiceprep itself leaves beside the sounds.
OWN = (LEDGER, RAN_SETTINGS)


@dataclass(frozen=True)
class Found:
    """The sounds below a folder in the order of their paths, and what else lay there."""

    folder: Path
    sounds: tuple[Path, ...]
    others: dict[str, int]
    unreadable: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was passed over, in sentences."""
        told = []
        if self.others:
            listed = ", ".join(f"{count} {kind}" for kind, count in sorted(self.others.items()))
            told.append(f"passed over as no sound, by their suffix: {listed}")
        told += [f"could not look into {name}" for name in self.unreadable]
        return tuple(told)


def find_sounds(source: Path) -> Found:
    """All sounds in a folder and below it, or the one file named; a folder is looked into once.

    Hidden files are passed over. Raises UserError where there is no sound at all.
    """
    if source.is_file():
        return Found(source.parent, (source,), {}, ())
    if not source.is_dir():
        raise UserError(f"{source}: there is no such file or folder")
    unreadable: list[str] = []
    files = sorted(_walk(source, unreadable))
    unreadable.sort()
    sounds = tuple(path for path in files if path.suffix.lower() in SUFFIXES)
    others = Counter(
        path.suffix.lower() or "without suffix"
        for path in files
        if path.suffix.lower() not in SUFFIXES and path.name not in OWN
    )
    if not sounds:
        blame = f" (could not look into {unreadable[0]})" if unreadable else ""
        raise UserError(f"{source}: no sound in it{blame}; it should hold wav, mp3, flac, … files")
    return Found(source, sounds, dict(others), tuple(unreadable))


def sound_ids(found: Found) -> dict[Path, str]:
    """The id of every sound found."""
    return {path: clip_id(path, found.folder) for path in found.sounds}


def sounds_by_name(found: Found) -> dict[str, Path]:
    """Every sound found by its id, with its suffix where others have the same."""
    ids = sound_ids(found)
    shared = Counter(ids.values())
    return {name if shared[name] == 1 else name + path.suffix: path for path, name in ids.items()}


def _walk(folder: Path, unreadable: list[str]) -> Iterator[Path]:
    """Every file below `folder`, linked folders last: what a link leads to keeps its own name."""
    seen, waiting = set(), [folder]

    def cannot(error: OSError) -> None:
        unreadable.append(f"{error.filename} ({(error.strerror or '').lower()})")

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
                    unreadable.append(f"{path} (no regular file)")
                else:
                    yield path


def _endless(path: Path) -> bool:
    """Whether this is a pipe or a device; what cannot be looked at fails later, by its name."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False
