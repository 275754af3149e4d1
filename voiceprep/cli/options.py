"""Options from dataclasses: a command's signature is their only source.

A command that takes `**sections` takes the sections of settings that models add.
"""

import inspect
import types
from collections.abc import Callable, Mapping
from dataclasses import Field, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import click

from ..config import (
    DATASET_SETTINGS,
    build,
    default_of,
    kind_of,
    load,
    parse_value,
    preset_names,
    read_preset,
    read_toml,
)
from ..errors import SettingError
from ..train.registry import section_classes
from .table import SECTIONS

CLASSES = {target.split(":")[1]: section for section, target in SECTIONS.items()}


def shared_options() -> list[click.Parameter]:
    """The options of every command."""
    return [
        click.Option(["--json", "as_json"], is_flag=True, help="Print records as JSON lines."),
        click.Option(["-q", "--quiet"], is_flag=True, help="Show no progress and no summary."),
        click.Option(["-v", "--verbose"], is_flag=True, help="Show details, such as every clip."),
    ]


def setting_options() -> list[click.Parameter]:
    """The options of every command with settings."""
    names = ", ".join(preset_names())
    return [
        click.Option(
            ["--preset"], metavar="NAME|FILE.toml", help=f"Preset of settings: {names}, or a file."
        ),
        click.Option(
            ["--set", "sets"],
            multiple=True,
            metavar="SECTION.KEY=VALUE",
            help="Any setting, as in mel.hop_length=256.",
        ),
    ]


def options_of(function: Callable[..., Any]) -> list[click.Parameter]:
    """The arguments and options that a command's signature asks for."""
    hints = get_type_hints(function)
    options: list[click.Parameter] = []
    for name, parameter in inspect.signature(function).parameters.items():
        kind = _without_none(hints[name])
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            own = [model for model in section_classes().values() if model not in hints.values()]
            options += [flag for model in own for flag in _flags(model)]
        elif isinstance(kind, type) and is_dataclass(kind):
            options += _flags(kind)
        elif name == "dataset":
            options.append(
                click.Option(
                    ["-d", "--dataset"],
                    type=click.Path(path_type=Path, file_okay=False),
                    default=Path(),
                    help="The dataset's folder.  [default: the current one]",
                )
            )
        elif get_origin(kind) is tuple:
            required = parameter.default is inspect.Parameter.empty
            shape = click.Path(path_type=Path) if get_args(kind)[0] is Path else click.STRING
            options.append(click.Argument([name], nargs=-1, required=required, type=shape))
        elif kind in (Path, str):
            required = parameter.default is inspect.Parameter.empty
            shape = click.Path(path_type=Path) if kind is Path else click.STRING
            options.append(click.Argument([name], required=required, type=shape))
        elif get_origin(kind) is Literal:
            options.append(click.Argument([name], type=click.Choice(get_args(kind))))
    return options + (setting_options() if settings_of(function) else []) + shared_options()


def settings_of(function: Callable[..., Any]) -> dict[str, type]:
    """The sections of settings that a command reads, with their dataclasses."""
    hints = [_without_none(hint) for hint in get_type_hints(function).values()]
    sections = {CLASSES[kind.__name__]: kind for kind in hints if _is_section(kind)}
    return sections | (section_classes() if _takes_sections(function) else {})


