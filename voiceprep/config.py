"""Settings: a frozen dataclass to and from TOML and the command line.

Default in the field < preset < `voiceprep.toml` in the dataset < command line. A field is the
one source of an option's default, type, help and TOML key; rules between fields sit in the
dataclass's `__post_init__`.
"""

import hashlib
import json
import tomllib
import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, asdict, field, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import tomli_w

from .disk import replacing
from .errors import SettingError, nearest

T = TypeVar("T")
DATASET_SETTINGS = "voiceprep.toml"
RAN_SETTINGS = "settings.toml"


def setting(default: Any, help: str, flag: str = "", short: str = "", bare: str = "") -> Any:
    """A dataclass field that is a setting.

    `flag` names its own option on the command line (`--rate`), where it has one, `short` that
    option's short form, and `bare` the value that the option has where none is typed after it;
    every setting can be reached by `--set section.key=value`.
    """
    told = {"help": help, "flag": flag, "short": short, "bare": bare}
    return field(default=default, metadata=told)


def kind_of(cls: type, name: str) -> tuple[type, tuple[Any, ...]]:
    """The plain type of a field and its choices, empty where any value of the type will do."""
    hint = get_type_hints(cls)[name]
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is Literal:
        choices = get_args(hint)
        return type(choices[0]), choices
    # The one list among the kinds: tuple[int, ...].
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
        raise SettingError(f"{key} = {text!r}: {_wanted(kind)} is wanted", key) from None


def build(cls: type[T], values: Mapping[str, Any], section: str) -> T:
    """The dataclass made of `values`; raises SettingError for an unknown key or a wrong value."""
    return cls(**check_kinds(cls, values, section))


def check_kinds(cls: type, values: Mapping[str, Any], section: str) -> dict[str, Any]:
    """The values, each of its field's kind; raises SettingError for an unknown key or kind.

    The rules between fields are not looked at: another layer may hold the other field.
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

    A layer is a name to blame and a mapping of section to settings. Sections that other
    commands know are passed over; raises SettingError for one that nobody knows.
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
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingError(f"{path}: {error.strerror.lower()}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"{path}: not TOML: {error}") from None


def read_section(path: Path, section: str) -> dict[str, Any]:
    """A section of a settings file, empty where it has none; raises SettingError naming it."""
    found = read_toml(path).get(section, {})
    if not isinstance(found, dict):
        raise SettingError(f"{path}: {section} is no section: [{section}] is wanted", section)
    return found


def read_preset(name: str) -> dict[str, Any]:
    """A preset by the name of a built-in one or by the path of a TOML file."""
    if name.endswith(".toml"):
        return read_toml(Path(name))
    shelf = {Path(entry.name).stem: entry for entry in _shelf() if entry.name.endswith(".toml")}
    if name not in shelf:
        raise SettingError(f"there is no preset {name!r}: {nearest(name, sorted(shelf))}", name)
    return tomllib.loads(shelf[name].read_text(encoding="utf-8"))


def preset_names() -> list[str]:
    """The names of the built-in presets."""
    return sorted(Path(entry.name).stem for entry in _shelf() if entry.name.endswith(".toml"))


def to_plain(sections: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The records as a mapping that TOML can hold: without the fields that are None."""
    return {
        section: {key: value for key, value in asdict(record).items() if value is not None}
        for section, record in sections.items()
    }


def write_settings(folder: Path, sections: Mapping[str, Any], name: str = RAN_SETTINGS) -> None:
    """Write what ran into what came out, so that it can be given back as a preset."""
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


def _shelf() -> list[Any]:
    return list(files("voiceprep.presets").iterdir())


def _record(
    cls: type, values: dict[str, Any], section: str, layers: Sequence[tuple[str, Mapping[str, Any]]]
) -> Any:
    """The record; a rule that it breaks is blamed on the last layer with the setting at fault."""
    try:
        return cls(**values)
    except SettingError as error:
        origins = [origin for origin, layer in layers if error.key in layer.get(section, {})]
        blamed = f"{origins[-1]}: " if origins else ""
        raise SettingError(f"{blamed}{error}", error.key) from None


def _checked(cls: type, name: str, value: Any, key: str) -> Any:
    kind, choices = kind_of(cls, name)
    if kind is tuple:
        if isinstance(value, list | tuple) and all(type(part) is int for part in value):
            return tuple(value)
        raise SettingError(f"{key} = {value!r}: {_wanted(kind)} is wanted", key)
    fits = isinstance(value, (int, float) if kind is float else kind)
    if not fits or (isinstance(value, bool) and kind is not bool):
        raise SettingError(f"{key} = {value!r}: {_wanted(kind)} is wanted", key)
    if choices and value not in choices:
        listed = ", ".join(map(str, choices))
        raise SettingError(f"{key} = {value!r}: it is one of {listed}", key)
    return kind(value)


def _wanted(kind: type) -> str:
    names = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}
    names[tuple] = "a list of whole numbers, as 500,1000,"
    return names.get(kind, kind.__name__)
