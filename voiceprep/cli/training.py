"""Completes the arguments of `voiceprep train`: original flags, and the default preset."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import click

from ..config import RAN_SETTINGS, preset_names, read_preset
from ..errors import UserError
from ..train.registry import MODELS, ModelSpec, section_classes
from .original import Words, expand, own_flags, translate


def rewrite(words: list[str], options: Sequence[click.Parameter]) -> tuple[list[str], list[str]]:
    """The arguments to parse, and notes to print; raises UserError for an unknown flag."""
    parsed = translate(expand(words, _read), own_flags(options))
    name_model(parsed)
    if "--help" not in parsed.typed and "-h" not in parsed.typed:
        parsed.ours += implied(parsed)
        parsed.ours += preset(parsed, Path.exists)
    return parsed.ours + parsed.after, parsed.notes


def name_model(parsed: Words) -> None:
    """Take the model that `-m` names.

    Raises UserError if another model is named too, or for a setting that only others have.
    """
    if parsed.model and not model_of(parsed):
        parsed.arguments.append(parsed.model)
        parsed.ours.append(parsed.model)
    model = model_of(parsed)
    if parsed.model and parsed.model != model:
        raise UserError(f"{model} or {parsed.model}: name one model to train")
    if model in MODELS:
        _check_sections(parsed, MODELS[model])


def model_of(parsed: Words) -> str:
    """The model to train, which is the first argument."""
    return parsed.first


def _check_sections(parsed: Words, spec: ModelSpec) -> None:
    """Raise UserError for a flag or a --set of a setting that only other models have."""
    owners: dict[str, list[str]] = {}
    for other in MODELS.values():
        for section in set(other.sections()) - set(spec.sections()):
            owners.setdefault(section, []).append(other.name)
    classes = section_classes()
    for section in sorted(set(owners) & set(classes)):
        flags = {entry.metadata.get("flag") for entry in fields(classes[section])} - {""}
        typed = [flag for flag in parsed.typed if flag in flags]
        typed += [flag for key, (flag, _) in parsed.sets.items() if key.startswith(f"{section}.")]
        typed += [
            f"{flag} {setting}"
            for flag, setting in pairwise(parsed.ours)
            if flag == "--set" and setting.startswith(f"{section}.")
        ]
        if typed:
            names = ", ".join(owners[section])
            raise UserError(f"{typed[0]} is an option of {names}, not of {spec.name}")


def implied(parsed: Words) -> list[str]:
    """Options implied by the typed ones: of two competing settings the typed one applies."""
    words = []
    if "--steps" in parsed.typed and "--epochs" not in parsed.typed:
        words += ["--epochs", "0"]
    if parsed.value("-bs", "--batch-size") and "--batch-frames" not in parsed.typed:
        words += ["--batch-frames", "0"]
    if parsed.value("--anneal-steps") and "--schedule" not in parsed.typed:
        words += ["--schedule", "anneal"]
    return words


def preset(parsed: Words, exists: Callable[[Path], bool]) -> list[str]:
    """The default preset: the settings of the run to resume, or the preset for a new run.

    Raises UserError if the typed preset is a built-in one for another model.
    """
    spec = MODELS.get(model_of(parsed))
    if spec is None:
        return []
    if "--preset" in parsed.typed:
        _check_preset(parsed.typed["--preset"], spec)
        return []
    if parsed.value("--init-from"):
        return ["--preset", spec.finetune_preset] if spec.finetune_preset else []
    ran = next((path for path in _settings_of_run(parsed) if exists(path)), None)
    if ran:
        parsed.notes.append(f"the settings are those of {ran}; --resume no starts a new run")
        return ["--preset", str(ran)]
    if (parsed.typed.get("--resume", "auto") or "last") not in ("auto", "no"):
        parsed.notes.append(
            "there is no settings.toml beside the checkpoint: options that are not typed have "
            "their defaults, not the settings of a preset, and the learning rate is the saved one"
        )
        return [] if parsed.value("-lr", "--learning-rate") else ["--use-saved-learning-rate"]
    return ["--preset", spec.scratch_preset] if spec.scratch_preset else []


def _check_preset(name: str, spec: ModelSpec) -> None:
    names = preset_names()
    if name in names and not spec.fits(read_preset(name)):
        fitting = ", ".join(other for other in names if spec.fits(read_preset(other)))
        raise UserError(f"preset {name} is not for {spec.name}; these are: {fitting}")


def _settings_of_run(parsed: Words) -> list[Path]:
    """The paths where the settings of the run to resume may be."""
    resume = parsed.value("--resume") or "auto"
    if resume == "no":
        return []
    if resume not in ("auto", "last"):
        paths = (Path(resume), Path(resume).resolve())
        return [folder / RAN_SETTINGS for path in paths for folder in list(path.parents)[:2]]
    dataset, model = Path(parsed.value("-d", "--dataset")), model_of(parsed)
    return [Path(parsed.value("-o", "--output") or dataset / "output" / model) / RAN_SETTINGS]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig")
