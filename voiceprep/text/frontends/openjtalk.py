"""Japanese words, readings and accents by OpenJTalk, from the package pyopenjtalk-plus.

It reads the labels of HTS (one a phoneme): field A has the distance of a mora from the accent
nucleus and its place in the accent phrase from both ends, field F the place of the nucleus.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from io import StringIO
from itertools import pairwise
from os import fsencode
from pathlib import Path
from typing import Any

from ...errors import ToolMissing

with redirect_stdout(StringIO()):
    # Without onnxruntime, which is not needed here, its import prints advice.
    import pyopenjtalk

BOUNDARY, RISE, FALL = "#", "[", "]"
"""Between two accent phrases, before a high mora, before a low one."""

_DICTIONARY = Path(pyopenjtalk.__file__).parent / "dictionary"
_PACKAGES = (("pyopenjtalk-plus", "sys.dic"), ("sudachidict-core", "system.dic"))

# OpenJTalk takes 8192 bytes at a time.
_LONGEST = 1000
_PARTS = re.compile(rf".{{1,{_LONGEST - 1}}}[。?!…]|.{{1,{_LONGEST}}}", re.DOTALL)
_LABEL = re.compile(r"-(\w+)\+.*/A:(-?\d+)\+(\d+)\+(\d+)/.*/F:\d+_(\d+)#")
_MORA_ENDS = frozenset("aiueoAIUEON") | {"cl"}

_DEVOICED = "’"
_LONG = "ー"
_UNREADABLE = re.compile(f"[^ァ-ヴー{_DEVOICED}]+")
# Two kana of one sound are one.
_SAME_SOUND = str.maketrans("ヲヂヅヰヱヵヶ", "オジズイエカケ")
_WRITTEN_AS_SPOKEN = re.compile("[ぁ-ゖァ-ヺーゝゞヽヾ]+")
# 何 is ナン before a particle or auxiliary that begins with t, d or n, but for に.
_WHAT, _AFTER_NAN = "何", tuple("タチツテトダヂヅデドナヌネノ")
_FUNCTION_WORDS = ("助詞", "助動詞")


@dataclass(frozen=True)
class JapaneseMark:
    """Characters between words: punctuation, or what OpenJTalk cannot read."""

    surface: str


@dataclass(frozen=True)
class Stretch:
    """Words with no pause between them: as written, in katakana as pronounced."""

    words: tuple[str, ...]
    readings: tuple[str, ...]
    features: tuple[Any, ...]

    def symbols(self) -> list[str]:
        """Its phonemes with accent marks."""
        return mark_accents(pyopenjtalk.make_label(list(self.features), jtalk=_analyser()))


@dataclass(frozen=True)
class Analysis:
    """A text in stretches and marks, and the words that are in no dictionary."""

    parts: tuple[JapaneseMark | Stretch, ...]
    guessed: tuple[str, ...]


@lru_cache(maxsize=1)
def dictionary_identity() -> str:
    """The packages that decide a reading: versions, and the hashes of their dictionaries.

    Raises ToolMissing where the module is that of the package pyopenjtalk, which it replaces.
    """
    found = []
    for package, name in _PACKAGES:
        try:
            files = metadata.files(package) or ()
        except metadata.PackageNotFoundError:
            install = f"pip uninstall pyopenjtalk, then pip install {package}"
            raise ToolMissing(package, "the front end ja", install) from None
        hashes = (file.hash for file in files if file.name == name)
        digest = next((one.value[:12] for one in hashes if one), "")
        found.append(f"{package}=={metadata.version(package)} ({digest})")
    return ", ".join(found)


def analyse(text: str) -> Analysis:
    """The words of a text, with the marks between them."""
    parts: list[JapaneseMark | Stretch] = []
    guessed: list[str] = []
    for piece in [text] if len(text) <= _LONGEST else _PARTS.findall(text):
        # The reading of 何 would depend on whether onnxruntime is installed.
        features, morphemes = pyopenjtalk.run_frontend_detailed(
            piece, predict_nani=False, jtalk=_analyser()
        )
        parts += _split(features)
        words = (one["surface"] for one in morphemes if one["is_unknown"])
        guessed += [word for word in words if not _WRITTEN_AS_SPOKEN.fullmatch(word)]
    spoken = {word for part in parts if isinstance(part, Stretch) for word in part.words}
    return Analysis(tuple(parts), tuple(filter(spoken.__contains__, guessed)))


def mark_accents(labels: Iterable[str]) -> list[str]:
    """The phonemes of HTS labels, with BOUNDARY, RISE and FALL between them.

    After Kurihara, Seiyama and Kumano (2021), "Prosodic features control by symbols as input of
    sequence-to-sequence acoustic modeling for neural TTS".
    """
    symbols: list[str] = []
    was_high, to_come = False, 0
    for label in filter(None, map(_LABEL.search, labels)):
        distance, place, left, nucleus = map(int, label.groups()[1:])
        high = distance <= 0 and (place > 1 or nucleus == 1)
        if symbols and place == 1 and to_come == 1 and symbols[-1] in _MORA_ENDS:
            symbols.append(BOUNDARY)
        elif symbols and high != was_high:
            symbols.append(RISE if high else FALL)
        symbols.append(label[1])
        was_high, to_come = high, left
    return symbols


@lru_cache(maxsize=1)
def _analyser() -> pyopenjtalk.OpenJTalk:
    # One of our own: another caller's user dictionary or OPEN_JTALK_DICT_DIR must not change it.
    return pyopenjtalk.OpenJTalk(dn_mecab=fsencode(_DICTIONARY))


def _split(features: list[Any]) -> Iterator[JapaneseMark | Stretch]:
    """The stretches of voiced words, and the marks as they come."""
    voiced: list[Any] = []
    for feature, after in pairwise((*features, None)):
        sound = _pronounce(feature, after)
        # A long vowel needs a vowel before it.
        kana = _UNREADABLE.sub("", sound if voiced else sound.lstrip(_LONG))
        if kana:
            voiced.append({**feature, "pron": kana})
        lost = "".join(_UNREADABLE.findall(sound)) if kana else feature["string"]
        if lost:
            if voiced:
                yield _stretch(voiced)
                voiced = []
            yield JapaneseMark(lost)
    if voiced:
        yield _stretch(voiced)


def _stretch(features: list[Any]) -> Stretch:
    words = tuple(one["string"] for one in features)
    readings = tuple(one["pron"].replace(_DEVOICED, "") for one in features)
    return Stretch(words, readings, tuple(features))


def _pronounce(feature: Any, after: Any) -> str:
    """The kana of a word before another."""
    sound: str = feature["pron"].translate(_SAME_SOUND)
    if feature["string"] != _WHAT or sound != "ナニ" or after is None:
        return sound
    changes = after["pos"] in _FUNCTION_WORDS and after["pron"].startswith(_AFTER_NAN)
    return "ナン" if changes else sound
