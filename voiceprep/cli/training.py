"""What is typed after `voiceprep train`, made complete: original flags, and the fitting preset."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path

import click

from ..config import RAN_SETTINGS
from ..errors import UserError
from .original import Words, expand, translate
from .table import SECTIONS

# By model: where nothing is trained yet, and from a checkpoint.
PRESETS = {
    "tacotron2": ("small", "finetune-small"),
    "waveglow": ("waveglow", "waveglow-finetune"),
}
OWN_SECTIONS = {"tacotron2": ("tacotron2", "loss", "infer"), "waveglow": ("waveglow", "crops")}


def rewrite(words: list[str], options: Sequence[click.Parameter]) -> tuple[list[str], list[str]]:
    """The words to parse, and the notes to tell; raises UserError for a flag nobody knows."""
    found = translate(expand(words, _read), own_flags(options))
    name_model(found)
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


def name_model(found: Words) -> None:
    """Let what `-m` named be the model; raises UserError where another one is named, too.

    So it does for a setting of a model that is not the one to be trained.
    """
    if found.model and not model_of(found):
        found.arguments.append(found.model)
        found.ours.append(found.model)
    model = model_of(found)
    if found.model and found.model != model:
        raise UserError(f"{model} or {found.model}: name one model to train")
    for other in PRESETS if model in PRESETS else ():
        if other == model:
            continue
        told = [flag for flag in found.typed if flag in flags_of(other)]
        told += [
            flag
            for key, (flag, _) in found.sets.items()
            if key.partition(".")[0] in OWN_SECTIONS[other]
        ]
        if told:
            raise UserError(f"{told[0]} belongs to {other}, and this is {model}")


def model_of(found: Words) -> str:
    """What is to be trained, by the first argument."""
    return "".join([*found.arguments, *found.after[1:]][:1])


def flags_of(model: str) -> set[str]:
    """The flags that set something that only this model reads."""
    targets = (SECTIONS[section].split(":") for section in OWN_SECTIONS[model])
    classes = (getattr(importlib.import_module(module), name) for module, name in targets)
    entries = [entry for cls in classes for entry in fields(cls)]
    return {entry.metadata["flag"] for entry in entries if entry.metadata.get("flag")}


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
    from_nothing, from_a_checkpoint = PRESETS.get(model_of(found), ("", ""))
    if not from_nothing:
        return []
    if found.value("--init-from"):
        return ["--preset", from_a_checkpoint]
    ran = next((path for path in _settings_of_run(found) if exists(path)), None)
    if not ran:
        return ["--preset", from_nothing]
    found.notes.append(f"the settings are those of {ran}; --resume no begins anew")
    return ["--preset", str(ran)]


def _settings_of_run(found: Words) -> list[Path]:
    """Where the settings of the run to continue may lie."""
    resume = found.value("--resume") or "auto"
    if resume == "no":
        return []
    if resume not in ("auto", "last"):
        return [folder / RAN_SETTINGS for folder in list(Path(resume).parents)[:2]]
    dataset, model = Path(found.value("-d", "--dataset")), model_of(found)
    return [Path(found.value("-o", "--output") or dataset / "output" / model) / RAN_SETTINGS]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig")
