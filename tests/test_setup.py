"""What the package says of itself when it is built."""

import subprocess
import sys
from email.parser import Parser
from pathlib import Path

import pytest

import voiceprep

HERE = Path(__file__).parents[1]
BUILD = (
    "from pathlib import Path;Path('metadata').mkdir(exist_ok=True);"
    "from setuptools.build_meta import prepare_metadata_for_build_wheel as prepare;"
    "print(prepare('metadata'))"
)


@pytest.fixture
def source(tmp_path):
    """A tree that can be built and not imported: of the package there is one file."""
    (tmp_path / "voiceprep").mkdir()
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE", "voiceprep/__init__.py"):
        (tmp_path / name).write_bytes((HERE / name).read_bytes())
    return tmp_path


def metadata(source):
    built = subprocess.run(
        [sys.executable, "-c", BUILD], cwd=source, capture_output=True, text=True, check=True
    )
    folder = source / "metadata" / built.stdout.splitlines()[-1]
    return Parser().parsestr((folder / "METADATA").read_text(encoding="utf-8"))


def test_the_version_is_that_of_the_package(source):
    assert metadata(source)["Version"] == voiceprep.__version__


def test_the_version_is_written_in_one_place(source):
    init = source / "voiceprep" / "__init__.py"
    line = f'__version__ = "{voiceprep.__version__}"\n'
    assert init.read_text(encoding="utf-8").count(line) == 1
    init.write_text(init.read_text(encoding="utf-8").replace(line, '__version__ = "9.8.7"\n'))
    assert metadata(source)["Version"] == "9.8.7"


def test_the_constraints_name_each_version_and_leave_the_build_of_torch_to_the_index():
    lines = (HERE / "constraints.txt").read_text(encoding="utf-8").splitlines()
    versions = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert versions["torch"]
    assert not any("+" in version for version in versions.values())


def test_the_metadata_says_what_it_is_for(source):
    found = metadata(source)
    classifiers = found.get_all("Classifier")
    assert "Typing :: Typed" in classifiers
    assert "Operating System :: POSIX :: Linux" in classifiers
    assert found["Requires-Python"] == ">=3.11"
    assert "tacotron2" in found["Keywords"]
