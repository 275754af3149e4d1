"""Ctrl-C while the package is loaded ends the process without a traceback, later it is an error."""

import signal
import subprocess
import sys

from tests.conftest import HERE

LOADING = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "voiceprep.cli.main":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
from voiceprep.__main__ import main
main()
"""
LOADED = """
import signal, sys, types

def run():
    print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)

sys.modules["voiceprep.cli.main"] = module = types.ModuleType("voiceprep.cli.main")
module.main = run
from voiceprep.__main__ import main
main()
"""


def called(code):
    return subprocess.run(
        [sys.executable, "-c", code], cwd=HERE, capture_output=True, text=True, check=False
    )


def test_ctrl_c_while_the_package_is_loaded_ends_it_without_a_traceback():
    told = called(LOADING)
    assert (told.returncode, told.stdout, told.stderr) == (-signal.SIGINT, "", "")


def test_ctrl_c_is_an_error_of_python_when_the_command_runs():
    told = called(LOADED)
    assert (told.returncode, told.stdout, told.stderr) == (0, "True\n", "")
