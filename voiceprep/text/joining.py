"""Rows of texts joined to clips by their names."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from pathlib import PurePosixPath
from types import MappingProxyType

from .text_table import TextRow, TextTable, conflicting_texts, raise_all

# Suffixes of sounds and of mels; anything else after a dot belongs to the name.
_SUFFIX = re.compile(
    r"\.(wave?|flac|mp[234]|mpga|og[ag]|opus|aif[fc]?|au|snd|caf|w64|rf64|m4[ab]|aac|wma|webm"
    r"|mka|mkv|mov|3gp|amr|ac3|ape|wv|tta|spx|sph|voc|avi|flv|g722|gsm|npy|pt)$",
    re.IGNORECASE,
)
# Folders that divide a corpus or a book and are no speakers. JSUT's parts are all of one voice.
_NO_SPEAKER = re.compile(
    r"(train|dev|test|valid|validation|val|eval|data|dataset|corpus|speech|wavs?"
    r"|wav[0-9]+.*|mp3s?|flacs?|audios?|clips?|sounds?|recordings?|raw|original|clean|other|noisy"
    r"|chapters?|chap|ch|kapitel|chapitre|parts?|teil|books?|vol|volumes?|disc|disk|cd|tape"
    r"|side|sessions?|days?|takes?|batch|set|section|episodes?|ep|season|lessons?|tracks?"
    r"|parallel100|nonpara30|whisper10|falset10"
    r"|basic5000|countersuffix26|loanword128|onomatopee300|precedent130|repeat500|travel1000"
    r"|utparaphrase512|voiceactress100)([\W_0-9].*)?",
    re.IGNORECASE,
)

# No file has a longer one.
LONGEST_PATH = 4096


@dataclass(frozen=True)
class Unclear:
    """One row that fits several clips, or several rows with different texts that fit one."""

    rows: tuple[TextRow, ...]
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Joined:
    """The row of each clip, and what could not be joined.

    `left_out` has the rows of sounds that gave no clip, by what became of them.
    """

    rows: dict[str, TextRow]
    without_text: tuple[str, ...]
    without_sound: tuple[TextRow, ...]
    unclear: tuple[Unclear, ...]
    left_out: dict[str, tuple[TextRow, ...]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether there was no row at all."""
        return not (self.rows or self.without_sound or self.unclear or self.left_out)


def join_rows(
    table: TextTable, ids: Iterable[str], left_out: Mapping[str, str] = MappingProxyType({})
) -> Joined:
    """Join the rows of a table to clips, and to sounds that gave none.

    `left_out` says by id what became of these: their rows belong to no other clip.

    By the whole id; else by the longest common end of both paths, where only one clip has it;
    else so without regard to case and to blanks and backslashes around it. Raises TableError where
    rows with different texts have the whole id of one clip.
    """
    clips = {unicodedata.normalize("NFC", name): name for name in ids}
    by_id = {unicodedata.normalize("NFC", name): name for name in left_out} | clips
    rows: dict[str, TextRow] = {}
    others, wrong = [], []
    for row in table.rows:
        name = next((name for name in _possible_ids(row.key) if name in by_id), None)
        if name is None:
            others.append(row)
        elif rows.setdefault(by_id[name], row).text != row.text and name in clips:
            wrong.append(conflicting_texts(table.path, rows[by_id[name]], row))
    raise_all(wrong)
    guessed, without_sound, unclear = _guess(others, by_id)
    for name, candidates in guessed.items():
        if name in rows:
            without_sound += candidates
        elif len({row.text for row in candidates}) > 1 and name not in left_out:
            unclear.append(Unclear(tuple(candidates), (name,)))
        else:
            rows[name] = candidates[0]
    here = set(clips.values())
    without_text = tuple(sorted(here - rows.keys()))
    found = {name: row for name, row in rows.items() if name in here}
    lost: dict[str, tuple[TextRow, ...]] = {}
    for name in rows.keys() - here:
        lost[left_out[name]] = (*lost.get(left_out[name], ()), rows[name])
    lost = {status: tuple(sorted(lost[status], key=_place)) for status in sorted(lost)}
    return Joined(found, without_text, tuple(without_sound), tuple(unclear), lost)


def _place(row: TextRow) -> tuple[int, str]:
    return row.line, row.key


