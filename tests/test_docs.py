"""Every example in the README and in docs/ runs; every command, option and preset is told of."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest

from examples.demo_recordings import make_recordings
from voiceprep.cli.main import load_command
from voiceprep.cli.table import COMMANDS, SECTIONS
from voiceprep.commands.report import report
from voiceprep.commands.reporting import ShowConfig
from voiceprep.config import preset_names

HERE = Path(__file__).parent.parent
PAGES = [HERE / "README.md", *sorted((HERE / "docs").glob("*.md"))]
SHARED = {"--json", "--quiet", "--verbose", "--preset", "--set", "--dataset", "--help"}
SHARED |= {"--dry-run", "--force", "--jobs"}
# Finished, or finished without the recordings that are broken on purpose.
WELL = (0, 3)


def blocks(page, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)


@pytest.fixture(scope="session")
def recordings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    make_recordings(folder)
    return folder


@pytest.fixture
def prepared(recordings, tmp_path):
    """A dataset as `make demo` leaves it with checkpoints, and a shell that finds the command."""
    dataset = tmp_path / "voice"
    shutil.copytree(recordings, dataset)
    shim = tmp_path / "bin" / "voiceprep"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m voiceprep "$@"\n')
    shim.chmod(0o755)
    path = f"{shim.parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(HERE)}

    def shell(line):
        call = ["sh", "-c", line]
        return subprocess.run(
            call, cwd=dataset, env=environment, capture_output=True, text=True, check=False
        )

    for line in ("convert mp3dir", "mels"):
        assert shell(f"voiceprep {line}").returncode in WELL
    reference = HERE / "tests" / "reference"
    for name, epoch in (("Tacotron2", 1500), ("WaveGlow", 1000)):
        checkpoint = reference / f"checkpoint_{name}_a.pt"
        shutil.copy(checkpoint, dataset / f"checkpoint_{name}_{epoch}.pt")
    return shell


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_runs(page, prepared):
    for block in blocks(page, "console"):
        for line in re.findall(r"^\$ (voiceprep .*)", block, re.M):
            # The prompt of the page is no shell: $2.50 is meant as it stands.
            told = prepared(line.replace("$", "\\$"))
            assert told.returncode in WELL, (line, told.stderr)


def test_what_text_shows_is_what_the_page_shows(prepared):
    (block,) = blocks(HERE / "docs" / "text.md", "console")
    for line, shown in re.findall(r"^\$ (voiceprep .*)\n((?:[^$].*\n)+)", block, re.M):
        assert prepared(line.replace("$", "\\$")).stdout == shown


def test_the_report_finds_every_fault_of_the_demo_and_accuses_nothing_else(recordings, tmp_path):
    asked = ShowConfig(output=str(tmp_path))
    found = report(recordings / "mp3dir", recordings, asked)
    faults = {}
    for finding in found.faults():
        faults.setdefault(finding.id, set()).add(finding.check)
    page = (HERE / "docs" / "report.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| (demo-\d+) \| [^|]+ \| `(\w+)`", page, re.M))
    assert {id.partition(".")[0] for id in faults} == set(told)
    for id, checks in faults.items():
        assert told[id.partition(".")[0]] in checks


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_python_example_runs(page, prepared):
    for block in blocks(page, "python"):
        told = prepared(f'"{sys.executable}" - <<"END"\n{block}\nEND')
        assert told.returncode == 0, told.stderr


@pytest.mark.parametrize("name", ["voice.sh", "voice.py"])
def test_the_examples_run(name, prepared):
    interpreter = "sh" if name.endswith(".sh") else f'"{sys.executable}"'
    told = prepared(f'{interpreter} "{HERE / "examples" / name}" .')
    assert told.returncode in WELL, told.stderr
    assert "→ filelists" in told.stdout or "filelists" in told.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_its_page(name):
    page = (HERE / "docs" / f"{name}.md").read_text(encoding="utf-8")
    flags = {flag for option in load_command(name).params for flag in option.opts}
    own = {flag for flag in flags if flag.startswith("--")} - SHARED
    missing = {flag for flag in own if flag not in page}
    assert not missing
    assert f"voiceprep {name}" in page


def test_every_setting_and_preset_is_told_of():
    page = (HERE / "docs" / "settings.md").read_text(encoding="utf-8")
    for section, target in SECTIONS.items():
        module, name = target.split(":")
        for entry in fields(getattr(import_module(module), name)):
            assert f"`{section}.{entry.name}`" in page
    assert all(f"`{name}`" in page for name in preset_names())


def test_the_readmes_two_commands_are_there():
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    makefile = (HERE / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test"):
        assert f"make {target}" in readme
        assert re.search(rf"^{target}:", makefile, re.M)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_leads_somewhere(page):
    for link in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert link.startswith("https://") or (page.parent / link).exists(), link
