"""How often the checks of texts find a fault that was made, and how often they are wrong.

python benchmarks/measure_texts.py CLIPS.jsonl [SIZE ...]     lines with a text and seconds
python benchmarks/measure_texts.py SENTENCES.txt [SIZE ...]   a sentence a line, times made up

For every fault, size of fault and size of set: sets are drawn, a tenth of their texts get the
fault, and the checks that are there to find it judge all. Decided is the share of faulty clips of
which a check can tell, recall the share of those that it names, precision the share of faulty ones
among those that it names, with 95 % intervals (Wilson); false alarms are per set without any fault.
The made-up times are the robust regression over LJSpeech's clips, 0.31 s + 0.0603 s a symbol +
0.207 s a pause, times a log-normal factor whose deviation is 0.228 over the root of the seconds, as
it is there.
"""

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from voiceprep.clip import read_clips
from voiceprep.quality.check import judge_set
from voiceprep.quality.proportion import wilson
from voiceprep.records import Finding
from voiceprep.text.checks import CHECKS
from voiceprep.text.encode import encode
from voiceprep.text.faults import FAULTS
from voiceprep.text.spoken import SpokenText

SETS = (23, 200, 2000)
# So many clips are judged for each figure, in as many sets as they make.
CLIPS = 4000
# Other sets than those that the limits were chosen on.
FIRST_SEED = 1000
SPREAD = 0.228


def main(source: Path, sizes: list[int]) -> None:
    texts = read_texts(source)
    made_up = source.suffix == ".txt"
    print(f"{source.name}: {len(texts)} clips, their times {'made up' if made_up else 'their own'}")
    for size in [size for size in sizes if size <= len(texts)]:
        print(f"\nsets of {size} clips\n{'fault':16}{'size':>6}  {'check':22}", end="")
        names = (("decided", 9), ("recall", 8), ("precision", 12))
        print("".join(f"{name:>{width}}{'from':>6}{'to':>6}" for name, width in names))
        for fault in FAULTS:
            for amount in fault.sizes:
                counts = measure(texts, fault.inject, amount, size)
                for name in fault.found_by or ("duration_outlier",):
                    print(f"{fault.name:16}{amount:>6}  {name:22}{row(counts, name)}")
        alarms = measure(texts, None, 0, size)
        told = ", ".join(
            f"{c.name} {alarms[c.name, 'false'] / alarms['sets']:.2f}" for c in checks()
        )
        print(f"false alarms in a set without a fault: {told}")


def read_texts(source: Path) -> list[SpokenText]:
    if source.suffix == ".txt":
        random = np.random.default_rng(1)
        spoken = [
            SpokenText(encode(line)) for line in source.read_text(encoding="utf-8").splitlines()
        ]
        return [replace(text, seconds=made_seconds(text, random)) for text in spoken]
    clips = [clip for clip in read_clips(source) if clip.text and clip.seconds]
    return [SpokenText(encode(clip.text), clip.seconds) for clip in clips]


def made_seconds(text: SpokenText, random: np.random.Generator) -> float:
    pauses = sum(mark in ",.;:!?()" for mark in text.encoding.symbols[:-1])
    seconds = 0.31 + 0.0603 * text.length + 0.207 * pauses
    return seconds * float(np.exp(SPREAD / np.sqrt(seconds) * random.standard_normal()))


def checks():
    return [check for check in CHECKS if check.reads == "set"]


def measure(texts: list[SpokenText], inject, amount: float, size: int) -> Counter:
    counts: Counter = Counter()
    for seed in range(max(CLIPS // size, 1)):
        random = np.random.default_rng(FIRST_SEED + seed)
        drawn = {f"{n:05}": texts[n] for n in random.permutation(len(texts))[:size]}
        before = {id: spoken.encoding.text for id, spoken in drawn.items()}
        after = inject(before, amount, random) if inject else before
        faulty = {id for id in before if after[id] != before[id]}
        drawn |= {id: replace(drawn[id], encoding=encode(after[id])) for id in faulty}
        counts["sets"] += 1
        counts["faulty"] += len(faulty)
        for check in checks():
            read = judge_set(check, drawn)
            named = {id: f for id, f in read.items() if isinstance(f, Finding) and not f.ok}
            counts[check.name, "told"] += sum(isinstance(read.get(id), Finding) for id in faulty)
            counts[check.name, "true"] += len(named.keys() & faulty)
            # A text that was copied is there twice: it is right to name its source for it.
            wrong = {
                id for id, f in named.items() if not any(other in f.advice for other in faulty)
            }
            counts[check.name, "false"] += len(wrong - faulty)
    return counts


def row(counts: Counter, name: str) -> str:
    found, false, told = (counts[name, kind] for kind in ("true", "false", "told"))
    pairs = ((told, counts["faulty"], 9), (found, told, 8), (found, found + false, 12))
    return "".join(figures(part, whole, width) for part, whole, width in pairs)


def figures(part: int, whole: int, width: int) -> str:
    if not whole:
        return f"{'–':>{width}}{'':12}"
    rate = wilson(part, whole)
    return f"{rate.rate:>{width}.2f}{rate.low:>6.2f}{rate.high:>6.2f}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(word) for word in sys.argv[2:]] or list(SETS))
