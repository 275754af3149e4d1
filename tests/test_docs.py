"""Every example in the README and in docs/ runs; every command, option and preset is documented."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import fields
from importlib import import_module
from math import isinf
from pathlib import Path

import pytest

import voiceprep
from docs import reference
from examples.demo_recordings import make_recordings
from tests.forked import run_code, run_command
from voiceprep.audio.checks import CHECKS as SOUND_CHECKS
from voiceprep.cli.main import load_command
from voiceprep.cli.table import COMMANDS, SECTIONS
from voiceprep.commands.report.command import report
from voiceprep.commands.report.result import ShowConfig
from voiceprep.config import default_of, kind_of, preset_names
from voiceprep.text.checks import CHECKS as TEXT_CHECKS
from voiceprep.text.encode import TextConfig
from voiceprep.text.frontends import FRONTENDS, make_frontend
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.registry import MODELS

HERE = Path(__file__).parent.parent
PAGES = [HERE / "README.md", *sorted((HERE / "docs").glob("*.md"))]
SHARED = {"--json", "--quiet", "--verbose", "--preset", "--set", "--dataset", "--help"}
SHARED |= {"--dry-run", "--force", "--jobs"}
# Finished, or finished without the recordings that are broken on purpose.
FINISHED = (0, 3)


def blocks(page, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)


@pytest.fixture(scope="session")
def recordings(made_once):
    return made_once("demo", make_recordings)


@pytest.fixture(scope="session")
def converted(made_once, recordings):
    """A dataset as `make demo` leaves it, and checkpoints."""

    def make(folder):
        shutil.copytree(recordings, folder, dirs_exist_ok=True)
        for words in (("convert", "mp3dir"), ("mels",)):
            assert run_command(words, folder).returncode in FINISHED
        reference = HERE / "tests" / "reference"
        for name, epoch in (("Tacotron2", 1500), ("WaveGlow", 1000)):
            checkpoint = reference / f"checkpoint_{name}_a.pt"
            shutil.copy(checkpoint, folder / f"checkpoint_{name}_{epoch}.pt")

    return made_once("converted", make)


@pytest.fixture
def prepared(converted, tmp_path):
    return shutil.copytree(converted, tmp_path / "voice")


def run_line(line, folder):
    """The result of a line of a page, without its first word, `voiceprep`."""
    return run_command(shlex.split(line)[1:], folder)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_runs(page, prepared):
    for block in blocks(page, "console"):
        for line in re.findall(r"^\$ (voiceprep .*)", block, re.M):
            # A test shows that training runs; the page says how many steps show something.
            result = run_line(line.replace("--steps 300", "--steps 2"), prepared)
            assert result.returncode in FINISHED, (line, result.stderr)


def test_what_text_shows_is_what_the_page_shows(prepared):
    (block,) = blocks(HERE / "docs" / "text.md", "console")
    for line, shown in re.findall(r"^\$ (voiceprep .*)\n((?:[^$].*\n)+)", block, re.M):
        assert run_line(line, prepared).stdout == shown


def test_what_text_shows_of_each_front_end_is_what_the_page_shows(tmp_path):
    """The page leaves out lines, or has … in their place."""
    page = "".join(blocks(HERE / "docs" / "frontends.md", "console"))
    commands = re.findall(r"^\$ (voiceprep text .*)\n((?:[^$].*\n)+)", page, re.M)
    assert len(commands) > 10
    for line, shown in commands:
        printed = iter(run_line(line, tmp_path).stdout.splitlines())
        for wanted in shown.splitlines():
            assert wanted == "…" or wanted in printed, (line, wanted)


def test_the_report_finds_every_fault_of_the_demo_and_flags_nothing_else(recordings, tmp_path):
    options = ShowConfig(output=str(tmp_path))
    found = report(recordings / "mp3dir", recordings, options)
    faults = {}
    for finding in found.faults():
        faults.setdefault(finding.id, set()).add(finding.check)
    page = (HERE / "docs" / "report.md").read_text(encoding="utf-8")
    documented = dict(re.findall(r"^\| (demo-\d+) \| [^|]+ \| `(\w+)`", page, re.M))
    assert {id.partition(".")[0] for id in faults} == set(documented)
    for id, checks in faults.items():
        assert documented[id.partition(".")[0]] in checks


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.stem
)
def test_the_python_examples_of_a_page_run_one_after_the_other(page, prepared):
    cells = "\n".join(blocks(page, "python"))
    best = "output/tacotron2/best.pt"
    if best in cells and "voiceprep.train(" not in cells:
        # The commands of the page have trained the voice.
        (prepared / best).parent.mkdir(parents=True)
        shutil.copy(prepared / "checkpoint_Tacotron2_1500.pt", prepared / best)
    result = run_code(cells, prepared)
    assert result.returncode == 0, result.stderr


def test_the_reference_of_the_library_is_what_the_docstrings_say():
    page = reference.PAGE.read_text(encoding="utf-8")
    assert page.partition(reference.MARK)[2].strip() == reference.reference().strip()


def test_the_reference_has_every_public_name():
    names = [name for group in reference.GROUPS.values() for name in group]
    assert sorted(names) == sorted(set(voiceprep.__all__) - {"__version__"})


def run_example(words, folder, bin_folder):
    """The result of an example, which finds this copy of voiceprep by its name."""
    command = bin_folder / "voiceprep"
    bin_folder.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m voiceprep "$@"\n')
    command.chmod(0o755)
    path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
    name, *rest = words
    return subprocess.run(
        ["sh" if name.endswith(".sh") else sys.executable, HERE / "examples" / name, *rest],
        cwd=folder,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["voice.sh", "voice.py"])
def test_the_examples_run(name, prepared, tmp_path):
    result = run_example([name, "."], prepared, tmp_path / "bin")
    assert result.returncode in FINISHED, result.stderr
    assert "→ filelists" in result.stdout or "filelists" in result.stdout


def test_the_example_of_languages_runs(tmp_path):
    # Two steps show that it runs, and one language that a front end is followed to the end.
    result = run_example(["languages.sh", ".", "2", "ko"], tmp_path, tmp_path / "bin")
    assert result.returncode == 0, result.stderr
    made = ("output/tacotron2/last.pt", "speech/ko-01.wav", "stats/runs.csv")
    assert all((tmp_path / "ko" / file).is_file() for file in made)
    assert Checkpoint.load(tmp_path / "ko" / made[0]).frontend.text.name == "ko"


@pytest.mark.parametrize(
    "page", sorted((HERE / "examples" / "sentences").glob("*.txt")), ids=lambda page: page.stem
)
def test_the_sentences_of_the_example_are_read_whole(page):
    sentences = [line.split("|")[0] for line in page.read_text(encoding="utf-8").splitlines()]
    assert len(sentences) == len({*sentences}) == 30
    name = page.stem if page.stem in FRONTENDS else "characters"
    frontend = make_frontend(TextConfig(frontend=name), sentences)
    assert not any(encoding.unknown for encoding in frontend.encode_all(sentences))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_its_page(name):
    page = (HERE / "docs" / f"{name}.md").read_text(encoding="utf-8")
    flags = {flag for option in load_command(name).params for flag in option.opts}
    own = {flag for flag in flags if flag.startswith("--")} - SHARED
    missing = {flag for flag in own if flag not in page}
    assert not missing
    assert f"voiceprep {name}" in page


def table_rows(page, first_cell):
    """The rows of a page's tables whose first cell matches, each as a tuple of its cells."""
    lines = (HERE / "docs" / page).read_text(encoding="utf-8").splitlines()
    rows = [re.split(r" \|(?= )", line[1:-2]) for line in lines if line.startswith("| `")]
    cells = [tuple(cell.strip().replace("\\|", "|") for cell in row) for row in rows]
    return [row for row in cells if re.fullmatch(first_cell, row[0])]


