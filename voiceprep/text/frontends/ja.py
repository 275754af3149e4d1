"""The front end for Japanese: phonemes with accent marks, or katakana as pronounced."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ...errors import SettingError
from ..cleaners import join_spaces
from ..encode import Encoding, TextConfig
from ..rewrites import DROPPED, Rewrite
from ..symbols import PAD
from .base import FrontendState, Pairs, TextFrontend, check_version
from .ja_readings import put_readings, read_readings
from .openjtalk import BOUNDARY, FALL, RISE, JapaneseMark, Stretch, analyse, dictionary_identity

PHONEMES, KANA = "phonemes", "kana"

# The symbol of each punctuation mark, by the names that other tables have for it.
_MARKS = {
    **dict.fromkeys("、,､", ","),
    **dict.fromkeys("。.｡", "."),
    "?": "?",
    "!": "!",
    "…": "…",
    ":": ":",
    ";": ";",
    "・": "・",
    **dict.fromkeys("〜~", "~"),
    **dict.fromkeys("-‐‑‒–—―−─━", "-"),
    "/": ",",
}
_MARK_SYMBOLS = tuple(dict.fromkeys(_MARKS.values()))
# They have no sound, and a text reads the same without them.
_SILENT = frozenset("「」『』“”‘’〝〟〟\"'()[]{}<>«»〈〉《》【】〔〕〖〗｟｠ ")

# OpenJTalk's names: N is the moraic nasal, cl the first half of a geminate, capital vowels are
# devoiced.
_PHONEMES = (
    "a i u e o A I U E O N cl k ky kw g gy gw s sh z j t ty ts ch d dy n ny h hy f fy b by p py "
    "m my y r ry w v"
)
_KANA = tuple(
    "アイウエオカキクケコガギグゲゴサシスセソザジズゼゾタチツテトダデドナニヌネノ"
    "ハヒフヘホバビブベボパピプペポマミムメモヤユヨラリルレロワンヴァィゥェォャュョヮッー"
)
TABLES = {
    PHONEMES: (PAD, *_MARK_SYMBOLS, BOUNDARY, RISE, FALL, *_PHONEMES.split()),
    KANA: (PAD, *_MARK_SYMBOLS, *_KANA),
}

_ELLIPSIS = re.compile(r"[.．・。]{2,}|[…‥]+")
# All but Latin and Greek letters, signs, kana and kanji: OpenJTalk has no reading of them.
_FOREIGN = re.compile(
    "[^\u0000-\u00ff\u0391-\u03c9\u2000-\u23ff\u2501-\u26fe\u3000-\u309f\u30a1-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
# They choose between two pictures of the character before them.
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_ACCENTED = re.compile(r"([A-Za-z])[\u0300-\u036f]+")
_SPELLED = str.maketrans({"゛": "\u3099", "゜": "\u309a", "℃": "度", "─": "—"})
_ROMAN = {code: f"{unicodedata.numeric(chr(code)):.0f}" for code in range(0x2160, 0x2180)}


@dataclass(frozen=True)
class JapaneseFrontend(TextFrontend):
    """See the module."""

    name = "ja"
    version = 1
    variant: str
    symbols: tuple[str, ...]
    dictionary: str
    pronunciations: Pairs = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def from_config(cls, config: TextConfig, texts: Iterable[str]) -> Self:  # noqa: ARG003
        """See TextFrontend."""
        own = read_readings(Path(config.pronunciations)) if config.pronunciations else ()
        return cls._of(config.variant or PHONEMES, own)

    @classmethod
    def from_state(cls, state: FrontendState) -> Self:
        """See TextFrontend."""
        check_version(cls, state)
        ours = dictionary_identity()
        other = f"its texts were read with {state.dictionary}, now with {ours}: some words differ"
        notes = () if state.dictionary == ours else (other,)
        return cls._of(str(dict(state.options).get("variant", "")), state.pronunciations, notes)

    @classmethod
    def _of(cls, variant: str, pronunciations: Pairs, notes: tuple[str, ...] = ()) -> Self:
        if variant not in TABLES:
            choices = " or ".join(TABLES)
            raise SettingError(f"the front end ja has no variant {variant!r}: {choices}", "variant")
        return cls(variant, TABLES[variant], dictionary_identity(), pronunciations, notes)

    @property
    def state(self) -> FrontendState:
        """See TextFrontend."""
        options = (("variant", self.variant),)
        own = self.pronunciations
        return FrontendState(self.name, self.version, options, self.symbols, own, self.dictionary)

    def encode(self, text: str) -> Encoding:
        """See TextFrontend."""
        normalised, unknown = normalise(text)
        analysis = analyse(put_readings(normalised, self.pronunciations))
        words: list[str] = []
        readings: list[str] = []
        symbols: list[str] = []
        for part in analysis.parts:
            if isinstance(part, JapaneseMark):
                marks, lost = _read_mark(part)
                unknown += lost
                words += marks
                readings += marks
                symbols += marks
                continue
            words += (unicodedata.normalize("NFKC", word) for word in part.words)
            readings += part.readings
            symbols += self._sounds(part, symbols)
        ids = {symbol: number for number, symbol in enumerate(self.symbols)}
        return Encoding(
            text,
            " ".join(words),
            tuple(symbols),
            tuple(map(ids.__getitem__, symbols)),
            tuple(unknown),
            tuple(Rewrite(one, DROPPED, one, "") for one in unknown),
            (("reading", " ".join(readings)),),
            tuple(_guesses(analysis.guessed)),
        )

    def _sounds(self, part: Stretch, before: list[str]) -> list[str]:
        """The symbols of a stretch after those `before`."""
        if self.variant == KANA:
            return list("".join(part.readings))
        apart = [BOUNDARY] if before and before[-1] not in _MARK_SYMBOLS else []
        return apart + part.symbols()


def normalise(text: str) -> tuple[str, list[str]]:
    """The text in NFKC with single spaces, and the characters that OpenJTalk cannot read."""
    text = _SELECTORS.sub("", join_spaces(text)).translate(_SPELLED | _ROMAN)
    text = unicodedata.normalize("NFKC", _ELLIPSIS.sub("…", text))
    text = _ACCENTED.sub(r"\1", unicodedata.normalize("NFD", text))
    text = _ELLIPSIS.sub("…", unicodedata.normalize("NFC", text))
    hidden = [one for one in text if unicodedata.category(one)[0] == "C"]
    text = text.translate(dict.fromkeys(map(ord, hidden)))
    lost = _FOREIGN.findall(text)
    return join_spaces(_FOREIGN.sub(" ", text)).strip(), hidden + lost


def _read_mark(mark: JapaneseMark) -> tuple[list[str], list[str]]:
    """Its symbols, and the characters that have none."""
    known, lost = [], []
    for one in _ELLIPSIS.sub("…", mark.surface):
        plain = one if one == "…" else unicodedata.normalize("NFKC", one)
        if plain in _MARKS:
            known.append(_MARKS[plain])
        elif plain not in _SILENT:
            lost.append(plain)
    return known, lost


def _guesses(words: Iterable[str]) -> Iterator[str]:
    for word in dict.fromkeys(words):
        plain = unicodedata.normalize("NFKC", word)
        yield f"{plain} is in no dictionary: its reading is a guess"
