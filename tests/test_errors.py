import pickle
from pathlib import Path

import pytest

from voiceprep import errors
from voiceprep.errors import (
    LONGEST,
    CacheError,
    OutOfMemory,
    SettingError,
    SourceError,
    TableError,
    TableErrors,
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
    error = TableError(Path("list.csv"), 7, "is blue")
    assert (error.path, error.line, error.why) == (Path("list.csv"), 7, "is blue")
    assert str(error) == "list.csv, line 7: is blue"
    assert str(TableError(Path("list.csv"), 0, "is blue")) == "list.csv: is blue"
    assert isinstance(error, UserError) and error.exit_code == 2
    missing = SourceError(Path("mp3dir"), "is gone")
    assert (missing.path, missing.why, missing.exit_code) == (Path("mp3dir"), "is gone", 2)
    assert str(missing) == "mp3dir: is gone"
    assert Unusable("silent", 2.5).seconds == 2.5


def test_several_wrong_lines_are_one_error_in_the_order_of_their_lines():
    error = TableErrors(
        [TableError(Path("list.csv"), n, f"is {n} " * 100) for n in range(12, 0, -1)]
    )
    assert (error.path, error.line, len(error.errors)) == (Path("list.csv"), 1, 12)
    assert str(error).startswith("list.csv: 12 lines are wrong: 1: is 1 is 1 ")
    assert str(error).endswith("; and 2 more")
    assert "; 10: is 10" in str(error) and "; 11" not in str(error)
    same = TableErrors([TableError(Path("list.csv"), n, f"is {n % 2}") for n in range(1, 5)])
    assert str(same) == "list.csv: 4 lines are wrong: 1, 3: is 1; 2, 4: is 0"
    assert isinstance(error, TableError) and len(str(error)) <= LONGEST
    passed = pickle.loads(pickle.dumps(error))
    assert (str(passed), len(passed.errors)) == (str(error), 12)


def test_what_ran_out_of_memory_says_what_needs_less():
    error = OutOfMemory("a batch", "lower --batch-size")
    assert str(error) == "out of memory, a batch did not fit: lower --batch-size"
    assert str(OutOfMemory("a batch")) == "out of memory, a batch did not fit"
    assert error.exit_code == 2


def test_missing_mels_are_named_with_the_command_that_makes_them():
    error = CacheError("mels missing: 1 (a)", missing=("a",))
    assert str(error) == "mels missing: 1 (a): run voiceprep mels"
    assert (error.missing, error.stale, error.exit_code) == (("a",), (), 2)


@pytest.mark.parametrize(
    "error",
    [
        TableError(Path("list.csv"), 7, "has no text"),
        TargetError(Path("wavs"), "is in use"),
        CacheError("2 mels are missing", missing=("a", "b")),
        SourceError(Path("gone"), "is not there"),
        ToolMissing("SoX", "--engine sox", "apt install sox"),
        Unusable("silent", 2.5),
    ],
)
def test_an_error_passes_from_one_process_to_another(error):
    passed = pickle.loads(pickle.dumps(error))
    assert type(passed) is type(error)
    assert (str(passed), vars(passed)) == (str(error), vars(error))


def test_a_missing_tool_says_how_to_get_it():
    error = ToolMissing("SoX", "--engine sox", "get sox")
    assert str(error) == "--engine sox needs SoX (not installed): get sox"
    assert (error.tool, error.needed_for) == ("SoX", "--engine sox")
    assert (error.install, error.exit_code) == ("get sox", 4)


@pytest.mark.parametrize(
    ("word", "hint"),
    [("convrt", "did you mean 'convert'?"), ("zzz", "it is one of convert, mels")],
)
def test_a_wrong_word_gets_the_nearest_right_one(word, hint):
    assert nearest(word, ["convert", "mels"]) == hint


@pytest.mark.parametrize(
    ("quoted", "shown"),
    [("a\nb", r"a\nb"), ("\x1b[31mred", r"\x1b[31mred"), ("\u2028", r"\u2028"), ("é中", "é中")],
)
def test_a_message_is_one_line_whatever_it_quotes(quoted, shown):
    error = TableError(Path("list.csv"), 7, f"is {quoted}")
    assert str(error) == f"list.csv, line 7: is {shown}"
    assert error.why == f"is {quoted}"


def test_a_long_message_keeps_its_start_and_its_end():
    error = SettingError(f"preset.toml: {'x' * 5000}: blue is asked for")
    assert len(str(error)) == LONGEST
    assert str(error).startswith("preset.toml: xxx") and str(error).endswith("blue is asked for")
