"""A person's decisions about clips and about whole checks: `verdicts.jsonl`."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from ..config import setting
from ..errors import SourceError, TableError, nearest
from ..records import read_lines, write_lines

VERDICTS = "verdicts.jsonl"
# What is decided about one clip, and about a check in the whole dataset.
CLIP_KINDS, CHECK_KINDS = ("reject", "keep", "text"), ("dismiss", "restore")
KEYS = ("content", "id", "verdict", "text", "why", "check")


@dataclass(frozen=True)
class VerdictConfig:
    """Which verdicts a command applies."""

    verdicts: str = setting(
        "", "verdicts to apply instead of DATASET/verdicts.jsonl",
        "--verdicts",
    )  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """A person's decision about one clip: reject it, keep it, or correct its text.

    `content` is the hash of its recording, so that a verdict stays valid when the clip is made
    again or renamed; `id` is for the reader. `text` is the corrected text where `verdict` is
    "text", else empty. "keep" revokes earlier verdicts.
    """

    content: str
    id: str
    verdict: str
    text: str = ""
    why: str = ""


@dataclass(frozen=True)
class Dismissal:
    """A person's decision that what a check finds is no fault in this dataset."""

    check: str
    why: str = ""
    verdict: Literal["dismiss"] = "dismiss"


@dataclass(frozen=True)
class Verdicts:
    """The decisions of a file that hold: about clips by content, about checks by their name."""

    path: Path
    clips: Mapping[str, Verdict] = field(default_factory=dict)
    dismissals: Mapping[str, Dismissal] = field(default_factory=dict)

    @property
    def rows(self) -> list[dict[str, str]]:
        """All of them as objects of `verdicts.jsonl`."""
        given: list[Verdict | Dismissal] = [*self.clips.values(), *self.dismissals.values()]
        return [asdict(row) for row in given]


def read_verdicts(path: Path) -> Verdicts:
    """The verdicts of a file, the last one for each clip and check; raises TableError."""
    clips: dict[str, Verdict] = {}
    dismissals: dict[str, Dismissal] = {}
    for number, row in read_lines(path):
        values = _values(path, number, row)
        kind, check = values["verdict"], values["check"]
        if kind == "dismiss":
            dismissals[check] = Dismissal(check, values["why"])
        elif kind == "restore":
            dismissals.pop(check, None)
        else:
            del values["check"]
            clips[values["content"]] = Verdict(**values)
    return Verdicts(path, clips, dismissals)


def write_verdicts(path: Path, verdicts: Iterable[Verdict | Dismissal]) -> None:
    """Write verdicts in their order, atomically, without empty values."""
    write_lines(
        path, ({key: value for key, value in asdict(row).items() if value} for row in verdicts)
    )


def find_verdicts(dataset: Path, config: VerdictConfig) -> Verdicts:
    """The verdicts to apply, none where the dataset has no such file.

    Raises SourceError where a named file is missing, TableError where it cannot be read.
    """
    path = Path(config.verdicts) if config.verdicts else dataset / VERDICTS
    if path.is_file():
        return read_verdicts(path)
    if config.verdicts:
        raise SourceError(path, "there is no such file of verdicts")
    return Verdicts(path)


def absent_note(verdicts: Verdicts, here: Set[str]) -> list[str]:
    """A note on verdicts whose recordings are not among the contents `here`, if there are any."""
    absent = [row for content, row in verdicts.clips.items() if content not in here]
    if not absent:
        return []
    names = [row.id or row.content for row in absent]
    note = f"{len(names)} verdicts are on recordings that are not here"
    if len(names) == 1:
        note = "1 verdict is on a recording that is not here"
    shown = ", ".join(sorted(names)[:3]) + (", …" if len(names) > 3 else "")
    return [f"{verdicts.path.name}: {note}: {shown}"]


def _values(path: Path, number: int, row: dict[str, Any]) -> dict[str, str]:
    """The values of one line by key; raises TableError naming it."""
    for key, value in row.items():
        if key not in KEYS:
            raise TableError(path, number, f"there is no key {key!r}: {nearest(key, list(KEYS))}")
        if not isinstance(value, str) and value is not None:
            raise TableError(path, number, f"{key} = {value!r}: must be a text")
    values = {key: row.get(key) or "" for key in KEYS}
    if why := _contradiction(values):
        raise TableError(path, number, why)
    return values


def _contradiction(values: Mapping[str, str]) -> str:
    """Why the values of a line are no verdict; empty where they are one."""
    kind, content, check = values["verdict"], values["content"], values["check"]
    if kind not in (*CLIP_KINDS, *CHECK_KINDS):
        return f"verdict = {kind!r}: must be one of {', '.join((*CLIP_KINDS, *CHECK_KINDS))}"
    if kind in CHECK_KINDS and not check:
        return f"no check: {kind!r} names the check that it is about"
    if kind in CHECK_KINDS and content:
        return f"a content: {kind!r} is about a check in the whole dataset, not about one clip"
    if kind in CLIP_KINDS and check:
        return f"a check: {kind!r} is about one clip; 'dismiss' is about a check"
    if kind in CLIP_KINDS and not content:
        return "no content: a verdict on a clip names the hash of its recording"
    if kind == "text" and not values["text"].strip():
        return "a verdict of text without a text"
    return ""
