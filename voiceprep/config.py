"""Settings: a frozen dataclass to and from TOML and the command line.

Default in the field < preset < `voiceprep.toml` in the dataset < command line. A field is the
one source of an option's default, type, help and TOML key; rules between fields sit in the
dataclass's `__post_init__`.
"""

import hashlib
import json
import re
import sys
import tomllib
import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, asdict, field, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import tomli_w

from .errors import SettingError, nearest, os_reason
from .files import replacing

T = TypeVar("T")
DATASET_SETTINGS = "voiceprep.toml"
RAN_SETTINGS = "settings.toml"
# As the libraries store whole numbers.
LARGEST_INTEGER = 2**63 - 1
_MOST_POINTS = 200


def setting(
    default: Any,
    help: str,
    flag: str = "",
    short: str = "",
    bare: str = "",
    aliases: Sequence[str] = (),
    omit_default: bool = False,
) -> Any:
    """A dataclass field that is a setting.

    `flag` names its own option on the command line (`--rate`), where it has one, `short` that
    option's short form, `aliases` its other names, and `bare` the value that the option has where
    none is typed after it; every setting can be reached by `--set section.key=value`. A setting
    with `omit_default` is not written while it has its default: files and digests from before it
    existed stay valid.
    """
    metadata = {"help": help, "flag": flag, "short": short, "bare": bare, "aliases": aliases}
    return field(default=default, metadata=metadata | {"omit_default": omit_default})


def kind_of(cls: type, name: str) -> tuple[type, tuple[Any, ...]]:
    """The plain type of a field and its choices, empty where any value of the type is allowed."""
    hint = get_type_hints(cls)[name]
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is Literal:
        choices = get_args(hint)
        return type(choices[0]), choices
    # The only list type: tuple[int, ...].
    return (tuple, ()) if get_origin(hint) is tuple else (hint, ())


def parse_value(cls: type, name: str, text: str, key: str) -> Any:
    """The value of a field typed as text on the command line; raises SettingError."""
    kind, _ = kind_of(cls, name)
    try:
        if kind is bool:
            return {"true": True, "false": False}[text.lower()]
        if kind is tuple:
            return tuple(int(part) for part in text.replace(",", " ").split())
        return kind(text)
    except (ValueError, KeyError):
        raise SettingError(f"{key} = {text!r}: must be {_kind_name(kind)}", key) from None


def build(cls: type[T], values: Mapping[str, Any], section: str) -> T:
    """The dataclass made of `values`; raises SettingError for an unknown key or a wrong value."""
    return cls(**check_kinds(cls, values, section))


def check_kinds(cls: type, values: Mapping[str, Any], section: str) -> dict[str, Any]:
    """The values, each of its field's kind; raises SettingError for an unknown key or kind.

    The rules between fields are not checked: another layer may hold the other field.
    """
    known = {entry.name for entry in fields(cls)}
    checked = {}
    for name, value in values.items():
        key = f"{section}.{name}"
        if name not in known:
            raise SettingError(f"there is no setting {key}: {nearest(name, sorted(known))}", key)
        checked[name] = _checked(cls, name, value, key)
    return checked


def load(
    sections: Mapping[str, type],
    known_sections: Sequence[str],
    layers: Sequence[tuple[str, Mapping[str, Any]]],
) -> dict[str, Any]:
    """The records of `sections`, each made of all `layers`, later ones winning.

    A layer is a name for error messages and a mapping of section to settings. Sections of other
    commands are ignored; raises SettingError for an unknown one.
    """
    merged: dict[str, dict[str, Any]] = {section: {} for section in sections}
    for origin, layer in layers:
        for section, values in layer.items():
            if section not in known_sections or not isinstance(values, Mapping):
                hint = nearest(section, sorted(known_sections))
                raise SettingError(f"{origin}: there is no section [{section}]: {hint}", section)
            if section in sections:
                try:
                    merged[section] |= check_kinds(sections[section], values, section)
                except SettingError as error:
                    raise SettingError(f"{origin}: {error}", error.key) from None
    return {name: _record(cls, merged[name], name, layers) for name, cls in sections.items()}


def read_toml(path: Path) -> dict[str, Any]:
    """The sections of a settings file; raises SettingError naming the file."""
    try:
        tables = parse_toml(path.read_text(encoding="utf-8-sig"))
        _check_texts(tables)
        return tables
    except OSError as error:
        raise SettingError(f"{path}: {os_reason(error)}") from None
    except ValueError as error:
        raise SettingError(f"{path}: not TOML: {error}") from None


def parse_toml(text: str) -> dict[str, Any]:
    """The tables of a TOML file; raises ValueError, also for one that is too deep."""
    # Python's parser takes minutes for a key of 100,000 parts.
    if max(part.count(".") for part in re.split("[=\n]", text)) > _MOST_POINTS:
        raise ValueError(f"more than {_MOST_POINTS} points in a row without an equals sign")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("its values are nested too deeply") from None


