"""The front end of Korean: jamo, as a text is written or as it is pronounced."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from ...errors import SettingError
from ..cleaners import join_spaces
from ..encode import Encoding, TextConfig
from ..rewrites import DROPPED, Rewrite
from ..symbols import PAD
from .base import FrontendState, TextFrontend, check_version
from .ko_numbers import spell_numbers
from .ko_rules import FINALS, INITIALS, SPOKEN_FINALS, final, initial, speak

SPOKEN, WRITTEN = "spoken", "written"
PUNCTUATION = " !\"'(),-.:;?~…"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_VOWEL_JAMO = tuple(map(chr, range(0x1161, 0x1176)))


def _table(finals: str) -> tuple[str, ...]:
    """The pad, punctuation, onsets, vowels and these codas."""
    return (PAD, *PUNCTUATION, *map(initial, INITIALS), *_VOWEL_JAMO, *map(final, finals))


TABLES = {SPOKEN: _table(SPOKEN_FINALS), WRITTEN: _table(FINALS)}
_IDS = {
    name: {symbol: number for number, symbol in enumerate(table)} for name, table in TABLES.items()
}

# Marks that are read as another one.
_MARKS = str.maketrans(
    {
        **dict.fromkeys("“”„«»「」『』《》〈〉", '"'),
        **dict.fromkeys("‘’‚`´", "'"),
        **dict.fromkeys("—–―", "-"),
        **dict.fromkeys("[{", "("),
        **dict.fromkeys("]}", ")"),
        **dict.fromkeys("ㆍ•‧・", "·"),
        **dict.fromkeys("～∼〜", "~"),
        "、": ",",
        "。": ".",
        "&": " 앤드 ",
        "+": " 플러스 ",
    }
)
# Those that mean something beside a number.
_PAUSES = str.maketrans({"·": ", ", "/": ", "})
_DOTS = re.compile(r"\.{2,}")

_LETTER_NAMES = """에이 비 시 디 이 에프 지 에이치 아이 제이 케이 엘 엠 엔 오 피 큐 아르 에스 티 유
    브이 더블유 엑스 와이 제트"""
_LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", _LETTER_NAMES.split(), strict=True))
_LATIN = re.compile("[A-Za-z]+")
# Letters of Hangul that stand alone: by their names, but laughter and vowels as they sound.
_JAMO_NAMES = """기역 쌍기역 니은 디귿 쌍디귿 리을 미음 비읍 쌍비읍 시옷 쌍시옷 이응 지읒 쌍지읒
    치읓 크 티읕 피읖 흐"""
_NAMES = dict(zip(INITIALS, _JAMO_NAMES.split(), strict=True))
_NAMES |= {vowel: chr(ord("아") + 28 * number) for number, vowel in enumerate(VOWELS)}
_ALONE = re.compile("[ㄱ-ㄲㄴㄷ-ㄹㅁ-ㅃㅅ-ㅣ]+")
_LOST = re.compile(f"[^가-힣{re.escape(PUNCTUATION)}]")


@dataclass(frozen=True)
class KoreanFrontend(TextFrontend):
    """See the module."""

    name = "ko"
    version = 1
    variant: str
    symbols: tuple[str, ...]

    @classmethod
    def from_config(cls, config: TextConfig, texts: Iterable[str]) -> Self:  # noqa: ARG003
        """See TextFrontend."""
        return cls._of(config.variant or SPOKEN)

    @classmethod
    def from_state(cls, state: FrontendState) -> Self:
        """See TextFrontend."""
        check_version(cls, state)
        return cls._of(str(dict(state.options).get("variant")))

    @classmethod
    def _of(cls, variant: str) -> Self:
        if variant not in TABLES:
            raise SettingError(f"the front end ko has the variants {SPOKEN}, {WRITTEN}", "variant")
        return cls(variant, TABLES[variant])

    @property
    def state(self) -> FrontendState:
        """See TextFrontend."""
        return FrontendState(self.name, self.version, (("variant", self.variant),), self.symbols)

    def encode(self, text: str) -> Encoding:
        """See TextFrontend."""
        typed = normalise(text)
        numbers = spell_numbers(typed)
        words = _LATIN.sub(lambda match: spell_letters(match[0]), numbers).translate(_PAUSES)
        lost = tuple(_LOST.findall(words))
        cleaned = join_spaces(_LOST.sub("", words)).strip()
        spoken = speak(cleaned) if self.variant == SPOKEN else ""
        symbols = tuple(unicodedata.normalize("NFD", spoken or cleaned))
        return Encoding(
            text,
            cleaned,
            symbols,
            tuple(map(_IDS[self.variant].__getitem__, symbols)),
            lost,
            tuple(Rewrite(one, DROPPED, one, "") for one in lost),
            (("numbers", numbers), *([(SPOKEN, spoken)] if self.variant == SPOKEN else [])),
            tuple(dict.fromkeys(_notes(text, numbers))),
        )


def normalise(text: str) -> str:
    """The text with its characters in their plain forms and Hangul letters by name."""
    text = unicodedata.normalize("NFC", text).translate(_MARKS)
    text = _ALONE.sub(lambda match: name_jamo(match[0]), text)
    text = unicodedata.normalize("NFKC", text).replace("\u2044", "/").translate(_MARKS)
    return join_spaces(_DOTS.sub("…", text)).strip()


def name_jamo(letters: str) -> str:
    """Hangul letters that stand alone: ㄷ is 디귿, ㅋㅋ is 크크."""
    return "".join(map(_NAMES.__getitem__, letters))


def spell_letters(letters: str) -> str:
    """Latin letters by their Korean names."""
    return "".join(map(_LETTERS.__getitem__, letters.upper()))


def _notes(text: str, numbers: str) -> Iterator[str]:
    for letters in _ALONE.findall(text):
        yield f"{letters} is read as {name_jamo(letters)}"
    for letters in _LATIN.findall(numbers):
        yield f"{letters} is read by its letters: {spell_letters(letters)}"
