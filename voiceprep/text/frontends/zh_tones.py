"""The tones of Mandarin as they are spoken: what neighbours change in those that are written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

YI, BU = "一", "不"
# Within numbers that are said digit by digit, and where it counts in an order, 一 keeps its tone.
_DIGITS = "零〇一二三四五六七八九点"
_BEFORE_DIGIT = _DIGITS + "十百千第初"
_ORDERED = "月号楼级班"


@dataclass(frozen=True)
class Syllable:
    """A syllable with its tone: its character, and the number of its word in the text.

    One that a person typed has no character, and its tone is not changed.
    """

    pinyin: str
    character: str = ""
    word: int = 0

    @property
    def tone(self) -> str:
        """1 to 4, and 5 for the neutral one."""
        return self.pinyin[-1]

    def with_tone(self, tone: str) -> "Syllable":
        """The same with another tone, unless a person typed it."""
        return replace(self, pinyin=self.pinyin[:-1] + tone) if self.character else self


def speak_tones(phrase: Sequence[Syllable]) -> list[Syllable]:
    """The syllables between two pauses with the tones of 一, 不 and of third tones as spoken."""
    spoken = [_lexical(phrase, at) for at in range(len(phrase))]
    for at in reversed(range(len(spoken) - 1)):
        if spoken[at].tone != "3":
            continue
        # Within a word all third tones but the last rise; between words only before one that
        # is spoken as a third tone.
        same_word = phrase[at].word == phrase[at + 1].word
        after = (phrase if same_word else spoken)[at + 1].tone
        if after == "3":
            spoken[at] = spoken[at].with_tone("2")
    return spoken


def _lexical(phrase: Sequence[Syllable], at: int) -> Syllable:
    """A syllable, with the spoken tone where it is 一 or 不."""
    own = phrase[at]
    if own.character not in (YI, BU) or own.pinyin[:-1] not in ("yi", "bu"):
        return own
    before = phrase[at - 1].character if at else ""
    after = phrase[at + 1] if at + 1 < len(phrase) else None
    if after and before and before == after.character and before not in _BEFORE_DIGIT:
        return own.with_tone("5")
    if own.character == BU:
        return own.with_tone("2" if after and after.tone == "4" else "4")
    if after is None or (before and before in _BEFORE_DIGIT):
        return own
    if after.character and after.character in _DIGITS + _ORDERED:
        return own
    return own.with_tone("2" if after.tone == "4" or after.character == "个" else "4")
