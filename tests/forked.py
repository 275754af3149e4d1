"""Processes forked from one that has loaded the slow libraries, which takes seconds each time."""

import os
import runpy
import socket
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


def run_ranks(*calls):
    """The results of `voiceprep WORDS` in FOLDER, as the processes of one run; a call for each."""
    variables = {"WORLD_SIZE": len(calls), "LOCAL_WORLD_SIZE": len(calls)}
    variables |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": free_port()}
    with tempfile.TemporaryDirectory() as streams:
        started = []
        for rank, (words, folder) in enumerate(calls):
            own = {name: str(value) for name, value in {**variables, "RANK": rank}.items()}
            command = ["voiceprep", *map(str, words)]
            place = Path(streams) / str(rank)
            place.mkdir()
            arguments = (command, own | {"LOCAL_RANK": str(rank)})
            started.append((command, *_start(_command, folder, HERE, place, arguments)))
        return [CompletedProcess(command, *_ended(*rest)) for command, *rest in started]


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def run_code(code, folder):
    """The result of a Python program in a folder."""
    return _run(exec, folder, HERE, code, {"__name__": "__main__"})


def _run(function, folder, root, *arguments):
    with tempfile.TemporaryDirectory() as streams:
        ended = _ended(*_start(function, folder, root, Path(streams), arguments))
    return CompletedProcess(arguments[0], *ended)


def _start(function, folder, root, streams, arguments):
    files = [streams / name for name in ("stdout", "stderr")]
    process = CONTEXT.Process(target=_in, args=(folder, root, files, function, arguments))
    process.start()
    return process, files


def _ended(process, files):
    process.join()
    return process.exitcode, *(file.read_text(encoding="utf-8") for file in files)


def _in(folder, root, files, function, arguments):
    for number, file in enumerate(files, start=1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    os.chdir(folder)
    sys.path.insert(0, str(root))
    function(*arguments)


def _command(words, variables=()):
    os.environ.update(variables)
    sys.argv = words
    runpy.run_module("voiceprep", run_name="__main__", alter_sys=True)
