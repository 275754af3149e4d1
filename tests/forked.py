"""Processes forked from one that has loaded the slow libraries, which takes seconds each time."""

import os
import runpy
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path
from subprocess import CompletedProcess

HERE = Path(__file__).parents[1]
METHOD = "forkserver"
# Without voiceprep, which may be another copy in each process.
LIBRARIES = (
    "inflect", "jinja2", "matplotlib.figure", "pandas", "pyloudnorm", "safetensors.torch",
    "scipy.ndimage", "scipy.signal", "scipy.stats", "soundfile", "soxr", "torch", "torch._dynamo",
    "torch.utils.tensorboard",
)  # fmt: skip
CONTEXT = get_context(METHOD)
CONTEXT.set_forkserver_preload([*LIBRARIES])


def run_command(words, folder, root=HERE):
    """The result of `voiceprep WORDS` in a folder, with the package in `root`."""
    return _run(_command, folder, root, ["voiceprep", *map(str, words)])


def run_code(code, folder):
    """The result of a Python program in a folder."""
    return _run(exec, folder, HERE, code, {"__name__": "__main__"})


def _run(function, folder, root, *arguments):
    with tempfile.TemporaryDirectory() as streams:
        files = [Path(streams) / name for name in ("stdout", "stderr")]
        process = CONTEXT.Process(target=_in, args=(folder, root, files, function, arguments))
        process.start()
        process.join()
        output, errors = (file.read_text(encoding="utf-8") for file in files)
    return CompletedProcess(arguments[0], process.exitcode, output, errors)


def _in(folder, root, files, function, arguments):
    for number, file in enumerate(files, start=1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    os.chdir(folder)
    sys.path.insert(0, str(root))
    function(*arguments)


def _command(words):
    sys.argv = words
    runpy.run_module("voiceprep", run_name="__main__", alter_sys=True)
