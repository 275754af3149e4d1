import sys

import pytest

from voiceprep.cli.progress import bar, play
from voiceprep.errors import UserError


def test_there_is_no_bar_where_stderr_is_no_terminal(capsys):
    assert list(bar(iter([1, 2, 3]), 3)) == [1, 2, 3]
    assert capsys.readouterr().err == ""


def test_a_bar_counts_clips_on_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert list(bar(iter([1, 2, 3]), 3)) == [1, 2, 3]
    assert "0/3" in capsys.readouterr().err


def test_sound_is_not_shown_on_a_terminal(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with pytest.raises(UserError, match="such as ffplay"):
        play(b"sound")
