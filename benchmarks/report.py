"""How fast `voiceprep report` is, and what a second run after an edit costs.

    python benchmarks/report.py FOLDER [--clips 400] [--rounds 5]

FOLDER holds recordings of speech, with a list of their texts. A dataset of so many clips is made
of them, each at a level of its own, so that none is the copy of another to the byte. Whole
commands, from start to exit.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import soundfile

from voiceprep.commands.report.sources import find_material

EDITED = 10


def make_dataset(source: Path, target: Path, count: int) -> float:
    """The dataset, and its seconds of sound."""
    material = find_material(source, source, "")
    random = np.random.default_rng(0)
    (target / "wavs").mkdir(parents=True)
    lines, seconds = [], 0.0
    for number in range(count):
        clip = material.clips[number % len(material.clips)]
        samples, rate = soundfile.read(material.base / clip.path, dtype="float32")
        louder = samples * (0.4 + 0.5 * random.random())
        soundfile.write(target / "wavs" / f"clip-{number:05}.wav", louder, rate)
        lines.append(f"clip-{number:05}|{clip.text or 'A text.'}\n")
        seconds += len(samples) / rate
    (target / "metadata.csv").write_text("".join(lines), encoding="utf-8")
    return seconds


def run(dataset: Path, *options: str) -> float:
    """The seconds of one whole command."""
    command = [sys.executable, "-m", "voiceprep", "report", "-q", *options]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    start = perf_counter()
    code = subprocess.run(command, cwd=dataset, env=environment, check=False).returncode
    if code not in (0, 3):
        sys.exit(code)
    return perf_counter() - start


def edit(dataset: Path, turn: int) -> None:
    """Ten clips turned down a little."""
    for path in sorted((dataset / "wavs").glob("*.wav"))[turn * EDITED : (turn + 1) * EDITED]:
        samples, rate = soundfile.read(path, dtype="float32")
        soundfile.write(path, 0.97 * samples, rate)


def main(source: Path, clips: int, rounds: int) -> None:
    times: dict[str, list[float]] = {"-j 1": [], "-j 2": [], "again": [], "ten edited": []}
    with tempfile.TemporaryDirectory() as folder:
        dataset = Path(folder) / "voice"
        seconds = make_dataset(source, dataset, clips)
        for turn in range(rounds):
            for jobs in ("1", "2"):
                shutil.rmtree(dataset / "report", ignore_errors=True)
                times[f"-j {jobs}"].append(run(dataset, "-j", jobs))
            times["again"].append(run(dataset))
            edit(dataset, turn)
            times["ten edited"].append(run(dataset))
    print(f"{clips} clips, {seconds / 60:.0f} minutes\n")
    print(f"{'run':<12}{'seconds':>9}{'lowest':>9}{'highest':>9}{'times real time a core':>25}")
    for name, found in times.items():
        cores = {"-j 1": 1, "-j 2": 2}.get(name)
        rate = f"{seconds / median(found) / cores:>25.0f}" if cores else ""
        print(f"{name:<12}{median(found):>9.2f}{min(found):>9.2f}{max(found):>9.2f}{rate}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"\nmost memory of a run: {peak:.0f} MiB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    told = parser.parse_args()
    main(told.folder, told.clips, told.rounds)
