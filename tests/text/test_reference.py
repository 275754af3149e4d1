import os
from pathlib import Path

import pytest

from voiceprep.errors import TableError
from voiceprep.text.encode import encode
from voiceprep.text.frontends.characters import CharactersFrontend
from voiceprep.text.frontends.nvidia import NvidiaFrontend
from voiceprep.text.reference import (
    count_units,
    english,
    make_reference,
    read_lines,
    why_not_english,
)
from voiceprep.text.spoken import SpokenText
from voiceprep.text.units import UNITS


def read(path, lexicon=None):
    return make_reference(path, read_lines(path), NvidiaFrontend(), lexicon)


def test_english_has_shares_of_every_kind_the_commonest_first():
    shares = english(NvidiaFrontend()).shares
    assert set(shares) == set(UNITS)
    for table in shares.values():
        assert sum(table.values()) == pytest.approx(1)
        assert list(table.values()) == sorted(table.values(), reverse=True)
    assert next(iter(shares["symbols"])) == "e"
    assert next(iter(shares["letter_pairs"])) == "th"
    assert len(shares["phonemes"]) == 39


def test_the_table_is_that_of_the_sentences_it_names():
    data = Path(os.environ.get("VOICEPREP_DATA") or "missing") / "text" / "ljspeech_sentences.txt"
    if not data.exists():
        pytest.skip("the sentences are not here")
    lines = data.read_text(encoding="utf-8").splitlines()
    counts = count_units(SpokenText(encode(line)) for line in lines)
    for kind in ("symbols", "letter_pairs"):
        whole = counts[kind].total()
        for unit, share in english(NvidiaFrontend()).shares[kind].items():
            assert share == pytest.approx(counts[kind][unit] / whole, abs=1e-6)


def test_a_text_of_ones_own_is_a_reference(tmp_path):
    (tmp_path / "own.txt").write_text("A cat.\n\nA cat\n")
    reference = read(tmp_path / "own.txt")
    assert reference.name == "own.txt"
    assert reference.shares["letter_pairs"] == {"at": 0.5, "ca": 0.5}
    assert "diphones" not in reference.shares
    reference = read(tmp_path / "own.txt", {"a": ("AH0",), "cat": ("K",)})
    assert reference.shares["diphones"] == {"AH-K": 1.0}


@pytest.mark.parametrize("text", ["", "\n\n", "♪\n"])
def test_a_reference_without_a_text_is_reported(tmp_path, text):
    (tmp_path / "empty.txt").write_text(text)
    with pytest.raises(TableError, match=r"empty\.txt: contains no text"):
        read(tmp_path / "empty.txt")


def test_english_is_for_texts_that_are_english_and_front_ends_that_read_it():
    texts = ["The harbour was quiet when the boats came home.", "She sat with them by the wall."]
    assert not why_not_english(NvidiaFrontend(), texts)
    assert why_not_english(CharactersFrontend(("_", "a")), texts)
    assert why_not_english(NvidiaFrontend(), ["Le port était calme quand les bateaux rentraient."])


def test_the_sentences_of_a_file_are_those_that_could_be_recorded(tmp_path):
    (tmp_path / "own.txt").write_text("A cat.\n \nA dog.\n")
    assert [text.encoding.text for text in read(tmp_path / "own.txt").pool] == ["A cat.", "A dog."]
