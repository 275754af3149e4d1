"""Sentences on which models fail: short, long, repeated, spelled out, with every end mark."""

import tomllib
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from .marks import EXCLAMATIONS, FULL_STOPS, QUESTIONS, STOPS
from .scripts import is_unspaced
from .sentences import split_sentences
from .spoken import split_words

# Endings of a language without sentences of ours, as far as its front end has symbols for them.
ANY_ENDINGS = ("", *STOPS, ";", "；", "！", "!", "¡!", "？", "?", "¿?", "؟", "፧")
REPEATED, LONG = 8, 300


@cache
def _languages() -> dict[str, dict[str, Any]]:
    text = (files(__package__) / "hard_sentences.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def hard_sentences(language: str) -> dict[str, str]:
    """The sentences of a language by id, as in `repeated-2`; {} where there are none."""
    kinds = _languages().get(language, {})
    return {
        f"{kind}-{number}": text
        for kind, texts in kinds.items()
        if kind != "endings"
        for number, text in enumerate(texts, 1)
    }


def hard_sentences_of(texts: Sequence[str]) -> dict[str, str]:
    """Such sentences of a dataset's own texts, for a language that has none here, by id.

    The shortest, the longest, a question and an exclamation are taken as they are; a word is
    repeated, and sentences are joined to one longer than any.
    """
    ordered = sorted({text.strip() for text in texts if text.strip()}, key=lambda t: (len(t), t))
    if not ordered:
        return {}
    found = {"shortest": ordered[0], "longest": ordered[-1]}
    for name, marks in (("question", QUESTIONS), ("exclamation", EXCLAMATIONS)):
        with_mark = [text for text in ordered if text[-1] in marks]
        found |= {name: with_mark[-1]} if with_mark else {}
    words = [word for text in ordered for word in split_words(text)]
    if words and not is_unspaced(words):
        counts = Counter(words)
        commonest = max(sorted(counts), key=lambda word: (counts[word], len(word)))
        found["repeated"] = " ".join([commonest] * REPEATED)
    joined = ""
    for text in reversed(ordered):
        joined += text if not joined or joined[-1] in FULL_STOPS else f" {text}"
        if len(joined) >= LONG:
            break
    found["joined"] = joined
    texts_seen = [*found.values()]
    return {name: one for n, (name, one) in enumerate(found.items()) if one not in texts_seen[:n]}


def endings_of(language: str) -> tuple[str, ...]:
    """The marks that a sentence of a language may end with, and nothing, which comes first."""
    return tuple(_languages().get(language, {}).get("endings", ANY_ENDINGS))


def ending_of(text: str) -> str:
    """The mark at the end of a text; "" where there is none."""
    last = text.rstrip()[-1:]
    return last if last and last in "".join(ANY_ENDINGS) else ""


def end_with(text: str, ending: str) -> str:
    """The text with this mark at its end in place of its own; of two marks one comes before it.

    Of several sentences it is the last one that the mark comes before.
    """
    last = (split_sentences(text) or [""])[-1]
    before = text[: text.rfind(last)]
    plain = last.lstrip("¿¡").rstrip().rstrip(".;!?,:" + "".join(ANY_ENDINGS)).rstrip()
    return f"{before}{ending[:-1]}{plain}{ending[-1:]}"
