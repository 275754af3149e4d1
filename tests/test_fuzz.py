"""Hostile files are parsed or refused in one line; a killed command ends as an undisturbed one."""

import json
import signal

import pytest

from fuzz.__main__ import kept_cases, make_inputs
from fuzz.kills import COMMANDS, SIGNALS, Series, make_series, run_series
from fuzz.parsers import PARSERS
from tests.forked import HERE, run_code
from voiceprep.cli.table import COMMANDS as ALL_COMMANDS

# Mutated files of the quick parsers, and of those that take a tenth of a second or more.
COUNT, FEW = 210, 10
SLOW = ["compressed", "containers", "datasets", "pictures", "texts"]
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


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """What became of the seeds, of the kept cases and of mutated files: three lists of rows."""
    code = f"""
import json
from fuzz.__main__ import PARSERS, Input, kept_cases, make_inputs, run, seeds_of
seeds = [Input(name, file, data) for name in PARSERS for file, data in seeds_of(name).items()]
quick = [name for name in PARSERS if name not in {SLOW}]
mutated = [*make_inputs(quick, 1, {COUNT}), *make_inputs({SLOW}, 1, {FEW})]
for inputs in (seeds, list(kept_cases()), mutated):
    found = run(inputs)
    print(json.dumps([[row.parser, row.name, row.number, *vars(verdict).values()]
                      for row, verdict in found]))
"""
    result = in_process(code, tmp_path_factory.mktemp("fuzz"))
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def failures(rows):
    return [row for row in rows if row[3] not in ("parsed", "refused")]


def test_every_parser_reads_the_files_that_the_mutations_start_from(verdicts):
    rows = verdicts[0]
    assert {row[0] for row in rows} == set(PARSERS)
    assert {(row[0], row[1]) for row in rows if row[3] == "refused"} == REFUSED
    assert failures(rows) == []


def test_what_failed_once_does_not_fail_again(verdicts):
    assert len(verdicts[1]) == len(list(kept_cases()))
    assert failures(verdicts[1]) == []


def test_mutated_files_are_parsed_or_refused_in_one_line(verdicts):
    rows = verdicts[2]
    assert len(rows) == COUNT + FEW
    assert {row[3] for row in rows} >= {"parsed", "refused"}
    assert failures(rows) == []


def test_a_seed_makes_the_same_files_and_another_one_others():
    parsers = ["texts", "lists", "settings", "logs"]
    first, again, other = (list(make_inputs(parsers, seed, 40)) for seed in (1, 1, 2))
    assert first == again
    assert sum(one.data == two.data for one, two in zip(first, other, strict=True)) < 10


# What a parser does, and the verdict on it.
DEEDS = {
    "path.read_bytes()": "parsed",
    "raise_(TableError(path, 1, 'is blue'))": "refused",
    "raise_(UserError('is blue'))": "message without the file",
    "int('x')": "traceback",
    "len(bytearray(b'x') * (1 << 28))": "memory",
    "bytearray(1 << 40)": "memory",
    "os.kill(os.getpid(), 11)": "crash",
    "open('out', 'w').close()": "left",
    "(path.parents[3] / 'tmp' / 'x').touch()": "left",
    "warnings.warn('blue')": "warning",
    "[None for _ in iter(int, 1)]": "hang",
}


def test_the_harness_finds_what_it_looks_for(tmp_path):
    code = f"""
import os, warnings
from fuzz import runner
from fuzz.parsers import PARSERS, Parser
from voiceprep.errors import TableError, UserError
def raise_(error): raise error
runner.MOST_MEMORY, runner.LONGEST_SECONDS, runner.LONGEST_WAIT = 1 << 27, 0.5, 10.0
for deed in {list(DEEDS)}:
    PARSERS["made"] = Parser(dict, None, lambda path: eval(deed))
    for _, verdict in runner.run([runner.Input("made", "x.txt", b"")], 1):
        print(deed, verdict.kind, sep="|")
"""
    result = in_process(code, tmp_path)
    rows = [tuple(line.split("|")) for line in result.stdout.splitlines()]
    assert rows == list(DEEDS.items()), result.stderr


def test_every_command_that_writes_is_killed():
    assert {words[0] for words in COMMANDS.values()} == set(ALL_COMMANDS) - READING
    series = list(make_series(60, 1, list(COMMANDS)))
    assert {one.command for one in series} == set(COMMANDS)
    assert {sent for one in series for sent, _ in one.signals} == set(SIGNALS)
    assert {len(one.signals) for one in series} == {1, 2, 3}
    assert series == list(make_series(60, 1, list(COMMANDS)))


def test_a_killed_command_ends_as_an_undisturbed_one(tmp_path, capsys):
    series = [
        Series(0, "convert", ((signal.SIGKILL, 0.8), (signal.SIGTERM, 0.6))),
        Series(1, "filelist", ((signal.SIGHUP, 0.9),)),
        Series(2, "trim", ((signal.SIGINT, 0.5), (signal.SIGKILL, 0.95))),
    ]
    code, told = run_series(tmp_path, series), capsys.readouterr().out
    assert code == 0 and "3 series with 5 signals, 0 with faults" in told, told
