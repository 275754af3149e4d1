"""Letter-to-sound rules for words that no dictionary has.

A rule is `left[letter]right`, `#` being an end of the word, and the phonemes that the letter stands
for there: none, one or two. The rule with the longest context counts. They are learned from the
CMU dictionary by benchmarks/letter_rules.py.
"""

import gzip
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

CONTEXTS = (
    *((0, 0), (0, 1), (1, 1), (1, 2), (1, 3), (2, 3)),
    *((2, 4), (3, 4), (3, 5), (4, 5), (5, 5)),
)
"""How many letters the left and the right context have, from the shortest to the longest."""
EDGE = "#"
RULES_PATH = Path(__file__).with_name("letter_rules.txt.gz")

_REDUCED = ("", "AH0", "ER0")


def rule_key(word: str, place: int, left: int, right: int) -> str:
    """The context of a letter of a word, which has an EDGE at both ends."""
    after = place + 1
    return f"{word[max(0, place - left) : place]}[{word[place]}]{word[after : after + right]}"


@lru_cache(maxsize=1)
def load_rules() -> Mapping[str, str]:
    """The phonemes of each rule, by its context."""
    lines = gzip.decompress(RULES_PATH.read_bytes()).decode("ascii").splitlines()
    return dict(line.split(" ", 1) for line in lines)


def apply_rules(word: str, rules: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The phonemes of a word of letters from a to z, with one primary stress."""
    rules = load_rules() if rules is None else rules
    framed = f"{EDGE}{word}{EDGE}"
    found = [_matching(framed, place, rules) for place in range(1, len(framed) - 1)]
    read = [next(iter(one), "") for one in found]
    if not any("1" in sounds for sounds in read):
        _stress(read, found)
    sounds = join_r(" ".join(read).split())
    primary = [place for place, sound in enumerate(sounds) if "1" in sound]
    for place in primary[1:]:
        sounds[place] = sounds[place].replace("1", "2")
    return tuple(sounds)


def _matching(word: str, place: int, rules: Mapping[str, str]) -> list[str]:
    """What the rules say of a letter, those with longer contexts first."""
    keys = (rule_key(word, place, *sizes) for sizes in reversed(CONTEXTS))
    return [rules[key] for key in keys if key in rules]


def _stress(read: list[str], found: list[list[str]]) -> None:
    """Stress one letter: each is read without a look at the others, and none was.

    It is the first with a secondary stress, else with a full vowel, else with any, else the first
    that may have one. What is reduced becomes what shorter contexts say of it under stress.
    """
    places = [place for place, sounds in enumerate(read) if "0" in sounds or "2" in sounds]
    places = places or [place for place, rules in enumerate(found) if "1" in "".join(rules)]
    if not places:
        return
    place = min(places, key=lambda place: ("2" not in read[place], read[place] in _REDUCED))
    stressed = (sounds for sounds in found[place] if "1" in sounds)
    plain = read[place].replace("0", "1").replace("2", "1")
    read[place] = next(stressed, plain) if read[place] in _REDUCED else plain


def join_r(sounds: list[str]) -> list[str]:
    """The phonemes without an R after ER: in the rules a vowel stands for ER, and its r for R."""
    before = ("", *sounds)
    pairs = zip(before, sounds, strict=False)
    return [sound for last, sound in pairs if sound != "R" or not last.startswith("ER")]
