"""The lists of clips that training reads, as NVIDIA's scripts read them, and who is on which side.

filelists/{train,val,test}.txt        wavs/ID.wav|text
filelists/mel_{train,val,test}.txt    mels/ID.npy|text
filelists/splits.jsonl                the side of every clip, by content, for good

Where no texts are wanted, a line is a path alone.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ..clip import Clip
from ..config import setting
from ..disk import Stamp, replacing, set_aside
from ..errors import TableError, TargetError
from ..ledger import Ledger, stamp_in
from ..records import Outcome, read_lines, write_lines

SIDES = ("train", "val", "test")
SPLITS = "splits.jsonl"
# In place of a list of texts: none is looked for.
NO_TEXTS = "no"
# What ends a field or a line for one reader or another.
_BREAKS = re.compile(r"[|\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")


@dataclass(frozen=True)
class FilelistConfig:
    """Where the texts come from and how the clips are divided."""

    split: str = setting(
        "ljspeech",
        "how to divide: all-train, ljspeech (12500/100/500), counts as 119/5/10 or shares as "
        "0.95/0.01/0.04. all-train puts every clip into training: a validation without teacher "
        "forcing drifts from the recording and its loss misleads, so judge by listening",
        "--split",
    )
    metadata: str = setting(
        "",
        "list of texts in place of the one found in the dataset; no: the lists are of sounds "
        "alone, which is enough for a vocoder",
        "--metadata",
    )

    @property
    def without_texts(self) -> bool:
        """Whether the lists are of sounds alone."""
        return self.metadata == NO_TEXTS


@dataclass(frozen=True)
class Assignment:
    """The side that a clip was given, by the split that was asked for then.

    `content` is a hash of the recording, so that a clip stays where it is under another name.
    """

    id: str
    content: str
    side: str
    split: str


def plain_line(text: str) -> str:
    """The text without what a list cannot hold: pipes and line breaks become a space."""
    return _BREAKS.sub(" ", text)


def list_texts(clips: Sequence[Clip], sides: Mapping[str, str], suffix: str) -> dict[str, str]:
    """The content of all six lists by file name, lines of paths alone for clips without a text.

    `suffix` is that of the cached mels.
    """
    texts = {}
    for side in SIDES:
        own = [clip for clip in clips if sides[clip.id] == side]
        texts[f"{side}.txt"] = _lines((clip.path, clip.text) for clip in own)
        mels = ((f"mels/{clip.id}.{suffix}", clip.text) for clip in own)
        texts[f"mel_{side}.txt"] = _lines(mels)
    return texts


def write_lists(folder: Path, texts: Mapping[str, str], force: bool) -> tuple[bool, list[str]]:
    """Write the lists that are not as they should be: whether any was, and what to tell.

    A list of ours that was changed by hand is kept as `NAME.bak`. Raises TargetError where a
    list is in the way that voiceprep did not write, unless told to `force`.
    """
    ledger = Ledger(folder)
    stale = {name: text for name, text in texts.items() if not _holds(folder / name, text)}
    if not force:
        for name in stale:
            if (folder / name).exists() and stamp_in(ledger.outcomes.get(name), "output") is None:
                raise TargetError(folder / name, "voiceprep did not write it; -f overwrites it")
    notes = []
    for name, text in texts.items():
        path = folder / name
        before = stamp_in(ledger.outcomes.get(name), "output")
        if name in stale:
            if path.exists() and before and not force and not before.still(path):
                notes.append(f"the changed {name} is kept as {set_aside(path).name}")
            with replacing(path) as temporary:
                temporary.write_bytes(_bytes(text))
        if name in stale or before is None:
            facts = {"output": {"path": f"{folder.name}/{name}", **asdict(Stamp.of(path))}}
            ledger.note(Outcome(name, "done", "", facts))
    ledger.close(set())
    return bool(stale), notes


def read_splits(path: Path) -> list[Assignment]:
    """The assignments kept so far, none where there is no file; raises TableError."""
    kept = []
    for number, row in read_lines(path) if path.exists() else ():
        try:
            kept.append(Assignment(**row))
        except TypeError as error:
            raise TableError(path, number, f"not the side of a clip ({error})") from None
        if kept[-1].side not in SIDES:
            raise TableError(path, number, f"{kept[-1].side!r} is none of {', '.join(SIDES)}")
    return kept


def write_splits(path: Path, kept: Iterable[Assignment]) -> None:
    """Write assignments in the order of their ids, atomically, where they have changed."""
    ordered = sorted(kept, key=lambda row: (row.id, row.content))
    if not path.exists() or read_splits(path) != ordered:
        write_lines(path, (asdict(row) for row in ordered))


def _lines(rows: Iterable[tuple[str, str | None]]) -> str:
    return "".join(
        f"{path}\n" if text is None else f"{path}|{plain_line(text)}\n" for path, text in rows
    )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == _bytes(text)
