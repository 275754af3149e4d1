"""Imports of modules that need an optional extra, and how to install what is missing."""

import json
import sys
from collections.abc import Iterator
from importlib import import_module, metadata, util
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit
from urllib.request import url2pathname

from .errors import ToolMissing

# The packages of each extra that voiceprep imports.
EXTRAS = {
    "train": ("torch", "safetensors", "tensorboard"),
    "export": ("onnx", "onnxruntime"),
    "ja": ("jaconv", "pyopenjtalk"),
    "zh": ("cn2an", "pypinyin"),
}

# The names that they are installed by, where those differ.
DISTRIBUTIONS = {"pyopenjtalk": "pyopenjtalk-plus"}


def import_extra(module: str, needed_for: str, *extras: str) -> ModuleType:
    """A module of voiceprep that needs packages of `extras`.

    Raises ToolMissing, which names the missing packages and the command that installs them.
    """
    try:
        return import_module(f"voiceprep.{module}")
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in {name for extra in extras for name in EXTRAS[extra]}:
            raise
        missing = missing_packages(extras) or [package]
        raise ToolMissing(", ".join(missing), needed_for, how_to_install(extras)) from None


def missing_packages(extras: tuple[str, ...]) -> list[str]:
    """The packages of `extras` that are not installed here."""
    packages = (package for extra in extras for package in EXTRAS[extra])
    return [package for package in packages if util.find_spec(package) is None]


def how_to_install(extras: tuple[str, ...]) -> str:
    """The command that adds `extras` to this copy of voiceprep.

    No package index has voiceprep. Where the folder that this copy was installed from is still
    there, it is installed again with the extras; otherwise the missing requirements are named.
    """
    clone = _clone()
    if clone and Path(sys.prefix) == clone / ".venv":
        return f"sh {clone / 'setup.sh'}"
    if clone:
        return f"{_pip()} '{clone}[{','.join(extras)}]'"
    return f"{_pip()} {' '.join(map(repr, _requirements(extras)))}"


def _clone() -> Path | None:
    """The folder with the sources that this copy is, or was installed from."""
    folders = [Path(__file__).parents[1]]
    try:
        stated = metadata.distribution("voiceprep").read_text("direct_url.json")
        folders.append(Path(url2pathname(urlsplit(json.loads(stated or "{}")["url"]).path)))
    except (metadata.PackageNotFoundError, KeyError, ValueError):
        pass
    return next((folder for folder in folders if (folder / "setup.py").is_file()), None)


def _pip() -> str:
    """The installer of the environment that runs this."""
    if util.find_spec("pip") is None:
        return f"uv pip install --python {sys.executable}"
    return f"{sys.executable} -m pip install"


def _requirements(extras: tuple[str, ...]) -> Iterator[str]:
    """The missing requirements of `extras`, with the versions that the metadata states."""
    try:
        stated = metadata.requires("voiceprep") or []
    except metadata.PackageNotFoundError:
        stated = []
    for package in missing_packages(extras):
        lines = (line.partition(";")[0].strip() for line in stated)
        name = DISTRIBUTIONS.get(package, package)
        yield next((line for line in lines if line.startswith(f"{name}>")), name)
