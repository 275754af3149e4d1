"""What the texts of a voice are, as a whole: how much, how long, how they end."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .hard import ending_of
from .sentences import split_sentences
from .spoken import Spoken

_CLOSERS = " \"'”’»)]」』"
_SHOWN = 20


@dataclass(frozen=True)
class Corpus:
    """The texts of a voice in numbers.

    `characters` are those that were typed, `words` those that are read, `vocabulary` the
    different ones among them and `once` those of them that occur once. A sentence that ends in
    no mark, as a part of one may, counts as a statement. `lengths` are in symbols, in order.
    """

    clips: int
    characters: int
    words: int
    vocabulary: int
    once: int
    statements: int
    questions: int
    exclamations: int
    lengths: tuple[int, ...]
    common: tuple[tuple[str, int], ...]

    @property
    def sentences(self) -> int:
        """All of them, of whatever type."""
        return self.statements + self.questions + self.exclamations

    def share(self, count: int) -> float:
        """A count of sentences as a share of all; 0 where there are none."""
        return count / self.sentences if self.sentences else 0.0


def describe(texts: Sequence[Spoken]) -> Corpus:
    """The numbers of the whole; `common` are the words that occur the most, with their counts."""
    words = Counter(word.casefold() for spoken in texts for word in spoken.words)
    types = Counter(sentence_types(spoken.encoding.text for spoken in texts))
    ordered = sorted(words.items(), key=lambda entry: (-entry[1], entry[0]))
    return Corpus(
        clips=len(texts),
        characters=sum(len(spoken.encoding.text) for spoken in texts),
        words=words.total(),
        vocabulary=len(words),
        once=sum(count == 1 for count in words.values()),
        statements=types["statement"],
        questions=types["question"],
        exclamations=types["exclamation"],
        lengths=tuple(sorted(spoken.length for spoken in texts)),
        common=tuple(ordered[:_SHOWN]),
    )


def sentence_types(texts: Iterable[str]) -> Iterable[str]:
    """For every sentence of the texts: statement, question or exclamation."""
    for text in texts:
        for sentence in split_sentences(text):
            last = ending_of(sentence.rstrip(_CLOSERS))
            yield {"?": "question", "!": "exclamation"}.get(last, "statement")
