"""Pairs of similar texts, found without comparing all pairs."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from math import ceil

from .spoken import SpokenText


def find_similar(texts: Mapping[str, SpokenText], least: float) -> Iterator[tuple[str, str, float]]:
    """Pairs of ids whose texts are similar to at least `least`, above 0, and their similarity.

    The similarity is the Jaccard index of the sets of words, or of pairs of letters where spaces
    part no words: their order does not count. Two sets that are similar to `least` share one of the
    rarest words of each (Bayardo et al. 2007): only such pairs are compared.
    """
    words = {id: frozenset(word.casefold() for word in text.pieces) for id, text in texts.items()}
    counts = Counter(word for own in words.values() for word in own)
    holders: dict[str, list[str]] = defaultdict(list)
    for id in sorted(words, key=lambda id: (len(words[id]), id)):
        own = words[id]
        rarest = sorted(own, key=lambda word: (counts[word], word))
        candidates: dict[str, None] = {}
        for word in rarest[: len(own) - ceil(least * len(own) - 1e-9) + 1]:
            candidates.update(dict.fromkeys(holders[word]))
            holders[word].append(id)
        for other in candidates:
            if len(words[other]) >= least * len(own) - 1e-9:
                both = len(own & words[other])
                similarity = both / (len(own) + len(words[other]) - both)
                if similarity >= least:
                    yield other, id, similarity
