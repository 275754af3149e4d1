import pickle
from pathlib import Path

import pytest

from voiceprep import errors
from voiceprep.errors import (
    CacheError,
    TableError,
    TargetError,
    ToolMissing,
    Unusable,
    UserError,
    nearest,
)


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


@pytest.mark.parametrize(
    "error",
    [
        TableError(Path("list.csv"), 7, "has no text"),
        TargetError(Path("wavs"), "is in use"),
        CacheError("2 mels are missing"),
        ToolMissing("SoX", "--engine sox", "apt install sox"),
        Unusable("silent", 2.5),
    ],
)
def test_an_error_passes_from_one_process_to_another(error):
    passed = pickle.loads(pickle.dumps(error))
    assert type(passed) is type(error)
    assert (str(passed), vars(passed)) == (str(error), vars(error))


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
