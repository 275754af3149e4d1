"""Texts of nearly the same words: one clip has the other's text, or one has a typing error.

Prompts are often meant to differ in a word. Two such clips are as long as their texts make one
expect, while a clip with the text of another is as long as what it says. So a pair is flagged where
the lengths do not fit, or where one letter of one word is different.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from math import log

from ...quality.check import Check, Measurement, Reading, Undecided
from ..similar import find_similar
from ..spoken import SpokenText

# Less similar texts are not compared, and texts of one voice are usually less similar than LIMIT.
MIN_SIMILARITY, LIMIT = 0.6, 0.7
# Of fewer words, with one of them replaced, less than LIMIT are shared.
MIN_WORDS = 6
# A voice says nearly the same words in nearly the same time: of 27 pairs of prompts that were meant
# to differ, 26 are within this log ratio of what the number of their symbols makes one expect.
SAME_PACE = 0.15
# The start and the end of a text take as long as so many symbols.
ENDS = 5

SHORT = Undecided(f"its text has fewer than {MIN_WORDS} different words")


def find_near(texts: Mapping[str, SpokenText]) -> dict[str, Reading]:
    """Of each clip, the similarity of the most similar other text; 0 below MIN_SIMILARITY.

    It is the Jaccard index of their words, or of their pairs of letters where spaces part no words.
    Texts with the same letters are left to duplicate_text.
    """
    found: dict[str, Reading] = {id: SHORT for id, text in texts.items() if text.words}
    long = {id: text for id, text in texts.items() if len(set(text.pieces)) >= MIN_WORDS}
    found |= dict.fromkeys(long, Measurement(0.0))
    # What counts most comes last: a fault, then a doubt, then the most similar text.
    pairs = sorted(_pairs(long), key=lambda pair: pair[:2])
    found |= {id: read for _, _, id, read in pairs}
    return found


def _pairs(texts: Mapping[str, SpokenText]) -> Iterator[tuple[int, float, str, Reading]]:
    """Similar texts: how much a pair counts, how similar it is, an id, and what is said of it."""
    counts = Counter(word for text in texts.values() for word in set(text.pieces))
    for first, second, similarity in find_similar(texts, MIN_SIMILARITY):
        one, two = texts[first], texts[second]
        if one.key == two.key:
            continue
        why = _fault(one, two, counts)
        for id, other in ((first, second), (second, first)):
            what = "words" if one.pieces == one.words else "pairs of letters"
            shared = f"it shares {100 * similarity:.0f} % of its {what} with {other}"
            if similarity > LIMIT and not why:
                yield 1, similarity, id, Undecided(f"{shared}, and both may be meant so")
                continue
            said = f"{shared} ({texts[other].encoding.text!r}); under {100 * LIMIT:.0f} % is usual"
            evidence = f"{said}, and {why}" if why else said
            yield 2 * (similarity > LIMIT), similarity, id, Measurement(similarity, evidence)


def _fault(one: SpokenText, two: SpokenText, counts: Mapping[str, int]) -> str:
    """Why one of two similar texts must be wrong; empty where both may be meant so."""
    if _is_typing_error(one.pieces, two.pieces, counts):
        return "one letter is different"
    if one.seconds and two.seconds:
        pace = log(one.seconds / two.seconds) - log((one.length + ENDS) / (two.length + ENDS))
        if abs(pace) > SAME_PACE:
            return f"{one.seconds:.1f} and {two.seconds:.1f} s of speech do not fit both texts"
    return ""


def _is_typing_error(one: tuple[str, ...], two: tuple[str, ...], counts: Mapping[str, int]) -> bool:
    """Whether one letter of one word is different, and one of the two words is in no other text."""
    if len(one) != len(two):
        return False
    differing = [pair for pair in zip(one, two, strict=True) if pair[0] != pair[1]]
    if len(differing) != 1:
        return not differing  # only accents are different
    first, second = differing[0]
    # A letter that stands alone is a word or the name of a letter, and meant so.
    named = len(first) == len(second) == 1
    return (
        not named
        and min(counts[first], counts[second]) == 1
        and _is_one_letter_apart(first, second)
    )


def _is_one_letter_apart(first: str, second: str) -> bool:
    """Whether a letter is added, lost, replaced, or swapped with the next."""
    places = zip(first, second, strict=False)
    same = next((n for n, (a, b) in enumerate(places) if a != b), min(len(first), len(second)))
    one, two = first[same:], second[same:]
    swapped = one[:2] == two[1::-1] and one[2:] == two[2:]
    return one[1:] in (two, two[1:]) or one == two[1:] or swapped


# Where clips of LJSpeech have a copy of another text with a tenth of its words changed, three of
# four can be told, and are found with a recall and a precision of 0.99; the others are as long as
# the copy by chance (benchmarks/measure_texts.py, with simulated times like LJSpeech's).
CHECK = Check(
    name="near_duplicate_text",
    reads="set",
    measure=find_near,
    limit=LIMIT,
    unit="of the words",
    advice="listen to both, and correct the text that is wrong",
    fix="text",
)
