import importlib
import re

import pytest

from voiceprep.cli.main import load_command
from voiceprep.cli.table import COMMANDS, SECTIONS


@pytest.mark.parametrize("row", COMMANDS.values(), ids=COMMANDS)
def test_every_row_leads_to_a_function(row):
    assert callable(getattr(importlib.import_module(row.module), row.function))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_help_names_voiceprep_instead_of_speaking_of_us(name):
    helps = " ".join(option.help or "" for option in load_command(name).params)
    assert not re.search(r"\b(we|us|ours?)\b", helps, re.I)


@pytest.mark.parametrize("target", SECTIONS.values(), ids=SECTIONS)
def test_every_section_leads_to_a_record(target):
    module, name = target.split(":")
    assert isinstance(getattr(importlib.import_module(module), name), type)
