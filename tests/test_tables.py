"""Every file has its row, every row its file, every preset names what exists."""

import importlib
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

import voiceprep
from voiceprep.audio import checks as audio_checks
from voiceprep.audio import faults as audio_faults
from voiceprep.cli.main import load_command
from voiceprep.cli.table import COMMANDS, SECTIONS
from voiceprep.config import load, preset_names, read_preset
from voiceprep.text import checks as text_checks
from voiceprep.text import faults as text_faults
from voiceprep.text import readers
from voiceprep.text.cleaners import CLEANERS, CleanerName

PACKAGE = Path(voiceprep.__file__).parent
TESTS = Path(__file__).parent
MODULES = [
    path.relative_to(PACKAGE).as_posix()
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.name != "__init__.py"
]
# Modules without a test file of their own, each with the reason.
UNMIRRORED = {
    **{
        f"commands/{name}/command.py": "the command's signature and help, which test_run.py calls"
        for name in ("infer", "infer_stats", "train")
    },
    "train/checkpoints/contents.py": "records alone, which every test of a format builds",
    "train/kernels/autograd.py": "types alone: the face of torch.autograd.Function",
    "train/tacotron2/flags.py": "a table, whose rows tests/cli/test_original.py reads",
}


def section_class(section):
    module, name = SECTIONS[section].split(":")
    return getattr(importlib.import_module(module), name)


def test_every_command_file_is_in_the_table():
    room = PACKAGE / "commands"
    files = {path.stem for path in room.glob("[!_]*.py")}
    folders = {f"{path.parent.name}.command" for path in room.glob("*/command.py")}
    prefix = "voiceprep.commands."
    assert {row.module.removeprefix(prefix) for row in COMMANDS.values()} == files | folders


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_the_same_in_the_table_and_in_its_own_help(name):
    first, _, rest = load_command(name).help.partition("\n")
    assert first == COMMANDS[name].help
    assert f"Example: voiceprep {name}" in rest


@pytest.mark.parametrize("section", SECTIONS)
def test_every_setting_has_a_default_and_a_help(section):
    for entry in fields(section_class(section)):
        assert entry.metadata["help"], entry.name
    section_class(section)()


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_names_only_settings_that_exist(name):
    classes = {section: section_class(section) for section in SECTIONS}
    assert load(classes, list(SECTIONS), [(name, read_preset(name))])


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_gives_a_reason_for_every_line(name):
    lines = (PACKAGE / "presets" / f"{name}.toml").read_text(encoding="utf-8").splitlines()
    assert all("#" in line for line in lines if "=" in line)


@pytest.mark.parametrize("room", [audio_checks, text_checks])
def test_every_check_is_in_its_table(room):
    modules = {check.measure.__module__.split(".")[-1] for check in room.CHECKS}
    assert modules == {path.stem for path in Path(room.__file__).parent.glob("[!_]*.py")}
    names = [check.name for check in room.CHECKS]
    assert len(set(names)) == len(names)
    assert all(check.advice for check in room.CHECKS)


@pytest.mark.parametrize(
    ("faults", "checks"), [(audio_faults, audio_checks), (text_faults, text_checks)]
)
def test_every_fault_is_in_its_table_and_names_checks_that_exist(faults, checks):
    files = {path.stem for path in Path(faults.__file__).parent.glob("[!_]*.py")}
    assert {fault.inject.__module__.split(".")[-1] for fault in faults.FAULTS} == files
    names = [fault.name for fault in faults.FAULTS]
    assert len(set(names)) == len(names)
    known = {check.name for check in checks.CHECKS}
    assert all(set(fault.found_by) <= known for fault in faults.FAULTS)


def test_every_reader_of_lists_is_in_its_table():
    files = {path.stem for path in Path(readers.__file__).parent.glob("[!_]*.py")}
    modules = [reader.recognises.__module__.split(".")[-1] for reader in readers.READERS]
    assert sorted(modules) == sorted(files)
    assert len({reader.name for reader in readers.READERS}) == len(modules)
    assert all(reader.description for reader in readers.READERS)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_a_mirrored_test(module):
    path = TESTS / module
    has_test = path.with_name(f"test_{path.name}").is_file()
    assert has_test != (module in UNMIRRORED), "add a test, or take the module off the list"


def test_every_exception_is_a_module_and_has_a_reason():
    assert set(UNMIRRORED) <= set(MODULES)
    assert all(UNMIRRORED.values())


def test_every_cleaner_can_be_chosen_and_says_what_it_does():
    assert get_args(CleanerName) == tuple(CLEANERS)
    assert all(clean.__doc__ for clean in CLEANERS.values())
