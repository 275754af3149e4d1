"""Encode a text as the symbol ids that a model reads, and list the characters without one."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Literal

from ..config import setting
from ..errors import SettingError, nearest
from .arpabet import join_braces, split_braces
from .cleaners import CLEANERS, CleanerName
from .rewrites import DROPPED, Rewrite, find_rewrites
from .symbols import READ, SOUND, SYMBOL_IDS

FrontendName = Literal[
    "nvidia",
    "characters",
    "dctts",
    "ettts",
    "phonemes-en",
    "espeak",
    "ja",
    "zh",
    "ko",
]
"""The names in frontends.FRONTENDS, as the choices of a setting."""

FRONTEND_OPTIONS: dict[str, tuple[str, ...]] = {
    "nvidia": ("cleaner",),
    "characters": ("symbols",),
    "dctts": (),
    "ettts": (),
    "phonemes-en": ("pronunciations", "stress"),
    "espeak": ("language", "stress"),
    "ja": ("pronunciations", "variant"),
    "zh": ("variant",),
    "ko": ("variant",),
}
"""The settings of [text] that each front end reads."""

VariantName = Literal["", "phonemes", "kana", "written", "spoken"]


@dataclass(frozen=True)
class TextConfig:
    """How a text becomes the symbols that a model reads."""

    frontend: FrontendName = setting(
        "nvidia", "front end: the way from text to the symbols that a model reads", "--frontend"
    )
    cleaner: CleanerName = setting(
        "english_cleaners", "rules that spell out numbers, abbreviations and accents", "--cleaner"
    )
    symbols: str = setting(
        "auto",
        "table of the front end characters: the characters themselves, a file that holds them, or "
        "auto: all that the texts of the dataset have",
        "--symbols",
    )
    pronunciations: str = setting(
        "",
        "file of words with their phonemes (for ja their kana), which come before the front end's "
        "own",
        "--pronunciations",
    )
    language: str = setting(
        "", "language of the front end espeak, as espeak-ng names it: fr, en-gb", "--language"
    )
    stress: bool = setting(True, "keep the marks of stress, for phonemes-en and espeak")
    variant: VariantName = setting(
        "",
        "symbols of a front end: ja has phonemes (with accent marks) and kana, ko spoken (with "
        "sound changes) and written, zh written (the tones of dictionaries) and spoken; by default "
        "the first one",
        "--variant",
    )

    @property
    def reads_pinyin(self) -> bool:
        """Whether a corpus that has its texts in pinyin too is read in pinyin."""
        return self.frontend == "zh"

    def ignored(self) -> dict[str, str]:
        """Settings without an effect beside the others, and why."""
        read = FRONTEND_OPTIONS[self.frontend]
        others = (entry.name for entry in fields(self) if entry.name not in ("frontend", *read))
        return dict.fromkeys(others, f"the front end {self.frontend} does not read it")


@dataclass(frozen=True)
class Encoding:
    """A text, its cleaned form, its symbols and their ids, one to one.

    `rewrites` lists in order what is not read as it is written. `unknown` lists what of that is
    left out, with repeats: characters that the cleaner drops or that are no symbols, `_`, which is
    the pad, and unknown phonemes, in braces. Accents and quotation marks, whose loss does no harm,
    are in neither. `stages` are the forms between text and symbols, by name, where there are any
    besides `cleaned`; `notes` say what was guessed.
    """

    text: str
    cleaned: str
    symbols: tuple[str, ...]
    ids: tuple[int, ...]
    unknown: tuple[str, ...]
    rewrites: tuple[Rewrite, ...] = ()
    stages: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


def encode(text: str, cleaner: str = "english_cleaners") -> Encoding:
    """The text as ids; phonemes in braces (`{HH AH0 L OW1}`) are taken as they are.

    `cleaner` is a name in CLEANERS; raises SettingError for another.
    """
    clean = _find_cleaner(cleaner)
    cleaned: list[str] = []
    symbols: list[str] = []
    rewrites: list[Rewrite] = []
    for plain, sounds in split_braces(text):
        words = clean(plain)
        cleaned += (words, join_braces(sounds))
        symbols += filter(READ.__contains__, words)
        rewrites += find_rewrites(plain, words, clean)
        known = tuple(sound for sound in sounds if SOUND + sound in READ)
        symbols += [SOUND + sound for sound in known]
        for sound in sounds:
            if sound not in known:
                what = join_braces((sound,))
                rewrites.append(Rewrite(what, DROPPED, join_braces(sounds), join_braces(known)))
    return Encoding(
        text,
        "".join(cleaned),
        tuple(symbols),
        tuple(map(SYMBOL_IDS.__getitem__, symbols)),
        tuple(one.what for one in rewrites if one.dropped),
        tuple(rewrites),
    )


def _find_cleaner(name: str) -> Callable[[str], str]:
    if name not in CLEANERS:
        hint = nearest(name, sorted(CLEANERS))
        raise SettingError(f"there is no cleaner {name!r}: {hint}", "cleaner")
    return CLEANERS[name]
