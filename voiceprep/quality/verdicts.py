"""A person's decisions about clips, keyed by content hash: `verdicts.jsonl`."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..config import setting
from ..errors import SourceError, TableError, nearest
from ..records import read_lines, write_lines

VERDICTS = "verdicts.jsonl"
KINDS = ("reject", "keep", "text")


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


def read_verdicts(path: Path) -> dict[str, Verdict]:
    """The verdicts of a file by content, the last one for each; raises TableError."""
    found = {}
    for number, row in read_lines(path):
        verdict = _verdict(path, number, row)
        found[verdict.content] = verdict
    return found


def write_verdicts(path: Path, verdicts: Iterable[Verdict]) -> None:
    """Write verdicts in their order, atomically, without empty values."""
    write_lines(
        path, ({key: value for key, value in asdict(row).items() if value} for row in verdicts)
    )


def find_verdicts(dataset: Path, config: VerdictConfig) -> tuple[Path, dict[str, Verdict]]:
    """The file to apply and its verdicts, none where the dataset has no such file.

    Raises SourceError where a named one is missing, TableError where it cannot be read.
    """
    path = Path(config.verdicts) if config.verdicts else dataset / VERDICTS
    if path.is_file():
        return path, read_verdicts(path)
    if config.verdicts:
        raise SourceError(path, "there is no such file of verdicts")
    return path, {}


def absent_note(path: Path, verdicts: Mapping[str, Verdict], here: Set[str]) -> list[str]:
    """A note on verdicts whose recordings are not among the contents `here`, if there are any."""
    names = [row.id or row.content for content, row in verdicts.items() if content not in here]
    if not names:
        return []
    note = f"{len(names)} verdicts are on recordings that are not here"
    if len(names) == 1:
        note = "1 verdict is on a recording that is not here"
    shown = ", ".join(sorted(names)[:3]) + (", …" if len(names) > 3 else "")
    return [f"{path.name}: {note}: {shown}"]


def _verdict(path: Path, number: int, row: dict[str, Any]) -> Verdict:
    """The verdict of one line; raises TableError naming it."""
    for key, value in row.items():
        if key not in Verdict.__dataclass_fields__:
            hint = nearest(key, list(Verdict.__dataclass_fields__))
            raise TableError(path, number, f"there is no key {key!r}: {hint}")
        if not isinstance(value, str) and value is not None:
            raise TableError(path, number, f"{key} = {value!r}: must be a text")
    values = {key: value or "" for key, value in row.items()}
    kind = values.get("verdict", "")
    if not values.get("content"):
        raise TableError(path, number, "no content: a verdict names the hash of its recording")
    if kind not in KINDS:
        raise TableError(path, number, f"verdict = {kind!r}: must be one of {', '.join(KINDS)}")
    if kind == "text" and not values.get("text", "").strip():
        raise TableError(path, number, "a verdict of text without a text")
    return Verdict(**{"id": "", **values})
