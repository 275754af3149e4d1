"""Packages that are also the public function of their name: `voiceprep.train("tacotron2")`.

Importing `voiceprep.train.registry`, say, makes `voiceprep.train` that package, whatever was there
before. So the package itself can be called.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from inspect import Signature, signature
from types import ModuleType
from typing import Any


class CallablePackage(ModuleType):
    """A package that calls the public function of its name."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Call the function."""
        return self._function(*args, **options)

    @property
    def _function(self) -> Any:
        return getattr(import_module(self._module), self.__name__.rpartition(".")[2])

    @property
    def __signature__(self) -> Signature:
        return signature(self._function)

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]  # what help() and notebooks show
        doc: str | None = self._function.__doc__
        return doc

    def __reduce__(self) -> tuple[Callable[[str], ModuleType], tuple[str]]:
        # By name, so that a process pool can be given the function.
        return import_module, (self.__name__,)


def make_callable(package: str, module: str) -> None:
    """Let an imported package call the function of its name in `module`."""
    sys.modules[package].__class__ = CallablePackage
    sys.modules[package].__dict__["_module"] = module