def _check_texts(value: Any) -> None:
    """Raise ValueError for a zero byte, which no path may hold."""
    if isinstance(value, str) and "\0" in value:
        raise ValueError("a text has a zero byte")
    if isinstance(value, dict):
        _check_texts([*value, *value.values()])
    if isinstance(value, list):
        for part in value:
            _check_texts(part)


def read_section(path: Path, section: str) -> dict[str, Any]:
    """A section of a settings file, empty where it has none; raises SettingError naming it."""
    found = read_toml(path).get(section, {})
    if not isinstance(found, dict):
        raise SettingError(f"{path}: {section} must be a section: write [{section}]", section)
    return found


def read_preset(name: str) -> dict[str, Any]:
    """A preset by the name of a built-in one or by the path of a TOML file."""
    if name.endswith(".toml"):
        return read_toml(Path(name))
    presets = {
        Path(entry.name).stem: entry for entry in _preset_files() if entry.name.endswith(".toml")
    }
    if name not in presets:
        raise SettingError(f"there is no preset {name!r}: {nearest(name, sorted(presets))}", name)
    return tomllib.loads(presets[name].read_text(encoding="utf-8"))


def preset_names() -> list[str]:
    """The names of the built-in presets."""
    return sorted(
        Path(entry.name).stem for entry in _preset_files() if entry.name.endswith(".toml")
    )


def plain_record(record: Any) -> dict[str, Any]:
    """A record as a mapping, without the `omit_default` settings that have their default."""
    plain = asdict(record)
    for entry in _omitted(type(record)):
        if plain[entry.name] == entry.default:
            del plain[entry.name]
    return plain


def with_omitted(cls: type, plain: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping that `plain_record` made of a `cls`, with the defaults that it left out."""
    return {entry.name: entry.default for entry in _omitted(cls)} | dict(plain)


def to_plain(sections: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The records as a mapping that TOML can hold: without the fields that are None."""
    return {
        section: {key: value for key, value in plain_record(record).items() if value is not None}
        for section, record in sections.items()
    }


def write_settings(folder: Path, sections: Mapping[str, Any], name: str = RAN_SETTINGS) -> None:
    """Write the settings of a run into its output folder, in the form of a preset."""
    path = folder / name
    text = tomli_w.dumps(to_plain(sections))
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8")


def digest(sections: Mapping[str, Any]) -> str:
    """Sixteen hexadecimal digits that change with any setting in `sections`."""
    text = json.dumps(to_plain(sections), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def default_of(entry: Field[Any]) -> Any:
    """A field's default value."""
    return None if entry.default is MISSING else entry.default


def _omitted(cls: type) -> list[Field[Any]]:
    return [entry for entry in fields(cls) if entry.metadata.get("omit_default")]


def _preset_files() -> list[Any]:
    return list(files("voiceprep.presets").iterdir())


def _record(
    cls: type, values: dict[str, Any], section: str, layers: Sequence[tuple[str, Mapping[str, Any]]]
) -> Any:
    """The record; an error names the last layer that has the setting at fault."""
    try:
        return cls(**values)
    except SettingError as error:
        origins = [origin for origin, layer in layers if error.key in layer.get(section, {})]
        prefix = f"{origins[-1]}: " if origins else ""
        raise SettingError(f"{prefix}{error}", error.key) from None


def _checked(cls: type, name: str, value: Any, key: str) -> Any:
    kind, choices = kind_of(cls, name)
    if kind is tuple:
        if isinstance(value, list | tuple) and all(type(part) is int for part in value):
            return tuple(_checked_size(part, key) for part in value)
        raise SettingError(f"{key} = {value!r}: must be {_kind_name(kind)}", key)
    fits = isinstance(value, (int, float) if kind is float else kind)
    if not fits or (isinstance(value, bool) and kind is not bool):
        raise SettingError(f"{key} = {value!r}: must be {_kind_name(kind)}", key)
    if choices and value not in choices:
        listed = ", ".join(map(str, choices))
        raise SettingError(f"{key} = {value!r}: must be one of {listed}", key)
    if kind is float and not -sys.float_info.max <= value <= sys.float_info.max:
        raise SettingError(f"{key} = {value!r}: must be a finite number", key)
    return _checked_size(value, key) if kind is int else kind(value)


def _checked_size(number: int, key: str) -> int:
    if abs(number) > LARGEST_INTEGER:
        raise SettingError(f"{key} = {number}: must be at most {LARGEST_INTEGER}", key)
    return number


def _kind_name(kind: type) -> str:
    names = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}
    names[tuple] = "a list of whole numbers, as 500,1000"
    return names.get(kind, kind.__name__)
