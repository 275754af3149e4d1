"""Statistics of a voice's texts: words, lengths, types of sentences."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .hard import ending_of
from .sentences import split_sentences
from .spoken import SpokenText

_CLOSERS = " \"'”’»)]」』"
_SHOWN = 20


@dataclass(frozen=True)
class TextStatistics:
    """Counts over the texts of a voice.

    `characters` counts the texts as typed, `words` as read, `vocabulary` the distinct words and
    `once` those that occur once. A sentence without a mark at its end counts as a statement.
    `lengths` are in symbols, sorted; `common` are the most frequent words with their counts.
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
        """The sentences of all types."""
        return self.statements + self.questions + self.exclamations

    def share(self, count: int) -> float:
        """A count of sentences as a share of all of them; 0 where there are none."""
        return count / self.sentences if self.sentences else 0.0


def measure_texts(texts: Sequence[SpokenText]) -> TextStatistics:
    """The statistics of these texts."""
    words = Counter(word.casefold() for spoken in texts for word in spoken.words)
    types = Counter(sentence_types(spoken.encoding.text for spoken in texts))
    ordered = sorted(words.items(), key=lambda entry: (-entry[1], entry[0]))
    return TextStatistics(
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
