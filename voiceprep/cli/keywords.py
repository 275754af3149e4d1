"""A command's options as keywords in Python, and the words that they stand for."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import click

from ..errors import SettingError, UserError, nearest
from .main import NOTES, load_command
from .options import shared_options


def keyword_options(command: click.Command) -> dict[str, click.Option]:
    """The options that are keywords of a call from Python, by name."""
    others = {option.name for option in shared_options()} | {"help", "sets"}
    options = [option for option in command.params if isinstance(option, click.Option)]
    return {str(option.name): option for option in options if option.name not in others}


def parse_call(
    name: str, arguments: tuple[str, ...], options: Mapping[str, Any], settings: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """The parsed options of a command called with keywords, and notes on them.

    `settings` has the values of `--set` by their dotted names, or whole sections. Raises
    SettingError for an unknown keyword or a value that its option refuses, UserError for arguments
    that the command refuses.
    """
    command = load_command(name)
    sets = [f"--set={key}={typed(value)}" for key, value in flatten_settings(settings)]
    words = [*_flags(command, options), *sets, "--", *arguments]
    try:
        with command.make_context(name, words) as context:
            return context.params, context.meta.get(NOTES, [])
    except click.BadParameter as error:
        if not isinstance(error.param, click.Option):
            raise UserError(error.format_message()) from None
        keyword = str(error.param.name)
        raise SettingError(f"{keyword}: {error.message}", keyword) from None
    except click.ClickException as error:
        raise UserError(error.format_message()) from None


def _flags(command: click.Command, options: Mapping[str, Any]) -> Iterator[str]:
    """The options as they would be typed."""
    known = keyword_options(command)
    for name, value in options.items():
        if name not in known:
            hint = nearest(name, sorted(known))
            raise SettingError(f"{command.name} has no option {name}: {hint}", name)
        option = known[name]
        flag = next(flag for flag in option.opts if flag.startswith("--"))
        if value is None:
            continue
        if not option.is_flag:
            yield f"{flag}={typed(value)}"
        elif value not in (True, False):
            raise SettingError(f"{name} = {value!r}: must be True or False", name)
        elif value or option.secondary_opts:
            yield flag if value else option.secondary_opts[0]


def flatten_settings(settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The settings that are not None by their dotted names, also those of whole sections.

    A section is a mapping or a record. Raises SettingError for anything else.
    """
    if not isinstance(settings, Mapping):
        raise SettingError(f"settings = {settings!r}: must be as {{'trim.tail_seconds': 0.2}}")
    for name, value in settings.items():
        if is_dataclass(value):
            value = {entry.name: getattr(value, entry.name) for entry in fields(value)}
        if isinstance(value, Mapping):
            yield from flatten_settings({f"{name}.{key}": entry for key, entry in value.items()})
        elif value is not None:
            if "." not in str(name):
                raise SettingError(
                    f"settings[{name!r}] = {value!r}: must be named as 'trim.tail_seconds', or be "
                    "a section's mapping or record",
                    str(name),
                )
            yield str(name), value


def typed(value: Any) -> str:
    """A value as it would be typed."""
    if isinstance(value, tuple | list):
        return ",".join(map(typed, value))
    if isinstance(value, bytes):
        return os.fsdecode(value)
    text = str(value)
    # Also those of numpy, which are no bool.
    is_bool = text in ("True", "False") and not isinstance(value, str)
    return text.lower() if is_bool else text
