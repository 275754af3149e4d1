"""How many sentences a second each front end reads on one core, and how long it takes to begin.

    OMP_NUM_THREADS=1 python benchmarks/bench_frontends.py [SENTENCES, one a line]

Seconds are of the processor, those of other programs included. The sentences of the argument are
for the front ends of English and of any language; the others read pairs of the sentences in
examples/, which count as one. Each round makes the front end anew, so that what it remembers of
words is from the sentences alone.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from statistics import median
from time import process_time

from voiceprep.errors import ToolMissing
from voiceprep.text.encode import TextConfig
from voiceprep.text.frontends import FRONTENDS, make_frontend

ROUNDS = 3
OPTIONS = {"espeak": {"language": "en-gb"}}
SENTENCES = Path(__file__).parents[1] / "examples" / "sentences"
ENGLISH = (Path(__file__).parents[1] / "voiceprep" / "text" / "sentences.txt").read_text("utf-8")
OTHERS = ("ja", "zh", "ko")
MOST = 900


def texts_of(name: str) -> Sequence[str]:
    """Texts that are all different: lines, or two of a few sentences each."""
    if name not in OTHERS:
        read = Path(sys.argv[1]).read_text(encoding="utf-8") if len(sys.argv) > 1 else ENGLISH
        return [line for line in read.splitlines() if line.strip()]
    lines = (SENTENCES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    sentences = [line.partition("|")[0] for line in lines]
    return [first + second for first, second in permutations(sentences, 2)][:MOST]


def seconds() -> float:
    """Of this process and of those that it has waited for."""
    times = os.times()
    return process_time() + times.children_user + times.children_system


def measure(name: str, texts: Sequence[str]) -> tuple[float, float]:
    """The seconds up to the first sentence, and those of all others."""
    config = replace(TextConfig(frontend=name), **OPTIONS.get(name, {}))
    start = seconds()
    frontend = make_frontend(config, texts)
    frontend.encode(texts[0])
    begun = seconds()
    frontend.encode_all(texts[1:])
    return begun - start, seconds() - begun


def main() -> None:
    print(
        "| front end | sentences | characters a sentence | first sentence, s | sentences a second |"
    )
    print("|---|---|---|---|---|")
    for name in FRONTENDS:
        texts = texts_of(name)
        try:
            first, *_ = measured = [measure(name, texts) for _ in range(ROUNDS)]
        except ToolMissing as missing:
            print(f"| {name} | | | | {missing} |", flush=True)
            continue
        speed = (len(texts) - 1) / median(taken for _, taken in measured)
        length = sum(map(len, texts)) / len(texts)
        cells = f"{len(texts)} | {length:.0f} | {first[0]:.2f} | {speed:.0f}"
        print(f"| {name} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
