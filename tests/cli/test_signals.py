"""Signals that end a command, however many of them arrive."""

import signal
import subprocess
import sys

import pytest

from tests.conftest import HERE
from voiceprep.cli.signals import INTERRUPTED

LINE = f"voiceprep: {INTERRUPTED}\n"
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
START = "import os, signal, sys\nfrom voiceprep.cli.signals import *\n"


def ended(code, number, *, nohup=False):
    """The result of a program; `send()` in it sends it the signal."""
    ignore = "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n" if nohup else ""
    code = f"{START}{ignore}send = lambda: os.kill(os.getpid(), {int(number)})\n{code}"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=HERE, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_interrupts_and_a_later_one_ends_at_once(number):
    code = """
with interrupting():
    try:
        send()
    except KeyboardInterrupt:
        print("interrupted", flush=True)
send()
print("never")
"""
    told = ended(code, number)
    assert (told.returncode, told.stdout, told.stderr) == (130, "interrupted\n", LINE)


def test_an_interrupt_that_python_ignores_ends_the_program():
    code = """
class Lost:
    def __del__(self):
        send()
        for _ in range(1000):
            pass

with interrupting():
    Lost()
    print("never")
"""
    told = ended(code, signal.SIGINT)
    assert (told.returncode, told.stdout, told.stderr) == (130, "", LINE)


def test_a_hangup_stays_ignored_under_nohup():
    told = ended("with interrupting():\n    send()\nprint('alive')", signal.SIGHUP, nohup=True)
    assert (told.returncode, told.stdout, told.stderr) == (0, "alive\n", "")


def test_what_was_registered_for_the_end_is_called():
    code = "import atexit\natexit.register(print, 'bye')\nleave(3)"
    told = ended(code, signal.SIGINT)
    assert (told.returncode, told.stdout) == (3, "bye\n")


def test_after_an_interrupt_one_more_signal_prints_no_second_line():
    code = "import atexit\natexit.register(send)\nleave(130)"
    told = ended(code, signal.SIGTERM)
    assert (told.returncode, told.stderr) == (130, "")
