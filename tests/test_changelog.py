"""The changelog tells of the version at hand."""

import re
from pathlib import Path

from voiceprep import __version__
from voiceprep.cli.table import COMMANDS
from voiceprep.moved import MOVED

PAGE = (Path(__file__).parents[1] / "CHANGELOG.md").read_text(encoding="utf-8")


def test_its_newest_version_is_that_of_the_package():
    assert re.search(r"^## \[(.+?)\]", PAGE, re.M)[1] == __version__


def test_every_command_is_in_it():
    assert [name for name in COMMANDS if f"`voiceprep {name}" not in PAGE] == []


def test_every_old_import_path_stands_beside_its_new_one():
    rows = dict(re.findall(r"^\| (.+?) \| (.+?) \|$", PAGE, re.M))
    for old, (new, names) in MOVED.items():
        row = ", ".join(f"`{name}`" for name in (old, *names))
        assert rows[row] == ", ".join(f"`{name}`" for name in (new, *names.values()))
