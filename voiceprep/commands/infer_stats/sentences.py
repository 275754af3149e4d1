"""The sentences of infer-stats: those of a list, or hard ones and some of the dataset's."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...errors import UserError
from ...text.characters import show_symbol
from ...text.hard import end_with, ending_of, endings_of, hard_sentences, hard_sentences_of
from ...text.languages import language_of
from ...text.phrases import read_phrases
from ...text.text_table import TextRow
from ...train.data.load import read_list
from ...train.frontend import FrontendConfig, read_sentence, read_sentences
from ...train.speech.repeat import Text

LISTS = ("val.txt", "train.txt")
OWN_SENTENCES = 20
# So many symbols and sentences are named in a note.
SHOWN = 8


def choose_texts(
    listed: str, dataset: Path, endings: bool, frontend: FrontendConfig
) -> tuple[list[Text], list[str]]:
    """The texts of a list, or by default hard ones and the dataset's own; and notes.

    Hard ones are in the language of the front end, or made of the dataset's texts; those with
    characters that have no symbol are left out. With `endings` each text comes once with every
    punctuation mark of the language at its end. Raises what `read_phrases` raises, UserError where
    there is no text.
    """
    notes: list[str] = []
    language = language_of(frontend.text_state)
    if listed:
        phrases = read_phrases(Path(listed))
        chosen = {phrase.id: phrase.text for phrase in phrases.phrases}
        notes += phrases.notes
    else:
        rows = _listed(dataset, notes)
        hard = _readable(hard_sentences(language), frontend, notes)
        taken = {} if hard else hard_sentences_of([row.text for row in rows])
        own = _spread(rows).items()
        chosen = hard | taken | {key: text for key, text in own if text not in taken.values()}
    if not chosen:
        raise UserError(
            "no sentence to speak: there are none for the voice, and the dataset "
            "lists no texts; name a list with -i FILE"
        )
    if not endings:
        return [(name, text, ending_of(text)) for name, text in chosen.items()], notes
    marks = _marks(language, next(iter(chosen.values())), frontend)
    return [(name, end_with(text, mark), mark)
            for name, text in chosen.items() for mark in marks], notes  # fmt: skip


def _readable(texts: dict[str, str], frontend: FrontendConfig, notes: list[str]) -> dict[str, str]:
    """The texts of which every character has a symbol; a note names the others."""
    read = read_sentences(list(texts.values()), frontend)
    lost = {name: sentence.unknown for name, sentence in zip(texts, read, strict=True)}
    left_out = [name for name, unknown in lost.items() if unknown]
    if left_out:
        symbols = sorted({symbol for name in left_out for symbol in lost[name]})
        shown = " ".join(map(show_symbol, symbols[:SHOWN]))
        notes.append(
            f"{len(left_out)} of {len(texts)} hard sentences were not spoken, as the voice has no "
            f"symbol for {shown}: {', '.join(left_out[:SHOWN])}"
        )
    return {name: text for name, text in texts.items() if name not in left_out}


def _marks(language: str, text: str, frontend: FrontendConfig) -> list[str]:
    """The endings of the language that the voice reads: each gives a text other symbols."""
    read: dict[tuple[int, ...], str] = {}
    lost = len(read_sentence(end_with(text, ""), frontend).unknown)
    for mark in endings_of(language):
        sentence = read_sentence(end_with(text, mark), frontend)
        if len(sentence.unknown) == lost:
            read.setdefault(sentence.ids, mark)
    return list(read.values())


def _listed(dataset: Path, notes: list[str]) -> list[TextRow]:
    """The texts of the dataset's validation clips, or else of its training clips."""
    for name in LISTS:
        path = dataset / "filelists" / name
        rows = [row for row in read_list(path)[0] if row.text] if path.is_file() else []
        if rows:
            return rows
    notes.append(f"{dataset / 'filelists'} lists no texts: none of the dataset's own were spoken")
    return []


def _spread(rows: Sequence[TextRow]) -> dict[str, str]:
    """Some of the texts by their clips, from the shortest to the longest."""
    ordered = sorted(rows, key=lambda row: len(row.text))
    places = np.unique(np.linspace(0, len(rows) - 1, OWN_SENTENCES).round().astype(int))
    return {ordered[place].key: ordered[place].text for place in places if rows}
