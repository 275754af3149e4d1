"""Texts that are nearly the same: found without holding each against each."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from math import ceil

from .spoken import Spoken


def find_similar(texts: Mapping[str, Spoken], least: float) -> Iterator[tuple[str, str, float]]:
    """Pairs of ids whose words are alike to at least `least`, above 0, and how much they are.

    Alike is the share of the different words that both have (Jaccard), so that 1 is a text of
    the same words in another order, too. Two sets that are alike to `least` share one of the
    rarest words of each (Bayardo et al. 2007): no others are held against each other.
    """
    words = {id: frozenset(word.casefold() for word in text.words) for id, text in texts.items()}
    counts = Counter(word for own in words.values() for word in own)
    holders: dict[str, list[str]] = defaultdict(list)
    for id in sorted(words, key=lambda id: (len(words[id]), id)):
        own = words[id]
        rarest = sorted(own, key=lambda word: (counts[word], word))
        near: dict[str, None] = {}
        for word in rarest[: len(own) - ceil(least * len(own) - 1e-9) + 1]:
            near.update(dict.fromkeys(holders[word]))
            holders[word].append(id)
        for other in near:
            if len(words[other]) >= least * len(own) - 1e-9:
                both = len(own & words[other])
                alike = both / (len(own) + len(words[other]) - both)
                if alike >= least:
                    yield other, id, alike
