"""The readings of Chinese characters, by pypinyin's words and characters."""

import hashlib
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

import pypinyin
from pypinyin.contrib.mmseg import seg

from .zh_tones import BU, YI

# Alone, outside a word that pypinyin knows, these are often read otherwise than it reads them.
_GUESSED = frozenset(
    "长行重乐地得着为还只种间朝传当倒调发干更几假将降角教觉空累量露落难强切曲散少数弹挑吐兴血应载扎占"
    "涨转钻薄背便参差处答担度恶供横结禁卷模磨朴藏曾盛舍宿似相省圈吓咽晕炸"
)
# Between other characters they are mostly the particle: 慢慢地走, 走得快.
_PARTICLES = frozenset("地得")
# After these 只 counts animals.
_ONLY, _COUNTS = "只", frozenset("一二两三四五六七八九十百千万几这那哪每")
# After and before these 儿 is a child, and else a suffix.
_CHILD = "儿"
_CHILD_AFTER, _CHILD_BEFORE = frozenset("女婴幼孤少胎宠健男小"), frozenset("子童歌科媳女孙时")


@cache
def dictionary() -> str:
    """The version of pypinyin, and the hash of the readings that it holds."""
    files = sorted(Path(pypinyin.__file__).parent.glob("*_dict.*"))
    content = hashlib.sha256(b"".join(path.read_bytes() for path in files if path.suffix != ".pyi"))
    return f"pypinyin {pypinyin.__version__} {content.hexdigest()[:16]}"


def read_characters(run: str, numbers: Iterator[int]) -> Iterator[tuple[str, str, int, str]]:
    """Of each character its reading, "" where it has none, the number of its word, and a note.

    The note says where the reading is a guess. Each word takes the next of `numbers`.
    """
    at = 0
    for word in seg.cut(run):
        number = next(numbers)
        for character, readings in zip(word, _readings(word), strict=True):
            reading, note = _in_context(run, at, word, readings[0]), ""
            if len(word) == 1 and character in _GUESSED and len(readings) > 1:
                others = " or ".join(one for one in readings if one != reading)
                note = f"{character} is read {reading}, it may be {others}"
            yield character, reading, number, note
            at += 1


@lru_cache(maxsize=1 << 16)
def _readings(word: str) -> tuple[tuple[str, ...], ...]:
    """The readings of each character of a word, the likeliest first; ("",) of an unknown one."""
    found = pypinyin.pinyin(
        word,
        style=pypinyin.Style.TONE3,
        heteronym=True,
        errors="ignore",
        neutral_tone_with_five=True,
    )
    return tuple(
        tuple(_written(character, reading) for reading in readings)
        for character, readings in zip(word, found or [[""]], strict=True)
    )


def _written(character: str, reading: str) -> str:
    """A reading with the dictionary's tone of 一 and 不, of which pypinyin has either."""
    if character == YI and reading[:-1] == "yi":
        return "yi1"
    if character == BU and reading == "bu2":
        return "bu4"
    return reading.replace("ê", "ei")


def _in_context(run: str, at: int, word: str, reading: str) -> str:
    """The reading of the character at a place, where its neighbours say more than its word."""
    character, before, after = run[at], run[max(at - 1, 0) : at], run[at + 1 : at + 2]
    if character == _CHILD and before:
        child = before in _CHILD_AFTER or (after and after in _CHILD_BEFORE)
        return reading if child else "er5"
    if len(word) > 1:
        return reading
    if character in _PARTICLES and before and after:
        return "de5"
    return "zhi1" if character == _ONLY and before in _COUNTS else reading
