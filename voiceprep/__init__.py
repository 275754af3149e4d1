"""From a folder of recordings to a voice that speaks, and the clips to look at where it fails to.

    import voiceprep

    voiceprep.prepare("mp3dir")
    voiceprep.write_filelists(split="all-train")
    voiceprep.train("tacotron2", preset="tiny")
    voiceprep.Synthesizer.load("output/tacotron2/best.pt").say("A sentence.").write("sentence.wav")

Every name is imported on first use, so that `import voiceprep` loads neither torch nor numpy.
"""

from importlib import import_module
from importlib.util import find_spec

from .moved import install as _install

# Not from typing: until that is imported a signal would end the command with a traceback.
TYPE_CHECKING = False

__version__ = "0.1.0"

_PLACES = {
    "voiceprep.api.sounds": (
        "convert", "denoise", "find_speech", "log_mel", "loudness", "measure_loudness",
        "read_sound", "trim", "write_sound",
    ),
    "voiceprep.api.datasets": (
        "cache_mels", "prepare", "read_clips", "read_logs", "read_texts", "report", "silence",
        "write_filelists",
    ),
    "voiceprep.api.voices": ("infer", "infer_stats", "load_checkpoint", "train"),
    "voiceprep.audio.sound": ("Sound",),
    "voiceprep.audio.mel": ("MelConfig",),
    "voiceprep.clip": ("Clip",),
    "voiceprep.errors": ("ClipError", "Interrupted", "ToolMissing", "UserError", "VoiceprepError"),
    "voiceprep.text.encode": ("encode",),
    "voiceprep.train.settings": ("InferConfig", "SpeechConfig", "VocoderConfig"),
    "voiceprep.train.speech.synthesizer": ("Synthesizer",),
}  # fmt: skip
"""The public names, by the modules that they are imported from."""

# Packages as well as functions, see callable_package.
_PACKAGES = ("report", "train")

_MODULES = {name: module for module, names in _PLACES.items() for name in names}

# Without torch, importing Synthesizer fails: `import *` and help() must do without it.
__all__ = [
    "__version__",
    *sorted(name for name in _MODULES if name != "Synthesizer" or find_spec("torch")),
]

if TYPE_CHECKING:
    from .api.datasets import (
        cache_mels as cache_mels,
        prepare as prepare,
        read_clips as read_clips,
        read_logs as read_logs,
        read_texts as read_texts,
        report as report,
        silence as silence,
        write_filelists as write_filelists,
    )
    from .api.sounds import (
        convert as convert,
        denoise as denoise,
        find_speech as find_speech,
        log_mel as log_mel,
        loudness as loudness,
        measure_loudness as measure_loudness,
        read_sound as read_sound,
        trim as trim,
        write_sound as write_sound,
    )
    from .api.voices import (
        infer as infer,
        infer_stats as infer_stats,
        load_checkpoint as load_checkpoint,
        train as train,
    )
    from .audio.mel import MelConfig as MelConfig
    from .audio.sound import Sound as Sound
    from .clip import Clip as Clip
    from .errors import (
        ClipError as ClipError,
        Interrupted as Interrupted,
        ToolMissing as ToolMissing,
        UserError as UserError,
        VoiceprepError as VoiceprepError,
    )
    from .text.encode import encode as encode
    from .train.settings import (
        InferConfig as InferConfig,
        SpeechConfig as SpeechConfig,
        VocoderConfig as VocoderConfig,
    )
    from .train.speech.synthesizer import Synthesizer as Synthesizer


def __getattr__(name: str) -> object:
    if name in _PACKAGES:
        return import_module(f"{__name__}.{name}")
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = _MODULES[name]
    if module.startswith("voiceprep.train."):
        from .extras import import_extra

        loaded = import_extra(module.removeprefix("voiceprep."), f"voiceprep.{name}", "train")
    else:
        loaded = import_module(module)
    found = globals()[name] = getattr(loaded, name)
    return found


def __dir__() -> list[str]:
    return __all__


_install()
