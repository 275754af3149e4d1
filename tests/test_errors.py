from pathlib import Path

import pytest

from voiceprep import errors
from voiceprep.errors import CacheError, TableError, ToolMissing, Unusable, UserError, nearest


def test_the_tree_in_the_docstring_is_the_tree():
    named = {
        name
        for name, thing in vars(errors).items()
        if isinstance(thing, type) and issubclass(thing, errors.VoiceprepError)
    }
    assert all(name in errors.__doc__ for name in named)


def test_an_error_carries_its_facts():
    error = TableError(Path("list.csv"), 7, "has no text")
    assert (error.path, error.line, error.exit_code) == (Path("list.csv"), 7, 2)
    assert str(error) == "list.csv, line 7: has no text"
    assert str(TableError(Path("list.csv"), 0, "is empty")) == "list.csv: is empty"
    assert isinstance(error, UserError)
    assert Unusable("silent", 2.5).seconds == 2.5


def test_missing_mels_are_named_with_the_command_that_makes_them():
    error = CacheError("mels missing: 1 (a)", missing=("a",))
    assert str(error) == "mels missing: 1 (a): run voiceprep mels"
    assert (error.missing, error.stale, error.exit_code) == (("a",), (), 2)


def test_a_missing_tool_says_how_to_get_it():
    error = ToolMissing("SoX", "--engine sox", "apt install sox")
    assert str(error) == "SoX is not installed, but --engine sox needs it: apt install sox"
    assert error.exit_code == 4


@pytest.mark.parametrize(
    ("word", "hint"),
    [("convrt", "did you mean 'convert'?"), ("zzz", "it is one of convert, mels")],
)
def test_a_wrong_word_gets_the_nearest_right_one(word, hint):
    assert nearest(word, ["convert", "mels"]) == hint
