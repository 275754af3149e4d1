"""Statistics of a voice's texts: words, lengths, types of sentences."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .marks import CLOSERS, EXCLAMATIONS, QUESTIONS
from .sentences import split_sentences
from .spoken import SpokenText

_SHOWN = 20


@dataclass(frozen=True)
class TextStatistics:
    """Counts over the texts of a voice.

    `characters` counts the texts as typed, `words` as read, `vocabulary` the distinct words and
    `once` those that occur once; where spaces part no words (`spaced` is False), they count
    letters. A sentence without a mark at its end counts as a statement.
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
    spaced: bool = True

    @property
    def sentences(self) -> int:
        """The sentences of all types."""
        return self.statements + self.questions + self.exclamations

    def share(self, count: int) -> float:
        """A count of sentences as a share of all of them; 0 where there are none."""
        return count / self.sentences if self.sentences else 0.0


def measure_texts(texts: Sequence[SpokenText]) -> TextStatistics:
    """The statistics of these texts."""
    words = Counter(word.casefold() for spoken in texts for word in spoken.counted)
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
        spaced=not any(spoken.counted != spoken.words for spoken in texts),
    )


def sentence_types(texts: Iterable[str]) -> Iterable[str]:
    """For every sentence of the texts: statement, question or exclamation."""
    for text in texts:
        for sentence in split_sentences(text):
            last = sentence.rstrip(CLOSERS + " \u00a0\u202f")[-1:]
            yield _type_of(last)


def _type_of(mark: str) -> str:
    if mark and mark in QUESTIONS:
        return "question"
    return "exclamation" if mark and mark in EXCLAMATIONS else "statement"
