"""How long a folder of mp3s takes to become wavs, beside the shell loops that people use.

    python benchmarks/bench_convert.py [FOLDER of mp3s]

Without a folder espeak-ng speaks 134 stereo 44.1 kHz mp3s of 128 kbit/s, 31 minutes. Each one
is a whole command from start to exit on two cores; they take turns, round after round.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

CLIPS, MINUTES, RATE = 134, 31, 44100
ROUNDS = 5
SHELL = "ls {source} | xargs -P2 -I@ {call}"
LIBROSA = """
import sys, librosa, soundfile
from pathlib import Path
for path in sorted(Path(sys.argv[1]).glob("*.mp3")):
    samples, rate = librosa.load(path, sr=22050)
    soundfile.write(Path(sys.argv[2], path.stem + ".wav"), samples, rate, subtype="PCM_16")
"""


def contestants(source: Path, target: Path) -> dict[str, list[str]]:
    sox = f"sox {source}/@ -b16 -c1 -r22050 {target}/@.wav"
    ffmpeg = f"ffmpeg -v error -nostdin -i {source}/@ -ac 1 -ar 22050 {target}/@.wav"
    ours = [sys.executable, "-m", "voiceprep", "convert", str(source), str(target), "-q", "-j2"]
    return {
        "voiceprep convert": ours,
        "xargs -P2 sox": ["sh", "-c", SHELL.format(source=source, call=sox)],
        "xargs -P2 ffmpeg": ["sh", "-c", SHELL.format(source=source, call=ffmpeg)],
        "librosa loop": [sys.executable, "-c", LIBROSA, str(source), str(target)],
    }


def make_mp3s(folder: Path) -> None:
    """espeak-ng counts, for 3 to 25 seconds a clip."""
    random = np.random.default_rng(0)
    lengths = random.uniform(3, 25, CLIPS)
    for number, seconds in enumerate(lengths * MINUTES * 60 / lengths.sum()):
        text = ", ".join(map(str, random.integers(0, 9999, 40)))
        speak = ["espeak-ng", "-s", "155", "-p", str(random.integers(30, 70)), "--stdout", text]
        spoken = subprocess.run(speak, capture_output=True, check=True).stdout
        encode = ["ffmpeg", "-v", "error", "-i", "pipe:0", "-t", f"{seconds:.3f}", "-b:a", "128k"]
        encode += ["-af", f"aresample={RATE},aformat=channel_layouts=stereo"]
        subprocess.run([*encode, folder / f"clip-{number:03d}.mp3"], input=spoken, check=True)


def seconds_of(command: list[str], target: Path) -> float:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    start = perf_counter()
    subprocess.run(command, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    return perf_counter() - start


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name, "mp3s"), Path(name, "wavs")
        source.mkdir()
        if len(sys.argv) > 1:
            source = Path(sys.argv[1]).resolve()
        else:
            make_mp3s(source)
        taken: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            for name, command in contestants(source, target).items():
                taken.setdefault(name, []).append(seconds_of(command, target))
    show(taken)


def show(taken: dict[str, list[float]]) -> None:
    ours = taken["voiceprep convert"]
    print("| command | seconds, median | times ours, median (lowest to highest round) |")
    print("|---|---|---|")
    for name, rounds in taken.items():
        ratios = [theirs / own for theirs, own in zip(rounds, ours, strict=True)]
        spread = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"| {name} | {median(rounds):.2f} | {spread} |")


if __name__ == "__main__":
    main()
