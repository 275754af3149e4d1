"""What CONTRIBUTING.md says is followed word by word, in a copy of the package."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.signals import noise, speech, write

HERE = Path(__file__).parents[1]
PAGE = (HERE / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (Add .+?)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S))
TEXTS = {"a": "One and two.", "b": "Three, four and five.", "long": "Six."}
SPHINX = "<s> one and two </s> (a)\n<s> three four and five </s> (b)\n<s> six </s> (long)\n"


def blocks(section):
    return re.findall(r"^```(\w+)\n(.*?)^```", SECTIONS[section], re.M | re.S)


def plain(text):
    """The lines of a text without the spaces that align them."""
    return [" ".join(line.split()) for line in text.splitlines()]


def fits(row, printed):
    """Whether a row is the one that was printed; … stands for anything."""
    return re.fullmatch(re.escape(row).replace("…", ".*"), printed)


def change(tree, block):
    """Add the lines with a + to a file, at the place that the other lines show."""
    name, *lines = block.splitlines()
    path = tree / name.removeprefix("# ")
    text = path.read_text(encoding="utf-8")
    for hunk in "\n".join(lines).split("\n...\n"):
        rows = hunk.splitlines()
        before = "".join(f"{row[1:]}\n" for row in rows if not row.startswith("+"))
        after = "".join(f"{row[1:]}\n" for row in rows)
        assert text.count(before) == 1, (path, before)
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")
    return path


def create(tree, block):
    name, _, content = block.partition("\n")
    path = tree / name.removeprefix("# ")
    assert not path.exists()
    path.write_text(content, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the package, with the toys of the tests."""
    root = tmp_path_factory.mktemp("clone")
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in ("voiceprep", "tests/train/toys"):
        shutil.copytree(HERE / folder, root / folder, ignore=ignored)
    shutil.copy(HERE / "pyproject.toml", root)
    return root


@pytest.fixture
def shell(tree, tmp_path):
    """Runs a line in a dataset of three clips, by the command of the copy."""
    quiet = noise(1.5, level=1e-4)
    clips = {"a": speech(1.2), "b": speech(1.3, seed=1), "long": np.append(speech(1.0), quiet)}
    for name, samples in clips.items():
        write(tmp_path / "wavs" / f"{name}.wav", samples + noise(len(samples) / 22050, level=1e-4))
    (tmp_path / "voice.transcription").write_text(SPHINX)
    (tmp_path / "metadata.csv").write_text("".join(f"{id}|{text}\n" for id, text in TEXTS.items()))
    shim = tmp_path / "bin" / "voiceprep"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m voiceprep "$@"\n')
    shim.chmod(0o755)
    path = f"{shim.parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(tree)}

    def run(line):
        # Files of the clone are named from its root.
        folder = tree if line.startswith("cp ") else tmp_path
        return subprocess.run(
            line, shell=True, cwd=folder, env=environment, capture_output=True, text=True
        )

    return run


@pytest.mark.parametrize("section", SECTIONS)
def test_it_works_as_it_is_written(section, tree, shell):
    written = []
    for kind, block in blocks(section):
        if kind == "console":
            for line, shown in re.findall(r"^\$ (.+)\n((?:[^$].*\n)*)", block, re.M):
                result = shell(line)
                assert result.returncode == 0, result.stderr
                printed = plain(result.stdout + result.stderr)
                missing = [
                    row for row in plain(shown) if not any(fits(row, own) for own in printed)
                ]
                assert missing == []
        else:
            written.append({"python": create, "diff": change}[kind](tree, block))
    if written:
        for call in (["check"], ["format", "--check", "--diff"]):
            ruff = [sys.executable, "-m", "ruff", *call, *written]
            result = subprocess.run(ruff, cwd=tree, capture_output=True, text=True)
            assert result.returncode == 0, result.stdout + result.stderr


def test_every_link_and_every_file_that_is_named_is_there():
    names = set(re.findall(r"`((?:voiceprep|tests|docs)/[\w/.]+)`", PAGE))
    assert names
    assert [name for name in names if not (HERE / name).exists()] == []
