"""The Dockerfile and its scripts, as far as they can be tested without Docker."""

import os
import re
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]
DOCKERFILE = (HERE / "Dockerfile").read_text(encoding="utf-8")
SCRIPTS = (HERE / "setup.sh", *sorted((HERE / "scripts" / "docker").glob("*.sh")))


def docker(folder, script, *words, code=0, gpu=False):
    """What a script calls docker with, by a docker that prints its arguments."""
    tools = {"docker": 'printf "%s\\n" "$@"'} | ({"nvidia-smi": "exit 0"} if gpu else {})
    for name, text in tools.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    call = ["sh", HERE / "scripts" / "docker" / script, *words]
    environment = {**os.environ, "PATH": str(folder)}
    found = subprocess.run(
        call, cwd=HERE, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert found.returncode == code, found.stderr
    return found.stdout.splitlines()


@pytest.fixture
def path(tmp_path):
    """A PATH on which there is no GPU's tool, whatever this machine has."""
    folder = tmp_path / "path"
    folder.mkdir()
    for name in ("sh", "id", "dirname"):
        place = next(place for place in ("/usr/bin", "/bin") if Path(place, name).exists())
        (folder / name).symlink_to(Path(place, name))
    return folder


@pytest.mark.parametrize("shell", ["sh", "bash"])
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_is_well_formed(shell, script):
    assert subprocess.run([shell, "-n", script], capture_output=True).stderr == b""


def test_the_image_is_set_up_as_a_clone_is():
    assert "sh setup.sh" in DOCKERFILE
    assert "sh setup.sh" in (HERE / "Makefile").read_text(encoding="utf-8")


def test_what_is_copied_is_there_and_is_not_ignored():
    sources = [
        name for line in re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.M) for name in line.split()
    ]
    ignored = (HERE / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {"setup.py", "setup.sh", "constraints.txt", "voiceprep"} <= set(sources)
    for name in sources:
        assert (HERE / name).exists()
        assert f"!{name}" in ignored


def test_build_takes_torch_for_a_cpu_or_for_cuda(path):
    arguments = docker(path, "build.sh")
    assert "TORCH=cpu" in arguments
    arguments = docker(path, "build.sh", "cuda", "--build-arg", "EXTRAS=train,export,dev")
    assert "TORCH=cuda" in arguments
    assert "EXTRAS=train,export,dev" in arguments
    assert docker(path, "build.sh", "tpu", code=2) == []


def test_interactive_mounts_the_dataset_and_runs_as_its_user(path, tmp_path):
    arguments = docker(path, "interactive.sh", tmp_path, "voiceprep", "report")
    assert f"{tmp_path}:/workspace/dataset" in arguments
    assert arguments[-3:] == ["voiceprep", "voiceprep", "report"]
    assert f"{os.getuid()}:{os.getgid()}" in arguments
    assert "--gpus" not in arguments
    assert f"{HERE}:/workspace/dataset" in docker(path, "interactive.sh")
    assert docker(path, "interactive.sh", tmp_path / "nowhere", code=2) == []


def test_interactive_uses_a_gpu_where_there_is_one(path, tmp_path):
    arguments = docker(path, "interactive.sh", tmp_path, gpu=True)
    assert arguments[arguments.index("--gpus") + 1] == "all"
