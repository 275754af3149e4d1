"""python -m fuzz [--seed 1] [--count 20000] [--only SEED:NUMBER] [--keep] [PARSER …]"""

import argparse
import hashlib
import importlib
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random

os.environ.setdefault("OMP_NUM_THREADS", "1")

from tests.forked import LIBRARIES

from .parsers import PARSERS  # torch reads the number of threads as it loads
from .runner import GOOD, Input, Verdict, run, shrink

CASES = Path(__file__).with_name("cases")
# Larger files are printed and not kept.
MOST_BYTES = 4096
SHOWN_PER_PLACE = 3


@cache
def seeds_of(parser: str) -> dict[str, bytes]:
    """The seeds of a parser by name."""
    return dict(PARSERS[parser].seeds())


def make_input(parser: str, seed: int, number: int) -> Input:
    """The input of that number: the same bytes each time."""
    random = Random(f"{parser}:{seed}:{number}")
    files = seeds_of(parser)
    name = random.choice(sorted(files))
    suffix = Path(name).suffix
    alike = [files[other] for other in sorted(files) if Path(other).suffix == suffix]
    mutate = PARSERS[parser].mutation(name)
    return Input(parser, name, mutate(files[name], random.choice(alike), random), seed, number)


def make_inputs(parsers: Sequence[str], seed: int, count: int) -> Iterator[Input]:
    """As many inputs as asked for, the parsers in turn."""
    for number in range(count):
        yield make_input(parsers[number % len(parsers)], seed, number // len(parsers))


def kept_cases() -> Iterator[Input]:
    """The inputs that failed once: cases/PARSER/WHAT/NAME, where NAME may have folders."""
    for parser in sorted(PARSERS):
        for case in sorted((CASES / parser).glob("*")):
            for path in sorted(entry for entry in case.rglob("*") if entry.is_file()):
                yield Input(parser, path.relative_to(case).as_posix(), path.read_bytes())


def keep(given: Input, verdict: Verdict) -> Path | None:
    """Write a failed input into the folder of cases, made smaller; None where it is too large."""
    given = given if verdict.kind == "hang" else shrink(given, verdict)
    if len(given.data) > MOST_BYTES:
        return None
    digest = hashlib.sha256(given.data).hexdigest()[:8]
    path = CASES / given.parser / f"{verdict.kind.replace(' ', '-')}-{digest}" / given.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(given.data)
    return path


def main(words: Sequence[str] | None = None) -> int:
    """Run the inputs, print the failures and the counts; 1 where there was a failure."""
    parse = argparse.ArgumentParser(prog="python -m fuzz")
    parse.add_argument("parsers", nargs="*", choices=[*PARSERS, []], metavar="PARSER")
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--count", type=int, default=1000)
    parse.add_argument("--only", metavar="SEED:NUMBER", help="one input of one parser again")
    parse.add_argument("--cases", action="store_true", help="the kept cases instead")
    parse.add_argument("--keep", action="store_true", help="keep what fails in fuzz/cases")
    parse.add_argument("--jobs", type=int, default=2)
    given = parse.parse_args(words)
    parsers = given.parsers or list(PARSERS)
    inputs: Iterable[Input]
    if given.cases:
        inputs = (case for case in kept_cases() if case.parser in parsers)
    elif given.only:
        seed, _, number = given.only.partition(":")
        inputs = [make_input(parsers[0], int(seed), int(number))]
    else:
        inputs = make_inputs(parsers, given.seed, given.count)
    for library in LIBRARIES:  # once, before the workers are forked
        importlib.import_module(library)
    for parser in parsers:
        seeds_of(parser)
    began = time.monotonic()
    counts, places = report(run(inputs, given.jobs), given.keep)
    print_counts(counts, time.monotonic() - began)
    return 1 if places else 0


def report(
    verdicts: Iterator[tuple[Input, Verdict]], keeps: bool
) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str, str]]]:
    """Print the first failures of each place; the counts of kinds and of places."""
    counts: Counter[tuple[str, str]] = Counter()
    places: Counter[tuple[str, str, str]] = Counter()
    for given, verdict in verdicts:
        counts[given.parser, verdict.kind] += 1
        if verdict.kind in GOOD:
            continue
        place = (given.parser, verdict.kind, verdict.where)
        places[place] += 1
        if places[place] <= SHOWN_PER_PLACE:
            again = f"python -m fuzz {given.parser} --only {given.seed}:{given.number}"
            kept = keep(given, verdict) if keeps and places[place] == 1 else None
            print(f"\n{given.parser} {given.name}: {verdict.kind}  ({again}) {kept or ''}")
            print(verdict.message, flush=True)
    for (parser, kind, where), count in sorted(places.items()):
        print(f"{count:6}  {parser}: {kind}  {where}")
    return counts, places


def print_counts(counts: Counter[tuple[str, str]], seconds: float) -> None:
    """A line for each parser, and the sum."""
    for parser in dict.fromkeys(parser for parser, _ in sorted(counts)):
        own = {kind: count for (name, kind), count in sorted(counts.items()) if name == parser}
        print(f"{parser:<12}", "  ".join(f"{kind} {count}" for kind, count in own.items()))
    bad = sum(count for (_, kind), count in counts.items() if kind not in GOOD)
    print(f"{counts.total()} inputs, {bad} failures, {seconds:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
