from importlib import metadata

import pytest

from voiceprep.errors import ToolMissing
from voiceprep.text.frontends.openjtalk import (
    JapaneseMark,
    Stretch,
    analyse,
    dictionary_identity,
    mark_accents,
)


def label(phoneme, place, length, nucleus):
    """A label as HTS writes it, of a mora in an accent phrase; the other fields are cut."""
    field_a = f"{place - (nucleus or length)}+{place}+{length - place + 1}"
    return f"x^x-{phoneme}+x=x/A:{field_a}/B:x/E:4_4!0_0-0/F:{length}_{nucleus}#0_0@1_1|1_1/K:1"


def word(phonemes, nucleus):
    """The labels of an accent phrase of open syllables."""
    return [
        label(phoneme, place, len(phonemes) // 2, nucleus)
        for place, phoneme in ((number // 2 + 1, one) for number, one in enumerate(phonemes))
    ]


def test_the_pitch_rises_after_the_first_mora_and_falls_after_the_nucleus():
    for nucleus, marked in enumerate(("ka[kiku", "ka]kiku", "ka[ki]ku", "ka[kiku")):
        assert "".join(mark_accents(word("kakiku", nucleus))) == marked


def test_a_boundary_stands_between_two_accent_phrases():
    labels = ["xx^xx-sil+k=a/A:xx+xx+xx/F:xx_xx#xx", *word("ka", 1), *word("kiku", 1)]
    assert "".join(mark_accents(labels)) == "ka#ki]ku"


def test_words_are_kept_apart_by_marks():
    first, comma, second = analyse("本、𡾞").parts
    assert (first.words, first.readings) == (("本",), ("ホン",))
    assert comma == JapaneseMark("、")
    assert isinstance(second, Stretch)


def test_words_in_no_dictionary_are_named_but_for_kana():
    assert analyse("ボイスプレップとｑｗｒｔｚ").guessed == ("ｑｗｒｔｚ",)


def test_the_packages_that_decide_a_reading_are_named_with_their_hashes():
    for one in dictionary_identity().split(", "):
        package, _, digest = one.partition(" ")
        assert "==" in package
        assert len(digest) == 14


def test_the_package_that_downloads_its_dictionary_is_not_taken(monkeypatch):
    def refuse(package):
        raise metadata.PackageNotFoundError(package)

    monkeypatch.setattr(metadata, "files", refuse)
    with pytest.raises(ToolMissing) as caught:
        dictionary_identity.__wrapped__()
    assert caught.value.tool == "pyopenjtalk-plus"