def setting_row(section, cls, entry):
    """A setting as docs/settings.md shows it: name, default, choices, help."""
    default = default_of(entry)
    shown = f"{default:g}" if isinstance(default, float) else str(default)
    shown = shown.lower() if isinstance(default, bool) else "" if default in ("", ()) else shown
    choices = ", ".join(map(str, kind_of(cls, entry.name)[1]))
    return f"`{section}.{entry.name}`", shown, choices, entry.metadata["help"]


def test_the_table_of_settings_is_what_the_dataclasses_say():
    classes = {
        section: getattr(import_module(target.split(":")[0]), target.split(":")[1])
        for section, target in SECTIONS.items()
    }
    rows = [
        setting_row(section, cls, entry)
        for section, cls in classes.items()
        for entry in fields(cls)
    ]
    assert table_rows("settings.md", r"`\w+\.\w+`") == rows


def check_row(check):
    """A check as docs/report.md shows it: name, limit, weight, fix."""
    bound = "least" if check.worse == "below" else "most"
    unit = re.sub(r"(?<=[a-z]{2})s$", "", check.unit) if check.limit == 1 else check.unit
    limit = "none" if isinf(check.limit) else f"at {bound} {check.limit:g} {unit}"
    return f"`{check.name}`", limit, check.weight + (", off" if check.off else ""), check.fix


def test_the_tables_of_checks_are_what_the_checks_say():
    rows = [row[:4] for row in table_rows("report.md", r"`\w+`") if len(row) == 5]
    checks = [check_row(check) for check in (*SOUND_CHECKS, *TEXT_CHECKS)]
    assert [row for row in rows if row[0] != "`file`"] == checks


def test_every_preset_has_its_row():
    page = (HERE / "docs" / "settings.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in page for name in preset_names())


@pytest.mark.parametrize("name", ["train", "infer"])
def test_the_table_of_options_is_what_the_help_says(name):
    helps = {flag: option.help for option in load_command(name).params for flag in option.opts}
    rows = [row for row in table_rows(f"{name}.md", r"`-.*`") if len(row) == 2]
    assert rows
    for flags, text in rows:
        for flag in re.findall(r"`(-[\w-]+)`", flags):
            assert helps[flag].partition("  [default")[0] == f"{text[0].upper()}{text[1:]}."


def test_the_table_of_models_is_the_registry():
    rows = [
        (
            f"`{spec.name}`",
            spec.maps,
            spec.reads,
            f"`{spec.scratch_preset}`",
            f"`{spec.finetune_preset}`",
            ", ".join([*spec.lacks, *([] if spec.overfit else ["`--preflight`"])]) or "none",
        )
        for spec in MODELS.values()
    ]
    models = "|".join(MODELS)
    assert [row for row in table_rows("train.md", f"`({models})`") if len(row) == 6] == rows


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


def test_every_page_is_linked_from_the_index():
    index = (HERE / "docs" / "index.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\]\(([\w-]+\.md)[)#]", index.partition("## All pages")[2]))
    assert linked | {"index.md"} == {page.name for page in (HERE / "docs").glob("*.md")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_to_a_heading_leads_to_one(page):
    for link, anchor in re.findall(r"\]\(([^)#]*)#([^)]+)\)", page.read_text(encoding="utf-8")):
        if not link.startswith("https://"):
            target = (page.parent / link if link else page).read_text(encoding="utf-8")
            headings = re.findall(r"^#+ (.+)$", target, re.M)
            assert anchor in {anchor_of(heading) for heading in headings}, (link, anchor)


def anchor_of(heading):
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
