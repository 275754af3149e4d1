"""The CMU dictionary, as it comes with voiceprep."""

import gzip
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

_PATH = Path(__file__).with_name("cmudict.dict.gz")


@dataclass(frozen=True)
class Dictionary:
    """The lines of the dictionary by their word, and the SHA-256 of the file.

    The words of its second pronunciations end in `(2)`, which no word of a text does.
    """

    lines: dict[str, str] = field(repr=False)
    hash: str = ""

    def find(self, word: str) -> tuple[str, ...] | None:
        """The first pronunciation of a word in lower case; None if it is unknown."""
        line = self.lines.get(word)
        return None if line is None else tuple(line.partition(" #")[0].split())


@lru_cache(maxsize=1)
def load_dictionary() -> Dictionary:
    """The dictionary, read once."""
    data = gzip.decompress(_PATH.read_bytes())
    lines = dict(line.split(" ", 1) for line in data.decode("ascii").splitlines())
    return Dictionary(lines, sha256(data).hexdigest())
