"""A command's options as keywords in Python, and the words that they stand for."""

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
    SettingError for an unknown keyword, UserError for a value that the command refuses.
    """
    command = load_command(name)
    words = [*_flags(command, options), *_sets(settings), "--", *arguments]
    try:
        with command.make_context(name, words) as context:
            return context.params, context.meta.get(NOTES, [])
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
        if value is None or (value is False and not option.secondary_opts):
            continue
        if option.is_flag:
            yield flag if value else option.secondary_opts[0]
        else:
            yield f"{flag}={_typed(value)}"


def _sets(settings: Mapping[str, Any]) -> Iterator[str]:
    """The settings as they would be typed after `--set`."""
    for name, value in settings.items():
        if is_dataclass(value):
            value = {entry.name: getattr(value, entry.name) for entry in fields(value)}
        if isinstance(value, Mapping):
            yield from _sets({f"{name}.{key}": entry for key, entry in value.items()})
        elif value is not None:
            yield f"--set={name}={_typed(value)}"


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
