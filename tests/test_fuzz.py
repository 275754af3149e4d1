"""Hostile files are parsed or refused in one line; a killed command ends as an undisturbed one."""

import json

import pytest

from fuzz.__main__ import make_inputs
from fuzz.kills import COMMANDS, SIGNALS, make_series
from fuzz.parsers import PARSERS
from tests.forked import HERE, run_code
from voiceprep.cli.table import COMMANDS as ALL_COMMANDS

COUNT = 400
# Well-formed files that are refused: what they hold is no model.
REFUSED = {
    *(("pickles", "fields.pt"), ("pickles", "fields_legacy.pt"), ("pickles", "network.pt")),
    ("pickles", "tensors.safetensors"),
}
# Commands that write nothing.
READING = {"text"}


def in_process(code, folder):
    """The result of Python code that can fork, as no other thread runs there."""
    return run_code(f"import sys\nsys.path.insert(0, {str(HERE)!r})\n{code}", folder)


def harness(folder, *words):
    code = f"from fuzz.__main__ import main\nsys.exit(main({list(words)}))"
    return in_process(code, folder)


def test_every_parser_reads_the_files_that_the_mutations_start_from(tmp_path):
    code = """
import json
from fuzz.__main__ import PARSERS, Input, run, seeds_of
files = [Input(name, file, data) for name in PARSERS for file, data in seeds_of(name).items()]
for given, verdict in run(files):
    print(json.dumps([given.parser, given.name, verdict.kind, verdict.message]))
"""
    result = in_process(code, tmp_path)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert {row[0] for row in rows} == set(PARSERS), result.stderr
    assert {(row[0], row[1]) for row in rows if row[2] == "refused"} == REFUSED
    assert [row for row in rows if row[2] not in ("parsed", "refused")] == []


def test_mutated_files_are_parsed_or_refused_in_one_line(tmp_path):
    result = harness(tmp_path, "--seed", "1", "--count", str(COUNT))
    assert f"{COUNT} inputs, 0 failures" in result.stdout, result.stdout + result.stderr


def test_what_failed_once_does_not_fail_again(tmp_path):
    result = harness(tmp_path, "--cases")
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_seed_makes_the_same_files_and_another_one_others():
    parsers = ["texts", "lists", "settings", "logs"]
    first, again, other = (list(make_inputs(parsers, seed, 40)) for seed in (1, 1, 2))
    assert first == again
    assert sum(one.data == two.data for one, two in zip(first, other, strict=True)) < 10


@pytest.mark.parametrize(
    ("parse", "kind"),
    [
        ("path.read_bytes()", "parsed"),
        ("raise_(TableError(path, 1, 'is blue'))", "refused"),
        ("raise_(UserError('is blue'))", "message without the file"),
        ("int('x')", "traceback"),
        ("len(b'x' * (3 << 29))", "memory"),
        ("bytearray(1 << 40)", "memory"),
        ("os.kill(os.getpid(), 11)", "crash"),
        ("[None for _ in iter(int, 1)]", "hang"),
        ("open('out', 'w').close()", "left"),
        ("(path.parents[3] / 'tmp' / 'x').touch()", "left"),
        ("warnings.warn('blue')", "warning"),
    ],
)
def test_the_harness_finds_what_it_looks_for(tmp_path, parse, kind):
    code = f"""
import os, warnings
from fuzz import runner
from fuzz.parsers import PARSERS, Parser
from voiceprep.errors import TableError, UserError
def raise_(error): raise error
PARSERS["made"] = Parser(dict, None, lambda path: {parse})
runner.LONGEST_SECONDS, runner.LONGEST_WAIT = 0.2, 2.0
for _, verdict in runner.run([runner.Input("made", "x.txt", b"")] * 2, 1):
    print(verdict.kind)
"""
    result = in_process(code, tmp_path)
    assert result.stdout.splitlines() == [kind] * 2, result.stderr


def test_every_command_that_writes_is_killed():
    assert {words[0] for words in COMMANDS.values()} == set(ALL_COMMANDS) - READING
    series = list(make_series(60, 1, list(COMMANDS)))
    assert {one.command for one in series} == set(COMMANDS)
    assert {sent for one in series for sent, _ in one.signals} == set(SIGNALS)
    assert {len(one.signals) for one in series} == {1, 2, 3}
    assert series == list(make_series(60, 1, list(COMMANDS)))
