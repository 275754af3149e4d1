"""Whether texts are English, as far as their letters and commonest words tell."""

from collections.abc import Iterable

from .spoken import split_words

# Common in English, and no common words of other languages in the Latin alphabet.
_WORDS = frozenset(
    (
        *("the", "and", "of", "that", "with", "from", "this", "they", "which", "you", "what"),
        *("would", "there", "when", "been", "their", "not", "she", "were", "his", "it"),
        *("are", "your"),
    )
)
# Of LJSpeech's sentences, ten drawn at a time, at least LEAST of the words are such; letters
# outside ASCII are in loan words and names only.
LEAST, MOST_FOREIGN = 0.1, 0.01
FEWEST_WORDS = 10


def find_foreign(texts: Iterable[str]) -> str:
    """Why the texts cannot be told to be English; "" where they are."""
    words = [word for text in texts for word in split_words(text.lower())]
    letters = [letter for word in words for letter in word if letter.isalpha()]
    if len(words) < FEWEST_WORDS:
        return f"the texts have fewer than {FEWEST_WORDS} words"
    foreign = sum(not letter.isascii() for letter in letters) / max(len(letters), 1)
    if foreign > MOST_FOREIGN:
        return f"{100 * foreign:.0f} % of the letters are not among those of English"
    common = sum(word in _WORDS for word in words) / len(words)
    if common < LEAST:
        return f"{100 * common:.0f} % of the words are common English ones, which is too few"
    return ""
