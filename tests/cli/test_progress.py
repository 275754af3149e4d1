import os
import sys
import termios

import pytest

from voiceprep.cli.progress import Terminal, bar, play
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


@pytest.fixture
def terminal():
    """A stream that leads to a terminal, and a function that reads what it shows."""
    reader, descriptor = os.openpty()
    termios.tcsetwinsize(descriptor, (24, 80))
    os.set_blocking(reader, False)
    with open(descriptor, "w", encoding="utf-8") as stream:
        yield stream, lambda: os.read(reader, 1 << 16).decode()
    os.close(reader)


def test_the_bar_of_steps_stays_on_the_terminal_when_stderr_leads_elsewhere(
    terminal, monkeypatch, tmp_path
):
    stream, shown = terminal
    monkeypatch.setattr(sys, "stderr", stream)
    console = Terminal()
    with open(tmp_path / "kept", "w", encoding="utf-8") as kept:
        monkeypatch.setattr(sys, "stderr", kept)
        console.advance(1, 2, {"loss": "3"})
        console.print("a line")
        console.advance(2, 2, {"loss": "1"})
    on_screen = shown()
    assert "2/2" in on_screen
    assert "a line" not in on_screen
    assert (tmp_path / "kept").read_text() == "a line\n"


def test_a_quiet_terminal_shows_nothing(terminal, monkeypatch):
    stream, shown = terminal
    monkeypatch.setattr(sys, "stderr", stream)
    console = Terminal(quiet=True)
    console.print("a line")
    console.advance(1, 2, {})
    print("the end", file=sys.stderr, flush=True)
    assert shown() == "the end\r\n"
