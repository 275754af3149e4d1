"""What is said where an extra is missing, for every way that voiceprep can be installed."""

import importlib.metadata
import sys
from importlib import util
from types import SimpleNamespace

import pytest

from voiceprep import extras
from voiceprep.errors import ToolMissing

REQUIRES = ["click>=8.1", 'torch>=2.6; extra == "train"', 'safetensors>=0.4.3; extra == "train"']


def without(monkeypatch, *packages):
    """Let `packages` be missing from this environment."""
    for package in packages:
        monkeypatch.setitem(sys.modules, package, None)


def installed(monkeypatch, tmp_path, direct_url=None):
    """Let voiceprep be a copy in an environment of its own, with no sources beside it."""
    package = tmp_path / "lib" / "site-packages" / "voiceprep"
    monkeypatch.setattr(extras, "__file__", str(package / "extras.py"))
    distribution = SimpleNamespace(read_text=lambda _: direct_url)
    monkeypatch.setattr(importlib.metadata, "distribution", lambda _: distribution)
    monkeypatch.setattr(importlib.metadata, "requires", lambda _: REQUIRES)


def test_a_module_whose_packages_are_there_is_imported():
    assert extras.import_extra("train.registry", "this test", "train").MODELS


def test_a_missing_package_is_named_with_what_needs_it(monkeypatch):
    without(monkeypatch, "onnx", "onnxruntime")

    def import_module(_name):
        raise ModuleNotFoundError(name="onnx.helper")

    monkeypatch.setattr(extras, "import_module", import_module)
    with pytest.raises(ToolMissing) as caught:
        extras.import_extra("train.checkpoints.export", "the export", "train", "export")
    assert caught.value.tool == "onnx, onnxruntime"
    assert caught.value.needed_for == "the export"


def test_a_mistake_of_our_own_is_not_taken_for_a_missing_extra():
    with pytest.raises(ModuleNotFoundError):
        extras.import_extra("train.no_such_module", "this test", "train")


def test_a_clone_with_its_own_environment_is_set_up_again(monkeypatch, tmp_path):
    clone = tmp_path / "clone"
    (clone / "voiceprep").mkdir(parents=True)
    (clone / "setup.py").touch()
    monkeypatch.setattr(extras, "__file__", str(clone / "voiceprep" / "extras.py"))
    monkeypatch.setattr(sys, "prefix", str(clone / ".venv"))
    assert extras.how_to_install(("train",)) == f"sh {clone / 'setup.sh'}"


def test_a_clone_in_another_environment_is_installed_with_the_extras(monkeypatch, tmp_path):
    clone = tmp_path / "my clone"
    clone.mkdir()
    (clone / "setup.py").touch()
    installed(monkeypatch, tmp_path, f'{{"url": "{clone.as_uri()}", "dir_info": {{}}}}')
    command = extras.how_to_install(("train", "export"))
    assert command == f"{sys.executable} -m pip install '{clone}[train,export]'"


def test_a_wheel_needs_the_requirements_that_are_missing(monkeypatch, tmp_path):
    installed(monkeypatch, tmp_path)
    without(monkeypatch, "torch", "tensorboard")
    command = extras.how_to_install(("train",))
    assert command == f"{sys.executable} -m pip install 'torch>=2.6' 'tensorboard'"


def test_an_environment_without_pip_is_filled_by_uv(monkeypatch, tmp_path):
    installed(monkeypatch, tmp_path)
    without(monkeypatch, "torch", "pip")
    command = extras.how_to_install(("train",))
    assert command == f"uv pip install --python {sys.executable} 'torch>=2.6'"


def test_a_package_is_installed_by_its_own_name(monkeypatch, tmp_path):
    installed(monkeypatch, tmp_path)
    without(monkeypatch, "pyopenjtalk")
    assert extras.how_to_install(("ja",)).endswith(" 'pyopenjtalk-plus'")


def test_every_extra_of_the_table_is_one_of_setup_py(monkeypatch):
    stated = importlib.metadata.requires("voiceprep") or []
    for extra, packages in extras.EXTRAS.items():
        mine = [line for line in stated if f'extra == "{extra}"' in line]
        names = {extras.DISTRIBUTIONS.get(package, package) for package in packages}
        assert {line.partition(">")[0] for line in mine} == names
        assert all(util.find_spec(package) for package in packages)
