"""Rows of lists and clips brought together by their names."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import PurePosixPath

from .rows import Row, Table, two_texts

# Suffixes of sounds and of their mels; anything else behind a dot belongs to the name.
_SUFFIX = re.compile(
    r"\.(wave?|flac|mp[234]|mpga|og[ag]|opus|aif[fc]?|au|snd|caf|w64|rf64|m4[ab]|aac|wma|webm"
    r"|mka|mkv|mov|3gp|amr|ac3|ape|wv|tta|spx|npy|pt)$",
    re.IGNORECASE,
)
# Folders that divide a corpus or a book and are no people. JSUT's parts are all of one voice.
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


@dataclass(frozen=True)
class Joined:
    """Which clip has which row, and what found no partner; an unclear row fits several clips."""

    rows: dict[str, Row]
    without_text: tuple[str, ...]
    without_sound: tuple[Row, ...]
    unclear: tuple[Row, ...]

    @property
    def empty(self) -> bool:
        """Whether there was no row at all."""
        return not (self.rows or self.without_sound or self.unclear)


def join_rows(table: Table, ids: Iterable[str]) -> Joined:
    """Join the rows of a table to clips: by the whole id, else with leading folders left out,
    else by the file name where only one clip has it.

    Raises TableError where two rows with different texts have one clip's whole id.
    """
    by_id = {unicodedata.normalize("NFC", name): name for name in ids}
    rows: dict[str, Row] = {}
    others = []
    for row in table.rows:
        name = next((name for name in _readings(row.key) if name in by_id), None)
        if name is None:
            others.append(row)
        elif rows.setdefault(by_id[name], row).text != row.text:
            raise two_texts(table.path, rows[by_id[name]], row)
    guessed, without_sound, unclear = _guess(others, by_id)
    for name, candidates in guessed.items():
        if by_id[name] in rows:
            without_sound += candidates
        elif len({row.text for row in candidates}) > 1:
            unclear += candidates
        else:
            rows[by_id[name]] = candidates[0]
    without_text = tuple(sorted(name for name in by_id.values() if name not in rows))
    return Joined(rows, without_text, tuple(without_sound), tuple(unclear))


def _readings(key: str) -> tuple[str, str]:
    """A row's key as an id: as it stands, and without a suffix."""
    whole = key.replace("\\", "/").removeprefix("./")
    return whole, _SUFFIX.sub("", whole)


def _guess(
    rows: Iterable[Row], ids: Mapping[str, str]
) -> tuple[dict[str, list[Row]], list[Row], list[Row]]:
    """The rows that may belong to each id, those that fit none, and those that fit several."""
    stems = defaultdict(list)
    for name in ids:
        stems[name.rpartition("/")[2]].append(name)
    guessed = defaultdict(list)
    none, several = [], []
    for row in rows:
        tails = [tail for key in _readings(row.key) for tail in _tails(key)]
        found = next(([tail] for tail in tails if tail in ids), None)
        found = found or next((stems[tail] for tail in tails if tail in stems), [])
        if len(found) == 1:
            guessed[found[0]].append(row)
        else:
            (several if found else none).append(row)
    return guessed, none, several


def _tails(key: str) -> Iterator[str]:
    """The key whole, then with one leading folder after the other left out."""
    while key:
        yield key
        _, _, key = key.partition("/")


def folder_speakers(ids: Sequence[str]) -> dict[str, str]:
    """The speaker of every clip where the folders of the clips are clearly speakers, else none.

    They are where every clip lies in one, there are several, and each either begins the names of
    its sounds (`p225/p225_001`) or is a top folder that is no number and holds two sounds at
    least. Such as `train-clean-100`, `wav48` or `chapter2` are passed over on the way down.
    """
    around = _shared_folders(ids)
    found = {}
    for name in ids:
        people = [entry for entry in PurePosixPath(name).parts[len(around) : -1] if _person(entry)]
        if not people:
            return {}
        found[name] = people[0]
    counts = Counter(found.values())
    unnamed = {folder for name, folder in found.items() if not named_by(name, folder)}
    top = not any(_person(entry) for entry in around)
    clear = all(top and counts[entry] > 1 and not entry.isdecimal() for entry in unnamed)
    return found if clear and len(counts) > 1 else {}


def named_by(name: str, folder: str) -> bool:
    """Whether a speaker's folder begins the name of the sound, as in `p225/p225_001`."""
    stem = name.rpartition("/")[2]
    return _person(folder) and stem.startswith((f"{folder}_", f"{folder}-"))


def _person(folder: str) -> bool:
    return not _NO_SPEAKER.fullmatch(folder)


def _shared_folders(ids: Sequence[str]) -> tuple[str, ...]:
    """The leading folders that all clips have in common."""
    columns = zip(*(PurePosixPath(name).parts[:-1] for name in ids), strict=False)
    return tuple(column[0] for column in takewhile(lambda column: len(set(column)) == 1, columns))
