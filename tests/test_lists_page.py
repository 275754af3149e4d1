"""What docs/lists.md names is there, and what it calls "not yet" is not."""

import re
from pathlib import Path

import pytest

from voiceprep.audio.checks import CHECKS
from voiceprep.cli.main import load_command
from voiceprep.cli.table import COMMANDS, SECTIONS
from voiceprep.config import preset_names
from voiceprep.train.registry import MODELS

HERE = Path(__file__).parents[1]
PAGE = (HERE / "docs" / "lists.md").read_text(encoding="utf-8")
ANSWERS = [line.rpartition(" | ")[2] for line in PAGE.splitlines() if line.startswith("| ")]
SPANS = [span for answer in ANSWERS for span in re.findall(r"`([^`]+)`", answer)]


def flags(command):
    options = load_command(command).params
    return {flag for option in options for flag in (*option.opts, *option.secondary_opts)} | {
        "--help"
    }


def test_every_command_has_the_options_that_are_named_with_it():
    calls = [words for span in SPANS if (words := span.split())[0] == "voiceprep"]
    assert len(calls) > 30
    for words in calls:
        command = words[1]
        named = {word for word in words[2:] if word.startswith("-")}
        assert named <= flags(command), words


def test_every_option_belongs_to_a_command():
    known = set().union(*(flags(name) for name in COMMANDS)) | {"--logdir"}
    named = {word for span in SPANS for word in span.split() if re.match("--[a-z]", word)}
    # Spelled as in the original scripts, in rows that say what they are called here.
    original = {"--amp", "--bench-class"}
    assert named - original <= known


def test_every_setting_and_preset_is_there():
    settings = {span for span in SPANS if re.fullmatch(r"(\w+)\.\w+", span)}
    settings = {span for span in settings if span.partition(".")[0] in SECTIONS}
    assert len(settings) > 8
    page = (HERE / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [name for name in settings if f"| `{name}` |" not in page] == []
    named = {span for span in SPANS if span.startswith(("dle-", "finetune", "fine-", "waveglow-"))}
    assert len(named) > 5
    assert named <= set(preset_names())


def test_every_file_that_is_named_is_there():
    names = {span for span in SPANS if re.match(r"(voiceprep|benchmarks)/", span)}
    assert names
    assert [name for name in names if not (HERE / name).exists()] == []
    assert "tail_seconds" in {check.name for check in CHECKS}


def test_every_anchor_leads_to_a_heading():
    for page, anchor in re.findall(r"\]\(([^)#]+)#([^)]+)\)", PAGE):
        text = (HERE / "docs" / page).read_text(encoding="utf-8")
        heads = re.findall(r"^#+ (.+)$", text, re.M)
        anchors = {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
        assert anchor in anchors, (page, anchor)


@pytest.mark.parametrize("planned", ["wavenet", "dctts", "mmi"])
def test_what_is_not_yet_there_is_not_there(planned):
    names = [re.sub(r"\W", "", f"{row.name} {row.title}".lower()) for row in MODELS.values()]
    assert not [name for name in names if planned in name]
