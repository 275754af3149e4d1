"""The flags of the original training scripts, as they are typed there, turned into our own.

Two scripts are known: `train.py` of NVIDIA's DeepLearningExamples (long flags with dashes) and
that of NVIDIA/tacotron2 (long flags with underscores, `--hparams`). Every flag of theirs is
turned into options of ours, or told to have no effect, or refused by name.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import UserError, nearest
from .original_flags import (
    BOOLEANS,
    CONFIG_FILE,
    FALSE,
    FLAGS,
    HPARAMS,
    IGNORED_BY_WARM_START,
    MODEL_FLAGS,
    MODELS,
    STARTS,
    TRUE,
    Flag,
)

HPARAM = re.compile(r"\s*(\w+)\s*=\s*(\[[^\]]*\]|[^,\[]*)\s*(?:,|$)")


@dataclass
class Words:
    """The words in our own form, what is to be told of them, and what was typed.

    `after` is what follows a lone `--`, `arguments` are those that belong to no flag, `typed` is
    the value by flag, and `sets` the flag and the value by setting. `model` is what `-m` named.
    """

    ours: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)
    sets: dict[str, tuple[str, str]] = field(default_factory=dict)
    model: str = ""

    def value(self, *names: str) -> str:
        """What was typed after a flag, under any of its names; empty where it was not."""
        return next((self.typed[name] for name in names if self.typed.get(name)), "")


def translate(words: Sequence[str], own: Mapping[str, str]) -> Words:
    """Our words for those typed.

    `own` says of each option of ours what follows it: nothing, value or, where that may be left
    out, optional. Raises UserError for a flag that nobody knows, with the nearest one, for one
    that is refused, and for two that set one thing differently.
    """
    found, rest = Words(), list(words)
    while rest:
        word = rest.pop(0)
        name, sign, value = word.partition("=")
        given = [value] if sign else rest
        if word == "--":
            found.after = [word, *rest]
            break
        if not word.startswith("-") or word == "-":
            found.ours.append(word)
            found.arguments.append(word)
        elif name in MODEL_FLAGS:
            found.model = _model(name, _next(name, given))
        elif name in STARTS:
            found.typed[name] = "" if name == "--warm_start" else _next(name, given)
        elif name in FLAGS:
            _add(found, name, given)
        elif name in own:
            _keep(found, name, own[name], given)
        elif not word.startswith("--") and word[:2] in own:
            found.ours.append(word)
            found.typed[word[:2]] = word[2:]
        else:
            known = [*own, *FLAGS, *MODEL_FLAGS, *STARTS, CONFIG_FILE, HPARAMS]
            raise UserError(f"there is no option {name}: {_nearest(name, known)}")
    _add_start(found)
    return found


def expand(words: Sequence[str], read: Callable[[Path], str]) -> list[str]:
    """The words, with the flags that `--config-file` and `--hparams` hold in their places."""
    found, rest = [], list(words)
    while rest:
        word = rest.pop(0)
        name, sign, value = word.partition("=")
        if name not in (CONFIG_FILE, HPARAMS):
            found.append(word)
            continue
        value = _next(name, [value] if sign else rest)
        held = _of_file(Path(value), read) if name == CONFIG_FILE else _of_hparams(value)
        for key, entry in held:
            found += _flag_words("--" + key.replace("_", "-"), entry)
    return found


def _model(flag: str, name: str) -> str:
    """What a model of the original's is to us."""
    if name not in MODELS:
        raise UserError(f"{flag} {name}: {nearest(name, list(MODELS))}")
    return MODELS[name]


def _keep(found: Words, name: str, follows: str, given: list[str]) -> None:
    """An option of our own."""
    left_out = follows == "optional" and (not given or given[0].startswith("-"))
    if follows == "nothing" or left_out:
        found.ours.append(name)
        found.typed[name] = ""
    else:
        found.typed[name] = _next(name, given)
        found.ours += [name, found.typed[name]]


def _add(found: Words, name: str, given: list[str]) -> None:
    """A flag of an original script."""
    row = FLAGS[name]
    value = _taken(row, name, given)
    told = f"{name} {value}".strip() if row.takes == "value" else name
    if row.only and re.sub(r"\.0+$", "", value) != row.only:
        raise UserError(f"{told}: {row.note}")
    if row.only:
        found.notes.append(f"{told} has no effect here: it is so in any case")
    elif row.note:
        found.notes.append(f"{told} {row.note}")
    for word in (entry.replace("{}", value) for entry in row.ours):
        found.ours.append(word)
        if word.startswith("-"):
            found.typed[word] = value
        elif row.ours[0] == "--set":
            _note_setting(found, name, *word.split("=", 1))


def _note_setting(found: Words, name: str, key: str, value: str) -> None:
    """Keep which flag sets a setting: typed again it overrides, another one may not differ."""
    other, before = found.sets.get(key, (name, value))
    if other != name and before != value:
        raise UserError(f"{name} {value}: {other} has set {key} to {before}; they are one here")
    found.sets[key] = (name, value)


def _taken(row: Flag, name: str, given: list[str]) -> str:
    """What follows a flag, taken from the words given, in our own form."""
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
        raise UserError(f"{name}: {row.wanted} is wanted after it")
    return ",".join(values)


def _next(name: str, given: list[str]) -> str:
    if not given:
        raise UserError(f"{name}: a value is wanted after it")
    return given.pop(0)


def _nearest(name: str, known: list[str]) -> str:
    told = nearest(name, known)
    return told if told.startswith("did") else "--help shows those that there are"


def _add_start(found: Words) -> None:
    """Where the run begins, which the scripts say with two flags together, each in its way."""
    name = next((name for name in STARTS if found.value(name)), "")
    path = found.value(name)
    if "--warm_start" in found.typed and not path:
        raise UserError("--warm_start: name the checkpoint, as in -c CHECKPOINT --warm_start")
    if not path:
        return
    output = found.value("-o", "--output")
    continues = name != "--checkpoint-path" or (output and Path(path).parent == Path(output))
    if "--warm_start" in found.typed:
        start = "--init-from"
        if "--ignore-layers" not in found.typed:
            found.ours += ["--ignore-layers", IGNORED_BY_WARM_START]
            told = f"leaves out {IGNORED_BY_WARM_START}, as there; --init-from {path} takes it too"
            found.notes.append(f"--warm_start {told}")
    elif continues:
        start = "--resume"
        told = f"continues the run of {path}; to begin one with its weights: --init-from {path}"
        found.notes.append(f"{name} {told}")
    else:
        start = "--init-from"
        told = f"takes the weights of {path}; epochs and learning rate count from here, not there"
        found.notes.append(f"{name} {told}; --absolute counts from there")
    found.ours += [start, path]
    found.typed[start] = path


def _of_file(path: Path, read: Callable[[Path], str]) -> Iterator[tuple[str, Any]]:
    """The flags of a JSON file of groups; raises UserError naming the file."""
    try:
        groups = json.loads(read(path))
    except OSError as error:
        raise UserError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: not JSON: {error}") from None
    if not isinstance(groups, dict) or not all(isinstance(held, dict) for held in groups.values()):
        raise UserError(f'{path}: groups are wanted, as in {{"audio": {{"mel-fmax": 8000.0}}}}')
    for held in groups.values():
        yield from held.items()


def _of_hparams(text: str) -> Iterator[tuple[str, Any]]:
    """The pairs of `name=value,name=[value,value]`; raises UserError for what is none."""
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
