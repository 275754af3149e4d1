"""The lists of clips for training, in the format of NVIDIA's scripts, and the split of every clip.

filelists/{train,val,test}.txt        wavs/ID.wav|text
filelists/mel_{train,val,test}.txt    mels/ID.npy|text
filelists/splits.jsonl                the split of every clip, keyed by content hash, persistent

Without texts a line is a path alone.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ..batch.ledger import Ledger, stamp_in
from ..clip import Clip
from ..config import setting
from ..errors import TableError, TargetError
from ..files import Stamp, replacing, set_aside
from ..records import Outcome, read_lines, write_lines
from .column_roles import parse_roles
from .list_reader import ListFormat
from .text_files import check_encoding

SPLITS_FILE = "splits.jsonl"
# In place of the path of a list of texts: no texts are looked for.
NO_TEXTS = "no"
# Characters that end a field or a line for some reader.
_BREAKS = re.compile(r"[|\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
# The splits as a person reads them.
SPLIT_NAMES = {"train": "train", "val": "validation", "test": "test"}


@dataclass(frozen=True)
class FilelistConfig:
    """Where the texts come from and how the clips are split."""

    split: str = setting(
        "ljspeech",
        "how to split: all-train, ljspeech (12500/100/500), counts as in 119/5/10 or shares as "
        "in 0.95/0.01/0.04. all-train puts every clip into training: the validation loss "
        "misleads, because free-running speech drifts from the recording; judge by listening",
        "--split",
    )
    metadata: str = setting(
        "",
        "list of texts, instead of the one found in the dataset; no: lists with paths only, "
        "which is enough for a vocoder",
        "--metadata",
    )
    encoding: str = setting(
        "",
        "encoding of the texts, such as cp1251 or shift_jis, where they are not UTF-8",
        "--encoding",
    )

    columns: str = setting(
        "",
        "roles of the columns of a list without a header, such as id,speaker,text; also "
        "normalized, other",
        "--columns",
    )

    def __post_init__(self) -> None:
        check_encoding(self.encoding, "encoding")
        parse_roles(self.columns)

    @property
    def format(self) -> ListFormat:
        """What is known of the lists of texts."""
        return ListFormat(self.encoding, parse_roles(self.columns))

    @property
    def without_texts(self) -> bool:
        """Whether the lists have paths alone."""
        return self.metadata == NO_TEXTS


@dataclass(frozen=True)
class Assignment:
    """The split that a clip was assigned to (`side`), and the setting of that time (`split`).

    `content` is a hash of the recording, so that a renamed clip keeps its assignment.
    """

    id: str
    content: str
    side: str
    split: str


def plain_line(text: str) -> str:
    """The text with pipes and line breaks, which a list cannot contain, as spaces."""
    return _BREAKS.sub(" ", text)


def list_texts(clips: Sequence[Clip], splits: Mapping[str, str], suffix: str) -> dict[str, str]:
    """The content of all six lists by file name; lines are paths alone for clips without a text.

    `suffix` is that of the cached mels.
    """
    texts = {}
    for split in SPLIT_NAMES:
        own = [clip for clip in clips if splits[clip.id] == split]
        texts[f"{split}.txt"] = _lines((clip.path, clip.text) for clip in own)
        mels = ((f"mels/{clip.id}.{suffix}", clip.text) for clip in own)
        texts[f"mel_{split}.txt"] = _lines(mels)
    return texts


def write_lists(folder: Path, texts: Mapping[str, str], force: bool) -> tuple[bool, list[str]]:
    """Write the lists that are missing or different: whether there were any, and notes.

    A list that was changed by hand is kept as `NAME.bak`. Raises TargetError where a file in the
    way was not written by voiceprep, unless `force`.
    """
    ledger = Ledger(folder)
    stale = {name: text for name, text in texts.items() if not _contains(folder / name, text)}
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
    """The assignments so far, none where there is no file; raises TableError."""
    kept = []
    for number, row in read_lines(path) if path.exists() else ():
        try:
            kept.append(Assignment(**row))
            if not all(isinstance(text, str) for text in row.values()):
                raise TypeError("all its values must be texts")
        except TypeError as error:
            raise TableError(path, number, f"not the split of a clip ({error})") from None
        if kept[-1].side not in SPLIT_NAMES:
            raise TableError(path, number, f"{kept[-1].side!r} is none of {', '.join(SPLIT_NAMES)}")
    return kept


def write_splits(path: Path, kept: Iterable[Assignment]) -> None:
    """Write assignments sorted by id, atomically, if they have changed."""
    ordered = sorted(kept, key=lambda row: (row.id, row.content))
    if not path.exists() or read_splits(path) != ordered:
        write_lines(path, (asdict(row) for row in ordered))


def _lines(rows: Iterable[tuple[str, str | None]]) -> str:
    return "".join(
        f"{path}\n" if text is None else f"{path}|{plain_line(text)}\n" for path, text in rows
    )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _contains(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == _bytes(text)
