import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from tests.signals import sweep, write

HERE = Path(__file__).parents[1]
# Triton reads it when a kernel is defined: the kernels for GPUs then run on a CPU. With 0, their
# tests run on a GPU.
os.environ.setdefault("TRITON_INTERPRET", "1")
TEXTS = "a|First of all.\nb|Then the second.\nc|And a third.\n"


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """Calls a function with the path of a new folder, once for all workers; gives the folder."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent

    def make(name, build):
        folder = shared / name
        with FileLock(f"{folder}.lock"):
            if not folder.exists():
                begun = tmp_path_factory.mktemp(name)
                build(begun)
                begun.rename(folder)
        return folder

    return make


@pytest.fixture
def dataset(tmp_path):
    """A dataset with three recordings and their texts."""
    for number, name in enumerate("abc"):
        write(tmp_path / "mp3dir" / f"{name}.wav", sweep(1.0 + number / 4, 44100), 44100)
    (tmp_path / "metadata.csv").write_text(TEXTS)
    return tmp_path


@pytest.fixture
def small_disk(tmp_path):
    """A disk of one megabyte; where mounting is not permitted, a limit on the size of a file."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    yield folder, mounted
    if mounted:
        subprocess.run(["umount", folder], check=True)


def fill_when(full):
    """An os.fsync as a disk has it that is full as soon as `full()`: where none can be mounted."""
    fsync = os.fsync

    def sync(descriptor):
        if full():
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    return sync


@pytest.fixture
def voiceprep(dataset):
    """Calls the command in the dataset's folder as a process of its own."""

    def call(*words, **options):
        environment = os.environ | {"PYTHONPATH": str(HERE)} | options.pop("env", {})
        command = [sys.executable, "-m", "voiceprep", *map(str, words)]
        return subprocess.run(
            command,
            cwd=options.pop("cwd", dataset),
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            **options,
        )

    return call
