"""A signal while the package is loaded, or while the program ends, ends it without a traceback."""

import signal
import subprocess
import sys

import pytest

from tests.conftest import HERE

LOADING = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "voiceprep.cli.main":
            os.kill(os.getpid(), {number})

sys.meta_path.insert(0, Finder())
from voiceprep.__main__ import main
main()
"""
ENDING = """
import atexit, os, sys
sys.argv = ["voiceprep", "--version"]
atexit.register(lambda: os.kill(os.getpid(), {number}))
from voiceprep.__main__ import main
main()
"""
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("code", [LOADING, ENDING])
def test_a_signal_gives_one_line_and_130(code, number):
    command = [sys.executable, "-c", code.format(number=int(number))]
    told = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    assert told.returncode == 130
    assert len(told.stderr.splitlines()) == 1
