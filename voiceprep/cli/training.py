"""What is typed after `voiceprep train`, made complete: original flags, and the fitting preset."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from ..config import RAN_SETTINGS
from .original import Words, expand, translate

FROM_NOTHING, FROM_A_CHECKPOINT = "small", "finetune-small"


def rewrite(words: list[str], options: Sequence[click.Parameter]) -> tuple[list[str], list[str]]:
    """The words to parse, and the notes to tell; raises UserError for a flag nobody knows."""
    found = translate(expand(words, _read), own_flags(options))
    if "--help" not in found.typed and "-h" not in found.typed:
        found.ours += implied(found)
        found.ours += preset(found, Path.exists)
    return found.ours + found.after, found.notes


def own_flags(options: Sequence[click.Parameter]) -> dict[str, str]:
    """What follows each flag: nothing, value or, where it may be left out, optional."""
    flags = {}
    for option in options:
        if isinstance(option, click.Option):
            optional = isinstance(option.flag_value, str)
            follows = "nothing" if option.is_flag else "optional" if optional else "value"
            flags |= dict.fromkeys(option.opts + option.secondary_opts, follows)
    return flags


def implied(found: Words) -> list[str]:
    """What is meant by what was typed: of two settings the typed one decides."""
    words = []
    if "--steps" in found.typed and "--epochs" not in found.typed:
        words += ["--epochs", "0"]
    if found.value("-bs", "--batch-size") and "--batch-frames" not in found.typed:
        words += ["--batch-frames", "0"]
    if found.value("--anneal-steps") and "--schedule" not in found.typed:
        words += ["--schedule", "anneal"]
    return words


def preset(found: Words, exists: Callable[[Path], bool]) -> list[str]:
    """The preset where none was typed: that of the run to continue, or one for the start."""
    if "--preset" in found.typed:
        return []
    if found.value("--init-from"):
        return ["--preset", FROM_A_CHECKPOINT]
    ran = next((path for path in _settings_of_run(found) if exists(path)), None)
    if not ran:
        return ["--preset", FROM_NOTHING]
    found.notes.append(f"the settings are those of {ran}; --resume no begins anew")
    return ["--preset", str(ran)]


def _settings_of_run(found: Words) -> list[Path]:
    """Where the settings of the run to continue may lie."""
    resume = found.value("--resume") or "auto"
    if resume == "no":
        return []
    if resume not in ("auto", "last"):
        return [folder / RAN_SETTINGS for folder in list(Path(resume).parents)[:2]]
    dataset, model = Path(found.value("-d", "--dataset")), "".join(found.arguments[:1])
    return [Path(found.value("-o", "--output") or dataset / "output" / model) / RAN_SETTINGS]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig")
