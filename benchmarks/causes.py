"""How well the causes of failures are told apart, on runs that are made with one fault each.

python benchmarks/causes.py [FIRST_SEED [RUNS]]
"""

import sys
from collections import Counter

from tests.train.diagnosis.made_runs import FAULTS, STEP_SECONDS, made_run
from voiceprep.train.diagnosis.causes import find_cause
from voiceprep.train.diagnosis.run import measure_run


def main(first=20_000, count=200):
    told = Counter()
    for cause in FAULTS:
        for seed in range(first, first + count):
            run = made_run(cause, seed)
            found = measure_run(run.alignment, run.gate, run.mel, run.stop, STEP_SECONDS)
            told[cause, find_cause(found)] += 1
    print("| cause | precision | recall |\n|---|---|---|")
    for cause in FAULTS:
        right = told[cause, cause]
        all_told = sum(number for (_, found), number in told.items() if found == cause)
        print(f"| {cause} | {right / all_told:.3f} | {right / count:.3f} |")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
