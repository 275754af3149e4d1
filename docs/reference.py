"""Writes the reference in docs/python.md from the docstrings: `python -m docs.reference`.

Everything below the line MARK is replaced.
"""

import inspect
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import click

import voiceprep
from voiceprep.cli.keywords import keyword_options
from voiceprep.cli.main import fill, load_command

PAGE = Path(__file__).with_name("python.md")
MARK = "<!-- Below here the page is written by python -m docs.reference. -->\n"

GROUPS = {
    "Sounds": (
        "read_sound", "write_sound", "convert", "denoise", "trim", "loudness", "measure_loudness",
        "find_speech", "log_mel", "Sound", "MelConfig",
    ),
    "Texts": ("read_texts", "encode"),
    "Datasets": (
        "prepare", "silence", "write_filelists", "cache_mels", "report", "read_clips", "Clip",
    ),
    "Training": ("train", "read_logs", "load_checkpoint"),
    "Speech": (
        "Synthesizer", "infer", "infer_stats", "InferConfig", "SpeechConfig", "VocoderConfig",
    ),
    "Errors": ("VoiceprepError", "UserError", "ClipError", "ToolMissing", "Interrupted"),
}  # fmt: skip
"""The public names in the order of the page."""

COMMANDS = {
    "convert": "convert", "denoise": "denoise", "trim": "trim", "loudness": "loudness",
    "prepare": "prepare", "silence": "silence", "write_filelists": "filelist",
    "cache_mels": "mels", "report": "report", "read_logs": "logs", "train": "train",
    "infer": "infer", "infer_stats": "infer-stats",
}  # fmt: skip
"""The functions that are commands."""

RECORDS = (
    "batch.run:BatchResult", "records:Outcome", "audio.sound:Treated", "audio.loudness:Loudness",
    "audio.silence:SpeechActivity", "commands.silence:Silences", "commands.loudness:Levels",
    "text.text_table:TextTable", "text.text_table:TextRow", "text.encode:Encoding",
    "commands.filelist:Lists", "commands.report.result:Report", "records:Finding",
    "commands.logs:Logs", "commands.train.result:TrainResult", "commands.train.result:DryRunResult",
    "train.run.overfit_check:OverfitResult", "train.checkpoints.checkpoint:Checkpoint",
    "train.speech.synthesizer:Utterance", "commands.infer.synthesis:InferResult",
    "commands.infer_stats.result:InferStatsResult",
)  # fmt: skip
"""What the functions return, as `module:class`."""

SHARED = ("dataset", "preset", "jobs", "force", "dry_run")
"""The keywords of nearly every command, which are described once."""


def reference() -> str:
    """The reference as Markdown."""
    lines = ["## Reference", ""]
    for group, names in GROUPS.items():
        lines += [f"### {group}", ""]
        for name in names:
            lines += _entry(name, getattr(voiceprep, name))
    lines += ["### Records", "", "What the functions return.", ""]
    for place in RECORDS:
        module, name = place.split(":")
        lines += _record(name, getattr(import_module(f"voiceprep.{module}"), name))
    return "\n".join(lines).rstrip() + "\n"


def _entry(name: str, found: Any) -> Iterator[str]:
    """A public name: its signature, docstring and keywords."""
    if inspect.isclass(found):
        yield from _record(name, found)
        return
    function = inspect.unwrap(getattr(found, "_function", found))
    yield from (f"#### `{name}`", "", "```", f"voiceprep.{name}{_signature(function)}", "```", "")
    yield from (_prose(function.__doc__), "")
    if name in COMMANDS:
        yield from _keywords(COMMANDS[name])


def _signature(function: Any) -> str:
    """The parameters without their types, which the text explains."""
    shown = []
    for parameter in inspect.signature(function).parameters.values():
        plain = parameter.replace(annotation=inspect.Parameter.empty)
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and "*" not in shown:
            shown += [] if any(entry.startswith("*") for entry in shown) else ["*"]
        shown.append(str(plain))
    return f"({', '.join(shown)})"


def _keywords(command_name: str) -> Iterator[str]:
    """A table of a command's own keywords."""
    command = load_command(command_name)
    options = keyword_options(command)
    own = [option for name, option in options.items() if name not in (*SHARED, "raw")]
    shared = [f"`{name}`" for name in SHARED if name in options]
    page = f"[`voiceprep {command_name}`]({command_name}.md)"
    yield from (f"The options of {page} are keywords; {_comma(shared)} too.", "")
    if own:
        yield from ("| keyword | default | |", "|---|---|---|")
        yield from (_row(option) for option in own)
        yield ""


def _row(option: click.Option) -> str:
    help, _, default = (option.help or "").partition("  [default: ")
    switch = "on" if option.secondary_opts else "off"
    shown = switch if option.is_flag and not default else default.rstrip("]")
    return f"| `{option.name}` | {shown} | {_cell(help.rstrip('.'))} |"


def _record(name: str, cls: type) -> Iterator[str]:
    """A class: its docstring, then its fields, properties and methods."""
    yield from (f"#### `{name}`", "", _prose(cls.__doc__), "")
    rows = list(_fields(cls)) + list(_members(cls))
    if rows:
        yield from ("| | |", "|---|---|", *rows, "")


def _fields(cls: type) -> Iterator[str]:
    for entry in fields(cls) if is_dataclass(cls) else ():
        if not entry.name.startswith("_"):
            kind = (
                entry.type if isinstance(entry.type, str) else inspect.formatannotation(entry.type)
            )
            yield f"| `{entry.name}` | {_cell(entry.metadata.get('help', '') or _code(kind))} |"


def _members(cls: type) -> Iterator[str]:
    """Properties and methods of the class and of its bases of ours."""
    for name, member in inspect.getmembers_static(cls):
        if name.startswith("_") or not getattr(member, "__doc__", None):
            continue
        plain = inspect.unwrap(getattr(member, "__func__", member))
        if isinstance(member, property):
            yield f"| `{name}` | {_cell(_first(member.__doc__))} |"
        elif inspect.isfunction(plain) and not isinstance(member, staticmethod):
            names = list(inspect.signature(plain).parameters)[1:]
            yield f"| `{name}({', '.join(names)})` | {_cell(_first(plain.__doc__))} |"


def _prose(doc: str | None) -> str:
    return fill(inspect.cleandoc(doc or ""))


def _first(doc: str | None) -> str:
    return " ".join(inspect.cleandoc(doc or "").partition("\n\n")[0].split())


def _code(text: str) -> str:
    return f"`{text}`".replace("collections.abc.", "").replace("numpy.", "np.")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _comma(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def main() -> None:
    """Write the page."""
    before = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    PAGE.write_text(f"{before}{MARK}\n{reference()}", encoding="utf-8")


if __name__ == "__main__":
    main()
