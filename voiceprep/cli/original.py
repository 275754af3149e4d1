"""Translates the flags of the original scripts into our own.

Those are `train.py` and `inference.py` of NVIDIA's DeepLearningExamples (long flags with dashes)
and of NVIDIA's own repositories (long flags with underscores, `--hparams`). Each of their flags
becomes options of ours, a note that it has no effect, or an error that names it.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from ..errors import SourceError, UserError, nearest, os_reason
from ..train.registry import MODELS
from .original_flags import (
    BOOLEANS,
    CONFIG_FILE,
    FALSE,
    FLAGS,
    HPARAMS,
    MODEL_NAMES,
    TRAINING,
    TRUE,
    Flag,
    Script,
)

HPARAM = re.compile(r"\s*(\w+)\s*=\s*(\[[^\]]*\]|[^,\[]*)\s*(?:,|$)")


@dataclass
class Words:
    """The command line in our own form, notes on it, and what was typed.

    `after` is what follows a lone `--`, `arguments` are the words that belong to no flag, `typed`
    has the value of each flag, and `sets` the flag and value of each setting. `model` is the value
    of `-m`.
    """

    ours: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)
    sets: dict[str, tuple[str, str]] = field(default_factory=dict)
    model: str = ""

    @property
    def first(self) -> str:
        """The first argument, empty if there is none."""
        return "".join([*self.arguments, *self.after[1:]][:1])

    def value(self, *names: str) -> str:
        """The value typed after a flag, under any of its names; empty if it was not typed."""
        return next((self.typed[name] for name in names if self.typed.get(name)), "")


def own_flags(options: Sequence[click.Parameter]) -> dict[str, str]:
    """What follows each flag of ours: nothing, a value, or an optional value."""
    flags: dict[str, str] = {}
    for option in options:
        if isinstance(option, click.Option):
            optional = isinstance(option.flag_value, str)
            follows = "nothing" if option.is_flag else "optional" if optional else "value"
            flags |= dict.fromkeys(option.opts + option.secondary_opts, follows)
    return flags


def translate(words: Sequence[str], own: Mapping[str, str], script: Script = TRAINING) -> Words:
    """The typed words in our own form.

    `own` says what follows each option of ours, see `own_flags`. Raises UserError for an unknown
    flag (with the nearest one), for one that is refused, and for two that set the same thing
    differently.
    """
    parsed, rest = Words(), list(words)
    while rest:
        word = rest.pop(0)
        name, given = _split(word, rest, own, script)
        if word == "--":
            parsed.after = [word, *rest]
            break
        if not word.startswith("-") or word == "-":
            parsed.ours.append(word)
            parsed.arguments.append(word)
        elif name in script.model_flags:
            parsed.model = _model(name, _next(name, given))
        elif name in script.starts:
            parsed.typed[name] = "" if name == "--warm_start" else _next(name, given)
        elif name in script.flags and not _is_ours(parsed, name, given, script):
            _add_original(parsed, script.flags[name], name, given)
        elif name in own:
            _add_own(parsed, name, own[name], given)
        elif not word.startswith("--") and word[:2] in own:
            parsed.ours.append(word)
            parsed.typed[word[:2]] = word[2:]
        else:
            raise UserError(f"there is no option {name}: {_nearest(name, [*own, *script.known])}")
    _add_start(parsed, script.starts)
    return parsed


def _split(
    word: str, rest: list[str], own: Mapping[str, str], script: Script
) -> tuple[str, list[str]]:
    """The name of a flag, and the words that its value is taken from."""
    name, sign, value = word.partition("=")
    if name[:2] in script.numbers and name not in own and name not in script.flags:
        return word[:2], [word[2:]]
    return name, [value] if sign else rest


def _is_ours(parsed: Words, name: str, given: list[str], script: Script) -> bool:
    """Whether a flag of the script's and of ours is ours: its value is no number, or a folder."""
    if name not in script.numbers:
        return False
    value = given[0] if given else ""
    try:
        float(value)
    except ValueError:
        return True
    if is_folder := Path(value).is_dir():
        parsed.notes.append(f"{name} {value} is the folder of that name, not the script's number")
    return is_folder


def expand(words: Sequence[str], read: Callable[[Path], str]) -> list[str]:
    """The words, with `--config-file` and `--hparams` replaced by the flags that they hold."""
    expanded, rest = [], list(words)
    while rest:
        word = rest.pop(0)
        name, sign, value = word.partition("=")
        if name not in (CONFIG_FILE, HPARAMS):
            expanded.append(word)
            continue
        value = _next(name, [value] if sign else rest)
        held = _of_file(Path(value), read) if name == CONFIG_FILE else _of_hparams(value)
        for key, entry in held:
            expanded += _flag_words("--" + key.replace("_", "-"), entry)
    return expanded


def _model(flag: str, name: str) -> str:
    """Our name for a model of the original scripts."""
    if name not in MODEL_NAMES:
        raise UserError(f"{flag} {name}: {nearest(name, list(MODEL_NAMES))}")
    return MODEL_NAMES[name]


def _add_own(parsed: Words, name: str, follows: str, given: list[str]) -> None:
    """An option of our own."""
    left_out = follows == "optional" and (not given or given[0].startswith("-"))
    if follows == "nothing" or left_out:
        parsed.ours.append(name)
        parsed.typed[name] = ""
    else:
        parsed.typed[name] = _next(name, given)
        parsed.ours += [name, parsed.typed[name]]


