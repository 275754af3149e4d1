"""The sentences of infer-stats: those of a list, or hard ones and some of the dataset's."""

from pathlib import Path

import numpy as np

from ...text.hard import ENDINGS, end_with, ending_of, hard_sentences
from ...text.phrases import read_phrases
from ...train.data.load import read_list
from ...train.speech.repeat import Text

LISTS = ("val.txt", "train.txt")
OWN_SENTENCES = 20


def choose_texts(listed: str, dataset: Path, endings: bool) -> tuple[list[Text], list[str]]:
    """The texts of a list, or by default the built-in ones and the dataset's own; and notes.

    With `endings` each text comes once with every punctuation mark at its end. Raises what
    `read_phrases` raises.
    """
    notes: list[str] = []
    if listed:
        phrases = read_phrases(Path(listed))
        chosen = {phrase.id: phrase.text for phrase in phrases.phrases}
        notes += phrases.notes
    else:
        chosen = hard_sentences() | _own_texts(dataset, notes)
    if not endings:
        return [(name, text, ending_of(text)) for name, text in chosen.items()], notes
    return [(name, end_with(text, ending), ending)
            for name, text in chosen.items() for ending in ENDINGS], notes  # fmt: skip


def _own_texts(dataset: Path, notes: list[str]) -> dict[str, str]:
    """Sentences of the dataset, from short to long, of its validation clips if it has any."""
    for name in LISTS:
        path = dataset / "filelists" / name
        rows = [row for row in read_list(path)[0] if row.text] if path.is_file() else []
        if rows:
            rows.sort(key=lambda row: len(row.text))
            places = np.unique(np.linspace(0, len(rows) - 1, OWN_SENTENCES).round().astype(int))
            return {rows[place].key: rows[place].text for place in places}
    notes.append(f"{dataset / 'filelists'} lists no texts: only the built-in ones were spoken")
    return {}
