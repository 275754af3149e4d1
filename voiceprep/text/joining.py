"""Rows of texts joined to clips by their names."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import PurePosixPath

from .text_table import TextRow, TextTable, conflicting_texts

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
class Joined:
    """The row of each clip, and what could not be joined; an unclear row fits several clips."""

    rows: dict[str, TextRow]
    without_text: tuple[str, ...]
    without_sound: tuple[TextRow, ...]
    unclear: tuple[TextRow, ...]

    @property
    def empty(self) -> bool:
        """Whether there was no row at all."""
        return not (self.rows or self.without_sound or self.unclear)


def join_rows(table: TextTable, ids: Iterable[str]) -> Joined:
    """Join the rows of a table to clips: by the whole id, else without leading folders, else by
    the file name where only one clip has it.

    Raises TableError where two rows with different texts have the whole id of one clip.
    """
    by_id = _by_key(ids)
    rows: dict[str, TextRow] = {}
    others = []
    for row in table.rows:
        name = next((name for name in _possible_ids(row.key) if name in by_id), None)
        if name is None:
            others.append(row)
        elif rows.setdefault(by_id[name], row).text != row.text:
            raise conflicting_texts(table.path, rows[by_id[name]], row)
    guessed, without_sound, unclear = _guess(others, by_id)
    for name, candidates in guessed.items():
        if by_id[name] in rows:
            without_sound += candidates
        elif len({row.text for row in candidates}) > 1:
            unclear += candidates
        else:
            rows[by_id[name]] = candidates[0]
    without_text = tuple(sorted(name for name in set(by_id.values()) if name not in rows))
    return Joined(rows, without_text, tuple(without_sound), tuple(unclear))


def _by_key(ids: Iterable[str]) -> dict[str, str]:
    """The ids by themselves and, where only one fits, as a list's key is read: without blanks
    around it, and with slashes for backslashes."""
    names = {unicodedata.normalize("NFC", name): name for name in ids}
    read = {name: name.strip().replace("\\", "/") for name in names}
    counts = Counter(read.values())
    return {read[name]: names[name] for name in names if counts[read[name]] == 1} | names


def _possible_ids(key: str) -> tuple[str, str]:
    """The ids that a row's key may stand for: as it is, and without a suffix."""
    name = key.replace("\\", "/").removeprefix("./")
    return name, _SUFFIX.sub("", name)


def _guess(
    rows: Iterable[TextRow], ids: Mapping[str, str]
) -> tuple[dict[str, list[TextRow]], list[TextRow], list[TextRow]]:
    """The rows that may belong to each id, those that fit none, and those that fit several."""
    stems: dict[str, list[str]] = defaultdict(list)
    for name in ids:
        stems[name.rpartition("/")[2]].append(name)
    guessed: dict[str, list[TextRow]] = defaultdict(list)
    none: list[TextRow] = []
    several: list[TextRow] = []
    for row in rows:
        keys = _possible_ids(row.key) if len(row.key) <= LONGEST_PATH else ()
        tails = [tail for key in keys for tail in _tails(key)]
        found = next(([tail] for tail in tails if tail in ids), None)
        found = found or next((stems[tail] for tail in tails if tail in stems), [])
        if len(found) == 1:
            guessed[found[0]].append(row)
        else:
            (several if found else none).append(row)
    return guessed, none, several


def _tails(key: str) -> Iterator[str]:
    """The key, then the key without its first folder, its first two folders, and so on."""
    while key:
        yield key
        _, _, key = key.partition("/")


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
