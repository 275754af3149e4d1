"""Documented import paths that have moved, which work on for one release, with a warning."""

import sys
import warnings
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType

MOVED = {
    "voiceprep.train.checkpoint": ("voiceprep.train.checkpoints.checkpoint", {}),
    "voiceprep.train.comparing": (
        "voiceprep.train.run.compatibility",
        {"compare": "compare_checkpoint"},
    ),
    "voiceprep.train.models": ("voiceprep.train", {}),
    "voiceprep.train.models.tacotron2": ("voiceprep.train.tacotron2.network", {}),
    "voiceprep.train.speaker": (
        "voiceprep.train.speech.synthesizer",
        {"Speaker": "Synthesizer", "Spoken": "Utterance"},
    ),
    "voiceprep.train.starting": ("voiceprep.train.run.warm_start", {}),
    "voiceprep.train.voice": ("voiceprep.train.frontend", {"Voice": "FrontendConfig"}),
}
"""Where each module is now, and the names in it that are others now."""


class MovedModules:
    """Finds and loads the modules of MOVED under their old paths."""

    def find_spec(
        self,
        fullname: str,
        path: object,  # noqa: ARG002
        target: object = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """The module of an old path; see importlib.abc.MetaPathFinder."""
        if fullname not in MOVED:
            return None
        is_package = any(other.startswith(f"{fullname}.") for other in MOVED)
        # The base class Loader would take longer to import than all else here.
        return ModuleSpec(fullname, self, is_package=is_package)  # type: ignore[arg-type]  # no ABC

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave it to the import system."""

    def exec_module(self, module: ModuleType) -> None:
        """Give the old module the names of the new one."""
        place, names = MOVED[module.__name__]
        warnings.warn(
            f"{module.__name__} is {place} now; the old path goes with the next release",
            DeprecationWarning,
            stacklevel=2,
        )

        def forward(name: str) -> object:
            return getattr(import_module(place), names.get(name, name))

        vars(module)["__getattr__"] = forward


def install() -> None:
    """Let the old paths be found, after all others."""
    if not any(isinstance(finder, MovedModules) for finder in sys.meta_path):
        sys.meta_path.append(MovedModules())