def _add_original(parsed: Words, row: Flag, name: str, given: list[str]) -> None:
    """A flag of an original script."""
    value = _take_value(row, name, given)
    typed = f"{name} {value}".strip() if row.takes == "value" else name
    if row.refused:
        raise UserError(f"{typed}: {row.note}")
    if row.only and re.sub(r"\.0+$", "", value) != row.only:
        raise UserError(f"{typed}: {row.note}")
    if row.only:
        parsed.notes.append(f"{typed} has no effect here: it is always set")
    elif row.note:
        parsed.notes.append(f"{typed} {row.note}")
    for word in (entry.replace("{}", value) for entry in row.ours):
        parsed.ours.append(word)
        if word.startswith("-"):
            parsed.typed[word] = value
        elif row.ours[0] == "--set":
            _note_setting(parsed, name, *word.split("=", 1))


def _note_setting(parsed: Words, name: str, key: str, value: str) -> None:
    """Note which flag sets a setting: it may be repeated, but two flags must not differ."""
    other, before = parsed.sets.get(key, (name, value))
    if other != name and before != value:
        raise UserError(f"{name} {value}: {other} has set {key} to {before}, and both flags set it")
    parsed.sets[key] = (name, value)


def _take_value(row: Flag, name: str, given: list[str]) -> str:
    """The value of a flag in our own form, removed from `given`."""
    if row.takes == "nothing":
        return ""
    if row.takes == "value":
        return _next(name, given)
    if row.takes == "boolean":
        typed = given.pop(0).lower() if given and given[0].lower() in TRUE + FALSE else "true"
        true, false = BOOLEANS.get(name, ("true", "false"))
        return true if typed in TRUE else false
    values = []
    while given and re.fullmatch(row.many, given[0]):
        values.append(given.pop(0))
    if not values or (name == "--text-cleaners" and len(values) > 1):
        raise UserError(f"{name} needs {row.expected}")
    return ",".join(values)


def _next(name: str, given: list[str]) -> str:
    if not given:
        raise UserError(f"{name} needs a value")
    return given.pop(0)


def _nearest(name: str, known: list[str]) -> str:
    hint = nearest(name, known)
    return hint if hint.startswith("did") else "--help lists the options"


def _add_start(parsed: Words, starts: Sequence[str]) -> None:
    """Add where the run starts, which each script expresses with two flags together."""
    name = next((name for name in starts if parsed.value(name)), "")
    path = parsed.value(name)
    if "--warm_start" in parsed.typed and not path:
        raise UserError("--warm_start: name the checkpoint, as in -c CHECKPOINT --warm_start")
    if not path:
        return
    output = parsed.value("-o", "--output")
    continues = name != "--checkpoint-path" or (output and _same(Path(path).parent, Path(output)))
    if "--warm_start" in parsed.typed:
        start = "--init-from"
        ignored = _ignored_by_warm_start(parsed)
        if ignored and "--ignore-layers" not in parsed.typed:
            parsed.ours += ["--ignore-layers", ignored]
            effect = f"leaves out {ignored}, as the script does; --init-from {path} takes it too"
            parsed.notes.append(f"--warm_start {effect}")
    elif continues:
        start = "--resume"
        effect = f"continues the run of {path}; to fine-tune from its weights: --init-from {path}"
        parsed.notes.append(f"{name} {effect}")
    else:
        start = "--init-from"
        effect = (
            f"takes the weights of {path}; epochs and learning rate count from this run's start"
        )
        parsed.notes.append(
            f"{name} {effect}; --absolute counts from the checkpoint's, --resume "
            f"{path} continues its run"
        )
    parsed.ours += [start, path]
    parsed.typed[start] = path


def _same(folder: Path, other: Path) -> bool:
    return folder.resolve() == other.resolve()


def _ignored_by_warm_start(parsed: Words) -> str:
    name = parsed.model or parsed.first
    rows = [MODELS[name]] if name in MODELS else MODELS.values()
    return next((row.warm_start_ignores for row in rows if row.warm_start_ignores), "")


def _of_file(path: Path, read: Callable[[Path], str]) -> Iterator[tuple[str, Any]]:
    """The flags in a JSON file of groups; raises SourceError naming the file."""
    try:
        groups = json.loads(read(path))
    except OSError as error:
        raise SourceError(path, os_reason(error)) from None
    except (ValueError, RecursionError) as error:
        raise SourceError(path, f"not JSON: {error}") from None
    if not isinstance(groups, dict) or not all(isinstance(held, dict) for held in groups.values()):
        raise SourceError(path, 'must hold groups, as in {"audio": {"mel-fmax": 8000.0}}')
    for held in groups.values():
        yield from held.items()


def _of_hparams(text: str) -> Iterator[tuple[str, Any]]:
    """The pairs of `name=value,name=[value,value]`; raises UserError for other text."""
    at, end = 0, len(text.rstrip(", "))
    while at < end:
        pair = HPARAM.match(text, at)
        if not pair:
            raise UserError(f"--hparams {text}: it is written name=value,name=value")
        at = pair.end()
        name, value = pair.groups()
        if value.startswith("["):
            yield name, [part.strip(" '\"") for part in value[1:-1].split(",") if part.strip()]
        else:
            yield name, value.strip(" '\"")


def _flag_words(flag: str, value: Any) -> list[str]:
    """A flag and its value as they would be typed."""
    values = [str(part) for part in value] if isinstance(value, list) else [str(value)]
    takes = FLAGS[flag].takes if flag in FLAGS else "value"
    if takes == "many":
        return [flag, *values]
    if takes == "nothing":
        return [flag] if values[0].lower() in TRUE else []
    return [flag, values[0].lower()] if takes == "boolean" else [f"{flag}={','.join(values)}"]
