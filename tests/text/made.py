"""Texts with times as a voice of known pace would say them."""

import numpy as np

from voiceprep.text.encode import encode
from voiceprep.text.spoken import SpokenText

SENTENCE = (
    "the printed letters of a book should be beautiful and their arrangement on page reasonable "
    "which she was very certain never came from another country although many people had said so"
)


def made_texts(count, seed=0):
    """Texts of 5 to 28 words by id, some with a comma."""
    random = np.random.default_rng(seed)
    texts = {}
    for number in range(count):
        words = list(random.choice(SENTENCE.split(), random.integers(5, 29)))
        if len(words) > 6:
            words[len(words) // 2] += ","
        texts[f"{number:04}"] = " ".join(words).capitalize() + "."
    return texts


def said(texts, seed=0, spread=0.235):
    """The texts with their seconds: 0.058 a symbol and 0.3 a comma, give or take."""
    random = np.random.default_rng(seed)
    spoken = {}
    for id, text in texts.items():
        encoding = encode(text)
        seconds = 0.2 + 0.058 * len(encoding.symbols) + 0.3 * text.count(",")
        stray = np.exp(spread / np.sqrt(seconds) * random.standard_normal())
        spoken[id] = SpokenText(encoding, float(seconds * stray))
    return spoken


def plain(*texts, lexicon=None):
    """Texts by the letters a, b, c, without times."""
    names = map(chr, range(ord("a"), ord("a") + len(texts)))
    return {
        id: SpokenText(encode(text), None, lexicon) for id, text in zip(names, texts, strict=True)
    }
