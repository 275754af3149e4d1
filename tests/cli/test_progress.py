import sys

from voiceprep.cli.progress import bar


def test_there_is_no_bar_where_stderr_is_no_terminal(capsys):
    assert list(bar(iter([1, 2, 3]), 3)) == [1, 2, 3]
    assert capsys.readouterr().err == ""


def test_a_bar_counts_clips_on_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert list(bar(iter([1, 2, 3]), 3)) == [1, 2, 3]
    assert "0/3" in capsys.readouterr().err
