"""How long the command takes to begin, to find that nothing is to do, and how much memory it needs.

python benchmarks/bench_start.py
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import soundfile

ROUNDS = 7
MANY = 10_000
RATE = 22050
HOURS = 10


def call(*words: object, cwd: Path | None = None) -> tuple[float, float]:
    """Seconds that the command took, and the most memory it had, in MiB."""
    command = [sys.executable, "-m", "voiceprep", *map(str, words)]
    start = perf_counter()
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = perf_counter() - start
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return seconds, usage.ru_maxrss / 1024


def show(name: str, measures: list[tuple[float, float]], goal: str) -> None:
    seconds = median(seconds for seconds, _ in measures)
    memory = max(memory for _, memory in measures)
    print(f"| {name} | {seconds:.2f} | {memory:.0f} | {goal} |", flush=True)


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    return (0.1 * random.standard_normal(int(seconds * RATE))).astype(np.float32)


def make_long(path: Path) -> None:
    """Ten hours of mp3: one minute of frames, again and again."""
    wav = path.with_suffix(".wav")
    soundfile.write(wav, noise(60), RATE)
    encode = ["ffmpeg", "-v", "error", "-i", wav, "-b:a", "32k", "-write_xing", "0"]
    subprocess.run([*encode, "-id3v2_version", "0", path], check=True)
    wav.unlink()
    path.write_bytes(path.read_bytes() * (60 * HOURS))


def begin(folder: Path) -> None:
    show("`--help`", [call("--help") for _ in range(ROUNDS)], "0.3 s")
    (folder / "one").mkdir()
    soundfile.write(folder / "one" / "a.wav", noise(2.0), RATE)
    words = ("convert", "one", "short", "-f", "-q")
    show("`convert` of one short wav", [call(*words, cwd=folder) for _ in range(ROUNDS)], "0.8 s")


def repeat(folder: Path) -> None:
    (folder / "many").mkdir()
    data = noise(0.2)
    for number in range(MANY):
        soundfile.write(folder / "many" / f"clip{number:05d}.wav", data, RATE)
    for count, name in ((1000, "1,000"), (MANY, f"{MANY:,}")):
        few = folder / f"part{count}"
        few.mkdir()
        for path in sorted((folder / "many").iterdir())[:count]:
            (few / path.name).hardlink_to(path)
        words = ("convert", few.name, f"wavs{count}", "-q")
        show(f"`convert` of {name} short wavs", [call(*words, cwd=folder)], "flat memory")
    words = ("convert", f"part{MANY}", f"wavs{MANY}", "-q")
    show(f"again, {MANY:,} finished", [call(*words, cwd=folder) for _ in range(5)], "2 s")
    words = ("mels", f"wavs{MANY}", "mels", "-q")
    show(f"`mels` of {MANY:,} short wavs", [call(*words, cwd=folder)], "")
    show(f"again, {MANY:,} finished", [call(*words, cwd=folder) for _ in range(5)], "2 s")


def stream(folder: Path) -> None:
    (folder / "long").mkdir()
    make_long(folder / "long" / "day.mp3")
    words = ("convert", "long", "day", "-q")
    show(f"`convert` of an mp3 of {HOURS} hours", [call(*words, cwd=folder)], "1024 MiB")


def main() -> None:
    print("| command | seconds, median | MiB, most | goal |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        for measure in (begin, repeat, stream):
            measure(Path(name))


if __name__ == "__main__":
    main()