def arguments_from(function: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a command's parameters, from what was typed and the settings files."""
    sections = settings_of(function)
    records = load(sections, list(SECTIONS), _layers(sections, given)) if sections else {}
    values: dict[str, Any] = {}
    if _takes_sections(function):
        values |= {section: records[section] for section in section_classes()}
    for name in inspect.signature(function).parameters:
        kind = _without_none(get_type_hints(function)[name])
        if isinstance(kind, type) and is_dataclass(kind):
            section = CLASSES.get(kind.__name__)
            values[name] = records[section] if section else build(kind, _typed(kind, given), name)
        elif name in given and given[name] is not None:
            values[name] = given[name]
    return values


def typed_settings(function: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, str]:
    """What was typed, by setting: `section.key`, or the parameter's name for one of no section."""
    keys = [text.partition("=")[0].strip() for text in given.get("sets", ())]
    typed = {key: f"--set {key}" for key in keys}
    records = settings_of(function)
    for name, hint in get_type_hints(function).items():
        kind = _without_none(hint)
        if isinstance(kind, type) and is_dataclass(kind):
            records[CLASSES.get(kind.__name__, name)] = kind
        elif name in inspect.signature(function).parameters and given.get(name) is not None:
            typed[name] = name.upper()
    for name, kind in records.items():
        flags = {entry.name: entry.metadata.get("flag", "") for entry in fields(kind)}
        typed |= {f"{name}.{key}": flags[key] for key in _typed(kind, given)}
    return typed


def _layers(
    sections: Mapping[str, type], given: Mapping[str, Any]
) -> list[tuple[str, Mapping[str, Any]]]:
    layers: list[tuple[str, Mapping[str, Any]]] = []
    if given.get("preset"):
        layers.append((f"preset {given['preset']}", read_preset(given["preset"])))
    own = given.get("dataset", Path()) / DATASET_SETTINGS
    if own.exists():
        layers.append((str(own), read_toml(own)))
    layers.append(("--set", _sets(sections, given["sets"])))
    typed = {section: _typed(kind, given) for section, kind in sections.items()}
    return [*layers, ("options", typed)]


def _sets(sections: Mapping[str, type], sets: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = {}
    for text in sets:
        key, sign, value = text.partition("=")
        section, dot, name = key.strip().partition(".")
        if not (sign and dot):
            raise SettingError(f"--set {text}: it is written SECTION.KEY=VALUE")
        if section in sections and name in {entry.name for entry in fields(sections[section])}:
            values.setdefault(section, {})[name] = parse_value(
                sections[section], name, value.strip(), key.strip()
            )
        elif section in SECTIONS and section not in sections:
            raise SettingError(
                f"--set {text}: this command reads [{'], ['.join(sections)}] only", key
            )
        else:
            values.setdefault(section, {})[name] = value
    return values


def _takes_sections(function: Callable[..., Any]) -> bool:
    kinds = [parameter.kind for parameter in inspect.signature(function).parameters.values()]
    return inspect.Parameter.VAR_KEYWORD in kinds


def _flags(kind: type) -> list[click.Parameter]:
    return [_flag(kind, entry) for entry in fields(kind) if entry.metadata.get("flag")]


def _typed(kind: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a dataclass that were typed as options of their own."""
    names = [entry.name for entry in fields(kind) if entry.metadata.get("flag")]
    return {name: given[name] for name in names if given.get(name) is not None}


def _flag(cls: type, entry: Field[Any]) -> click.Option:
    kind, choices = kind_of(cls, entry.name)
    flag, short = entry.metadata["flag"], entry.metadata["short"]
    default = default_of(entry)
    help = entry.metadata["help"][0].upper() + entry.metadata["help"][1:] + "."
    if kind is bool:
        switch = f"{flag}/--no-{flag[2:]}" if default else flag
        names = [*([short] if short else []), switch, entry.name]
        return click.Option(names, is_flag=True, default=None, help=help)
    typed = ",".join(map(str, default)) if kind is tuple else default
    shown = "" if typed in (None, "") else f"  [default: {typed}]"
    shape: Any = click.Choice([str(choice) for choice in choices]) if choices else kind
    convert = None
    if kind is tuple or (choices and kind is int):
        shape = click.STRING if kind is tuple else shape
        convert = lambda _context, _option, value: (  # noqa: E731
            None if value is None else parse_value(cls, entry.name, value, flag)
        )
    names = [*([short] if short else []), flag, *entry.metadata["aliases"], entry.name]
    bare = {"is_flag": False, "flag_value": entry.metadata["bare"]}
    more = bare if entry.metadata["bare"] else {}
    return click.Option(
        names, type=shape, default=None, help=help + shown, callback=convert, **more
    )


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return next(part for part in get_args(hint) if part is not type(None))
    return hint


def _is_section(kind: Any) -> bool:
    return is_dataclass(kind) and getattr(kind, "__name__", "") in CLASSES
