import importlib

import pytest

from voiceprep.cli.table import COMMANDS, SECTIONS


@pytest.mark.parametrize("row", COMMANDS.values(), ids=COMMANDS)
def test_every_row_leads_to_a_function(row):
    assert callable(getattr(importlib.import_module(row.module), row.function))


@pytest.mark.parametrize("target", SECTIONS.values(), ids=SECTIONS)
def test_every_section_leads_to_a_record(target):
    module, name = target.split(":")
    assert isinstance(getattr(importlib.import_module(module), name), type)
