"""What a text loses on its way to symbols: characters dropped, words joined, other scripts."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from .characters import is_invisible, name_symbol, show_symbol, show_word
from .symbols import READ

DROPPED = "dropped"
JOINED = "dropped, words joined"
TRANSLITERATED = "transliterated"

# They have no sound, and a text reads the same without them.
_QUOTES = '"`‘’‚‛“”„‟«»‹›″〝〞〟＂❝❞⹂「」『』'
# What a word often begins and ends with, without harm.
_ENDS = _QUOTES + ".,:;!?()'-"
# They choose between two pictures of the character before them.
_SELECTORS = "\ufe0e\ufe0f"
_JOINER = "\u200d"
# Latin letters that are no ASCII letter with an accent, and have a usual spelling in ASCII.
_SPELLED_OUT = "äöüßæœøđłþðħıŋ"
# Forms that mean the same as the plain character: ligatures, full and half width, fonts.
_SAME_MEANING = ("<compat>", "<wide>", "<narrow>", "<font>", "<noBreak>")
_EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC", "BOPOMOFO")
# The first word of a character's name is its script, except where it only tells two scripts apart.
_AGES = ("OLD", "NEW")
# An example shows so many characters on each side.
_AROUND = 15


@dataclass(frozen=True)
class Rewrite:
    """A part of a text that is not read as it is written.

    `what` is a character, a phoneme in braces, or another script's letters; `typed` is the word
    that it stands in, and `read` what is read in place of that word.
    """

    what: str
    effect: str
    typed: str
    read: str

    @property
    def dropped(self) -> bool:
        """Whether nothing is read in its place."""
        return self.effect in (DROPPED, JOINED)

    @property
    def label(self) -> str:
        """What is rewritten, and how: the same for all of a kind."""
        what = self.what if self.effect == TRANSLITERATED else show_symbol(self.what)
        return f"{what} {self.effect}"

    @property
    def example(self) -> str:
        """The word as typed and as read; "" where there is no more to it than `what`."""
        if self.typed == self.what:
            return ""
        return f"{show_word(self.typed)} -> {self.read or 'nothing'}"

    def row(self) -> dict[str, str]:
        """All of it, with characters that cannot be seen by their names."""
        what, typed = name_symbol(self.what), show_word(self.typed)
        return {"what": what, "effect": self.effect, "typed": typed, "read": self.read}


def find_rewrites(plain: str, cleaned: str, clean: Callable[[str], str]) -> Iterator[Rewrite]:
    """The lossy rewrites of a text without phonemes, in order; `cleaned` is that text cleaned."""
    if plain.isascii() and READ.issuperset(cleaned):
        return
    lost = frozenset(cleaned) - READ
    for word in plain.split():
        bare = word.strip(_ENDS)
        others = [one for one in bare if not one.isascii()]
        if not lost.isdisjoint(bare.lower()) or not all(_is_kept(one, clean) for one in others):
            yield from _Word(word, clean).rewrites()


class _Word:
    """A word, and what is read in place of each of its characters."""

    def __init__(self, word: str, clean: Callable[[str], str]) -> None:
        self.word, self.clean = word, clean
        cleaned = clean(word)
        self.read = _spoken(cleaned).strip()
        lost = frozenset(cleaned) - READ
        self.said = [
            ("" if one.lower() in lost else one) if one.isascii() else _said(one, clean)
            for one in word
        ]
        self.after_word = list(_beside_word(word, self.said))
        self.before_word = list(_beside_word(word[::-1], self.said[::-1]))[::-1]

    def rewrites(self) -> Iterator[Rewrite]:
        scripts: dict[str, int] = {}
        for place, (what, said) in enumerate(zip(self.word, self.said, strict=True)):
            script = "" if what.isascii() else _script(what)
            if script and (said or script in scripts):
                scripts.setdefault(script, place)
            elif not said:
                if effect := self._loss(place):
                    yield self._rewrite(what, effect, place)
            elif not what.isascii() and not _is_kept(what, self.clean):
                effect = f"read as {said.strip()!r}" if said.strip() else "read as a space"
                yield self._rewrite(what, effect, place)
        for script, place in scripts.items():
            yield self._rewrite(script, TRANSLITERATED, place)

    def _loss(self, place: int) -> str:
        """How the loss of a character is told; "" where it does no harm."""
        what, before = self.word[place], self.word[place - 1] if place else ""
        if what in _SELECTORS or (what == _JOINER and _is_picture(before)):
            return ""
        if is_invisible(what):
            return DROPPED
        if unicodedata.category(what) == "Mn" and (before.isalpha() or _is_accent(before)):
            return DROPPED if self._changes(before, what) else ""
        if self.after_word[place] and self.before_word[place] and not what.isalnum():
            return JOINED
        return "" if what in _QUOTES else DROPPED

    def _changes(self, letter: str, accent: str) -> bool:
        """Whether the letter reads otherwise where it is one character with its accent."""
        composed = unicodedata.normalize("NFC", letter + accent)
        return len(composed) == 1 and _said(composed, self.clean) != _said(letter, self.clean)

    def _rewrite(self, what: str, effect: str, place: int) -> Rewrite:
        if len(self.word) <= 2 * _AROUND:
            return Rewrite(what, effect, self.word, self.read)
        around = slice(max(0, place - _AROUND), place + _AROUND)
        return Rewrite(what, effect, self.word[around], "".join(self.said[around]).strip())


def _beside_word(word: str, said: Iterable[str]) -> Iterator[bool]:
    """Of each character, whether what is read just before it is a letter or a digit."""
    beside = False
    for character, reading in zip(word, said, strict=True):
        yield beside
        if reading:
            beside = character.isalnum()


def _spoken(cleaned: str) -> str:
    return "".join(filter(READ.__contains__, cleaned))


@lru_cache(maxsize=4096)
def _said(character: str, clean: Callable[[str], str]) -> str:
    return _spoken(clean(character))


def _is_accent(character: str) -> bool:
    return bool(character) and unicodedata.category(character) == "Mn"


def _is_picture(character: str) -> bool:
    """Whether it is an emoji, or selects or tints one."""
    return bool(character) and (
        character in _SELECTORS or unicodedata.category(character) in ("So", "Sk")
    )


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    """The letters or digits that a character is one of; "" for Latin ones and for marks."""
    kind = unicodedata.category(character)
    plain = unicodedata.normalize("NFKC", character)[0]
    script, *rest = unicodedata.name(plain, "LATIN").split()
    if kind[0] not in "LMN" or plain.isascii() or script in ("LATIN", "MODIFIER", "COMBINING"):
        return ""
    if script in _EAST_ASIAN:
        return "CJK letters"
    if script in _AGES:
        script = " ".join((script, *rest[:1]))
    return f"{script.title()} {'digits' if kind[0] == 'N' else 'letters'}"


@lru_cache(maxsize=4096)
def _is_kept(character: str, clean: Callable[[str], str]) -> bool:
    """Whether it is read as what it means: a letter without its accent, a mark as a mark."""
    said = _said(character, clean)
    if said.isspace() and character in _QUOTES:
        return True
    if not said.strip() or _script(character):
        return False
    if character.lower() in _SPELLED_OUT:
        return True
    kind = unicodedata.category(character)
    if kind[0] not in "LN" or kind == "Lm":
        return not any(map(str.isalnum, said))
    form = unicodedata.decomposition(character).split()
    if form and form[0].startswith("<") and form[0] not in _SAME_MEANING:
        return False
    apart = unicodedata.normalize("NFKD", character)
    plain = "".join(one for one in apart if not unicodedata.combining(one))
    return plain != character and said == _spoken(clean(plain))
