"""Encode a text as the symbol ids that a model reads, and list the characters without one."""

from collections.abc import Callable
from dataclasses import dataclass

from ..config import setting
from ..errors import SettingError, nearest
from .arpabet import join_braces, split_braces
from .cleaners import CLEANERS, CleanerName
from .rewrites import DROPPED, Rewrite, find_rewrites
from .symbols import READ, SOUND, SYMBOL_IDS


@dataclass(frozen=True)
class TextConfig:
    """How a text is normalised."""

    cleaner: CleanerName = setting(
        "english_cleaners", "rules that spell out numbers, abbreviations and accents", "--cleaner"
    )


@dataclass(frozen=True)
class Encoding:
    """A text, its cleaned form, its symbols and their ids, one to one.

    `rewrites` lists in order what is not read as it is written. `unknown` lists what of that is
    left out, with repeats: characters that the cleaner drops or that are no symbols, `_`, which is
    the pad, and unknown phonemes, in braces. Accents and quotation marks, whose loss does no harm,
    are in neither.
    """

    text: str
    cleaned: str
    symbols: tuple[str, ...]
    ids: tuple[int, ...]
    unknown: tuple[str, ...]
    rewrites: tuple[Rewrite, ...] = ()


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
