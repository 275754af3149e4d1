"""The role of each column of a list without a header: as named, or by what the columns hold."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Literal, get_args

from ..errors import SettingError, nearest
from .numbers import spell_numbers

Role = Literal["id", "text", "normalized", "speaker", "other"]
Roles = tuple[Role, ...]

# Columns are compared in so many rows, spread over the list.
COMPARED_ROWS = 400
# A normalised text has this share of the words of the text, or more. A translation, phonemes or a
# speaker have less than the second share; what lies in between could be either.
SAME_TEXT, OTHER_TEXT = 0.5, 0.25
# In fewer rows, values that occur twice say little.
MANY_ROWS = 4
# The share of the rows that must have what a column is recognised by.
MOST = 0.9
_WORD = re.compile(r"[^\W_]+")
_SOUND = re.compile(r"\.(wave?|mp3|flac|og[ga]|opus|m4a|npy|pt)$", re.IGNORECASE)
_INTEGER = re.compile(r"[0-9]+")
_LETTER_OR_DIGIT, _LETTER = re.compile(r"[^\W_]"), re.compile(r"[^\W\d_]")
_AMOUNT = re.compile(r"[0-9]*[.,:][0-9:.,]+ *s?|[0-9]+ *s")
# Integers that hardly repeat and are so many times larger than their count measure something.
_SPARSE = 10
# A language or the sex of a speaker.
_CODE = re.compile(r"[a-z]{2}([-_][a-z]{2})?|[fm]|(fe)?male", re.IGNORECASE)
# A space within or a mark at the end, as sentences have and names of speakers seldom.
_SENTENCE = re.compile(r"\S\s+\S|[.!?,;:…。！？]$")
_ARPABET = re.compile(r"[A-Z]{1,2}[012]?( [A-Z]{1,2}[012]?)+")
PINYIN = re.compile(r"[a-zü:]+[1-5]( [a-zü:]+[1-5])+")
# Letters of the phonetic alphabet that no large language is written with.
_PHONETIC = re.compile(r"[ɐɑɒɕɘɚɜɝɞɟɡɢɤɥɦɨɪɬɭɮɯɰɱɲɳɵɶɸɹɺɻɽɾʀʁʂʃʉʊʋʌʍʎʏʐʑʒʔʕˈˌː]")


def parse_roles(columns: str) -> Roles:
    """The roles in a setting such as `id,speaker,text`; raises SettingError."""
    roles = [part.strip() for part in columns.split(",")] if columns else []
    for role in roles:
        if role not in get_args(Role):
            hint = nearest(role, list(get_args(Role)))
            raise SettingError(f"columns: there is no role {role!r}: {hint}", "columns")
    twice = [role for role in roles if role != "other" and roles.count(role) > 1]
    if twice:
        raise SettingError(f"columns = {columns!r}: {twice[0]} is named twice", "columns")
    if roles and ("id" not in roles or not {"text", "normalized"} & set(roles)):
        raise SettingError(f"columns = {columns!r}: must name an id and a text", "columns")
    return tuple(roles)  # type: ignore[arg-type]


def infer_roles(rows: Sequence[Sequence[str]], ids: Collection[str]) -> list[Roles]:
    """The possible roles of the columns of rows of one width: one reading, or two in doubt.

    `ids` are those of the clips, where they are known.
    """
    fields = zip(*rows, strict=True)
    columns = [_Column(tuple(map(str.strip, column))) for column in fields]
    key = _key_column(columns, names_in(ids))
    others = [at for at in range(len(columns)) if at != key and columns[at].filled]
    if not others:
        others = [next(at for at in range(len(columns)) if at != key)]
    return [
        tuple("id" if at == key else found.get(at, "other") for at in range(len(columns)))
        for found in _text_roles({at: columns[at] for at in others}, columns[key])
    ]


def describe_roles(roles: Roles, rows: Sequence[Sequence[str]]) -> str:
    """The columns and their roles, as a note for the user."""
    parts = []
    for at, role in enumerate(roles):
        values = {row[at].strip() for row in rows} - {""}
        count = f", {len(values)} value{'s' * (len(values) != 1)}" if role == "speaker" else ""
        what = "not read" if role == "other" else role
        if values:
            parts.append(f"column {at + 1}: {what}{count}")
    return "; ".join(parts)


@dataclass(frozen=True)
class _Column:
    """The fields of one column, without blanks around them."""

    fields: tuple[str, ...]

    @cached_property
    def filled(self) -> list[str]:
        return [field for field in self.fields if field]

    @cached_property
    def distinct(self) -> int:
        return len(set(self.filled))

    @cached_property
    def sentences(self) -> bool:
        """Whether most fields look like sentences."""
        return self.share(lambda field: _SENTENCE.search(field)) > 0.5

    @cached_property
    def sample(self) -> list[str]:
        step = len(self.filled) // COMPARED_ROWS + 1
        return self.filled[::step]

    def share(self, test: Callable[[str], object]) -> float:
        """The share of sampled fields that pass a test."""
        return sum(map(bool, map(test, self.sample))) / max(len(self.sample), 1)

    @property
    def integers(self) -> bool:
        return self.share(_INTEGER.fullmatch) == 1

    @property
    def amounts(self) -> bool:
        """Whether it holds durations or other measures, or several numbers in each field."""
        if self.integers:
            return self._measures
        numbers = self.share(lambda field: _AMOUNT.fullmatch(field) or not _LETTER.search(field))
        return numbers == 1 and self.share(_LETTER_OR_DIGIT.search) == 1

    @property
    def _measures(self) -> bool:
        """Whether its integers are too many and too large to number speakers."""
        largest = max(int(field[:20]) for field in self.sample)
        varied = 2 * self.distinct > len(self.filled) >= 2 * MANY_ROWS
        varied |= self.distinct == len(self.filled) >= MANY_ROWS
        return varied and largest > _SPARSE * self.distinct

    @property
    def places(self) -> bool:
        """Whether it holds paths of sounds, web addresses, or the numbers of the rows."""
        if self.integers and len(self.filled) >= MANY_ROWS:
            first, last = (int(field[:20]) for field in (self.sample[0], self.sample[-1]))
            step = len(self.filled) // COMPARED_ROWS + 1
            rows = (len(self.sample) - 1) * step
            return self.distinct == len(self.filled) and last - first == rows
        return self.share(lambda field: _SOUND.search(field) or "://" in field) == 1

    @property
    def codes(self) -> bool:
        return self.share(_CODE.fullmatch) == 1

    @property
    def phonemes(self) -> bool:
        patterns = (_PHONETIC.search, _ARPABET.fullmatch, PINYIN.fullmatch)
        return max(map(self.share, patterns)) > 0.5


def names_in(ids: Collection[str]) -> set[str]:
    """The ids of clips, with and without their folders."""
    return {part for name in ids for part in (name, name.rpartition("/")[2])}


def _key_column(columns: Sequence[_Column], names: Collection[str]) -> int:
    """The column that names the sounds: the first, unless another does so more clearly."""
    if names:
        shares = [column.share(lambda field: is_named(field, names)) for column in columns]
    else:
        shares = [column.share(_SOUND.search) for column in columns]
    best = max(range(len(columns)), key=shares.__getitem__)
    return best if shares[best] > 0.5 and shares[best] > shares[0] else 0


def is_named(field: str, names: Collection[str]) -> bool:
    """Whether a field names one of the clips, perhaps with other folders or a suffix."""
    last = field.replace("\\", "/").rpartition("/")[2]
    return field in names or last in names or last.rpartition(".")[0] in names


def _text_roles(columns: dict[int, _Column], key: _Column) -> list[dict[int, Role]]:
    """The possible roles of columns that are not the key, with no role for those not read."""
    unread = [at for at in columns if columns[at].amounts and not _names_key(columns[at], key)]
    unread += [at for at in columns if columns[at].places]
    numbers = [at for at in columns if columns[at].integers and at not in unread]
    rest = [at for at in columns if at not in (*numbers, *unread)]
    spelled = [at for at in rest if not columns[at].phonemes]
    rest = spelled or rest
    varied = max(columns, key=lambda at: columns[at].distinct)
    if not rest:
        return [_roles(varied, speaker=next((at for at in numbers if at != varied), None))]
    few = all(_is_label(at, columns) and not columns[at].sentences for at in rest)
    if few and varied not in rest:
        # The text may be numbers, or the same few words again and again.
        return [_roles(varied, speaker=rest[0]), _roles(rest[0], speaker=varied)]
    for text, other in combinations(sorted((*rest, *numbers)), 2):
        labels = _is_label(text, columns) and _is_label(other, columns)
        if other in numbers or labels:
            continue
        same = _likeness(columns[text], columns[other])
        if same >= SAME_TEXT:
            left = [at for at in (*rest, *numbers) if at not in (text, other)]
            left = [at for at in left if _is_label(at, columns) or not columns[at].sentences]
            left.sort(key=lambda at: columns[at].codes)
            return [_roles(text, other, left[0] if left else None)]
        if same > OTHER_TEXT and columns[other].sentences:
            return [_roles(text, other), _roles(text)]
    return _with_speaker({at: columns[at] for at in rest}, numbers, key)


def _roles(text: int, normalized: int | None = None, speaker: int | None = None) -> dict[int, Role]:
    named: tuple[tuple[int | None, Role], ...] = (
        (text, "text"), (normalized, "normalized"), (speaker, "speaker")
    )  # fmt: skip
    return {at: role for at, role in named if at is not None}


def _with_speaker(
    columns: dict[int, _Column], numbers: Sequence[int], key: _Column
) -> list[dict[int, Role]]:
    """The roles of columns of different content: one is the text, another may be the speaker."""
    labels = [at for at in columns if _is_label(at, columns)]
    named = [at for at in columns if _names_key(columns[at], key)]
    text = _text_column(columns, labels, named)
    if text is None:
        first, second = list(columns)[:2]
        return [_roles(first, speaker=second), _roles(second, speaker=first)]
    others = [at for at in columns if at != text]
    names = [at for at in others if at in labels or not columns[at].sentences]
    codes = [at for at in names if columns[at].codes]
    speakers = [at for at in (*names, *numbers) if at not in codes]
    speaker = next(iter([*speakers, *codes]), None)
    readings = [_roles(text, speaker=speaker)]
    if speaker in names and speaker not in named and speaker < text:
        column = columns[speaker]
        # Where each row has a name of its own, that may be the text as well.
        readings += [_roles(speaker, speaker=text)] * (column.distinct == len(column.filled))
    rivals = [at for at in others if at not in labels and text in labels and _repeats(columns[at])]
    return readings + [_roles(rival, speaker=text) for rival in rivals[:1]]


def _text_column(
    columns: dict[int, _Column], labels: Collection[int], named: Collection[int]
) -> int | None:
    """The column of the text, None where that is not clear."""
    varied = [at for at in columns if at not in labels]
    sentences = [at for at in columns if columns[at].sentences]
    several = [at for at in varied if labels and not _repeats(columns[at])]
    others = [at for at in columns if named and at not in named]
    alone = list(columns) if len(columns) == 1 else []
    candidates = ([at for at in sentences if at in varied], sentences, several, others, alone)
    return next((found[0] for found in candidates if found), None)


def _is_label(at: int, columns: dict[int, _Column]) -> bool:
    """Whether a column has few values beside another that varies."""
    column = columns[at]
    most = max((other.distinct for place, other in columns.items() if place != at), default=0)
    few = column.distinct == 1 < len(column.filled) or _repeats(column)
    return few and column.distinct < most


def _repeats(column: _Column) -> bool:
    return 2 * column.distinct <= len(column.filled) >= MANY_ROWS


def _names_key(column: _Column, key: _Column) -> bool:
    """Whether the names of the sounds contain the fields, as they do the names of speakers."""
    pairs = list(zip(column.fields, key.fields, strict=True))
    pairs = [pair for pair in pairs[:: len(pairs) // COMPARED_ROWS + 1] if pair[0]]
    return sum(field.lower() in name.lower() for field, name in pairs) >= MOST * len(pairs)


def _likeness(text: _Column, other: _Column) -> float:
    """The mean share of words that two texts of one row have in common, numbers spelled out."""
    pairs = [pair for pair in zip(text.fields, other.fields, strict=True) if all(pair)]
    pairs = pairs[:: len(pairs) // COMPARED_ROWS + 1]
    return sum(_common(*pair) for pair in pairs) / max(len(pairs), 1)


def _common(one: str, other: str) -> float:
    first, second = _words(one), _words(other)
    common = len(first & second) / max(len(first | second), 1)
    if not _INTEGER.search(one):
        return common
    # Other languages spell a number in other words; those beside it stay.
    if one.isascii() or " " in one:
        rest = " ".join(word for word in one.split() if not _INTEGER.search(word))
    else:
        rest = _INTEGER.sub(" ", one)
    beside = _words(rest)
    return max(common, len(beside & second) / max(len(beside), 1))


def _words(text: str) -> set[str]:
    """The words of a text; pairs of letters of one that has no spaces."""
    text = text.lower()
    words = _WORD.findall(text)
    if text.isascii() or len(set(words)) > 2:
        return set(_WORD.findall(spell_numbers(text)))
    letters = "".join(words)
    return {letters[at : at + 2] for at in range(max(len(letters) - 1, 1))}