def _possible_ids(key: str) -> list[str]:
    """The ids that a row's key may stand for: as it is, and without a suffix.

    A backslash may divide folders, or belong to a name.
    """
    forms = (key, key.replace("\\", "/").removeprefix("./"))
    return list(dict.fromkeys(name for form in forms for name in (form, _SUFFIX.sub("", form))))


def _guess(
    rows: Iterable[TextRow], by_id: Mapping[str, str]
) -> tuple[dict[str, list[TextRow]], list[TextRow], list[Unclear]]:
    """The rows that may belong to each id, those that fit none, and those that fit several."""
    exact, loose = _Ends(by_id), _Ends(by_id, _plain)
    guessed: dict[str, list[TextRow]] = defaultdict(list)
    none: list[TextRow] = []
    several: list[Unclear] = []
    for row in rows:
        keys = _possible_ids(row.key) if len(row.key) <= LONGEST_PATH else []
        found = exact.find(keys) or loose.find(keys)
        if len(found) == 1:
            guessed[found[0]].append(row)
        elif found:
            several.append(Unclear((row,), tuple(sorted(found))))
        else:
            none.append(row)
    return guessed, none, several


def _plain(name: str) -> str:
    """A name without regard to case and to what stands around it unseen."""
    return name.strip().strip("\\").strip().casefold()


class _Ends:
    """The ids of clips by the ends of their paths: by `a/b/c`, `b/c` and `c`."""

    def __init__(self, by_id: Mapping[str, str], form: Callable[[str], str] = str) -> None:
        self._by_id, self._form = by_id, form
        self._depth = 1 + max((name.count("/") for name in by_id), default=0)

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        names = defaultdict(list)
        for key, name in self._by_id.items():
            for end in _ends(key):
                names[self._form(end)].append(name)
        return names

    def find(self, keys: Iterable[str]) -> list[str]:
        """The ids that have the longest end of a key; one that is the whole end goes first."""
        for key in keys:
            for end in _ends("/".join(key.split("/")[-self._depth :])):
                if end in self._by_id:
                    return [self._by_id[end]]
                if found := self._names.get(self._form(end)):
                    return found
        return []


def _ends(path: str) -> Iterator[str]:
    """The path, then the path without its first folder, its first two folders, and so on."""
    while path:
        yield path
        _, _, path = path.partition("/")


def from_other_folder(key: str, name: str) -> bool:
    """Whether a row and its clip have only the file name in common, in folders of other names."""
    folders = [PurePosixPath(path).parent.name for path in (key.replace("\\", "/"), name)]
    return folders[0].casefold() != folders[1].casefold() and all(
        folder and _is_speaker(folder) for folder in folders
    )


def folder_speakers(ids: Sequence[str]) -> dict[str, str]:
    """The speaker of every clip where the folders of the clips are clearly speakers, else {}.

    They are where every clip is in one, there are several, and each either starts the names of
    its sounds (`p225/p225_001`) or is a top folder that is no number and has at least two sounds.
    Folders like `train-clean-100`, `wav48` or `chapter2` are skipped.
    """
    shared = _shared_folders(ids)
    found = {}
    for name in ids:
        speakers = [
            entry for entry in PurePosixPath(name).parts[len(shared) : -1] if _is_speaker(entry)
        ]
        if not speakers:
            return {}
        found[name] = speakers[0]
    counts = Counter(found.values())
    unnamed = {folder for name, folder in found.items() if not named_by(name, folder)}
    top = not any(_is_speaker(entry) for entry in shared)
    clear = all(top and counts[entry] > 1 and not entry.isdecimal() for entry in unnamed)
    return found if clear and len(counts) > 1 else {}


def named_by(name: str, folder: str) -> bool:
    """Whether a folder is a speaker whose name starts that of the sound, as in `p225/p225_001`."""
    stem = name.rpartition("/")[2]
    return _is_speaker(folder) and stem.startswith((f"{folder}_", f"{folder}-"))


def _is_speaker(folder: str) -> bool:
    return not _NO_SPEAKER.fullmatch(folder)


def _shared_folders(ids: Sequence[str]) -> tuple[str, ...]:
    """The leading folders that all clips have in common."""
    columns = zip(*(PurePosixPath(name).parts[:-1] for name in ids), strict=False)
    return tuple(column[0] for column in takewhile(lambda column: len(set(column)) == 1, columns))
