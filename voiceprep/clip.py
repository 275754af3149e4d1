"""One utterance on disk, and the list of them that a dataset keeps in `clips.jsonl`."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from .errors import TableError
from .records import read_lines, write_lines

CLIPS = "clips.jsonl"


@dataclass(frozen=True)
class Clip:
    """One utterance: its sound's path relative to the dataset, its text and its length.

    `id` is the file's stem with its subfolder, in POSIX form, and never changes.
    `text` is None while it is not known.
    """

    id: str
    path: str
    text: str | None = None
    speaker: str | None = None
    seconds: float | None = None


def clip_id(path: Path, folder: Path) -> str:
    """The id of the file `path` found below `folder`: its relative path without the suffix."""
    return PurePosixPath(*path.relative_to(folder).with_suffix("").parts).as_posix()


def read_clips(path: Path) -> list[Clip]:
    """The clips of a `clips.jsonl`, in its order; none where there is no such file.

    Raises TableError naming a bad line.
    """
    clips = []
    for number, row in read_lines(path) if path.exists() else ():
        try:
            clips.append(_checked(Clip(**row)))
        except TypeError as error:
            raise TableError(
                path, number, f"not a clip ({error}); delete the file to start again"
            ) from None
    return clips


def _checked(clip: Clip) -> Clip:
    named = all(isinstance(text, str) for text in (clip.id, clip.path))
    if not (named and all(isinstance(text, str | None) for text in (clip.text, clip.speaker))):
        raise TypeError("all but its seconds must be text")
    if "\0" in clip.id + clip.path:
        raise TypeError("its id and its path must be names of files")
    if not isinstance(clip.seconds, int | float | None):
        raise TypeError("its seconds must be a number")
    return clip


def write_clips(path: Path, clips: Iterable[Clip]) -> None:
    """Write `clips` in the order of their ids, atomically."""
    write_lines(path, (asdict(clip) for clip in sorted(clips, key=lambda clip: clip.id)))
