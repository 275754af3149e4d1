"""How long a folder of mp3s takes to become clips to train on, and what memory that needs.

    python benchmarks/bench_prepare.py [FOLDER of mp3s]

Without a folder espeak-ng speaks those of bench_convert.py. Each contestant is a whole command
from start to exit on two cores; they take turns, round after round.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import process_time

# As the command has it: one product of matrices needs no threads of its own.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import soundfile
from bench_convert import SHELL, make_mp3s, seconds_of
from bench_start import call

from voiceprep.audio.convert import ConvertConfig, load_clip
from voiceprep.audio.denoise import DenoiseConfig, denoise
from voiceprep.audio.dither import settle, write_sound
from voiceprep.audio.loudness import LoudnessConfig, level
from voiceprep.audio.silence import find_speech
from voiceprep.audio.trim import TrimConfig, trim

ROUNDS, GOAL = 5, 120
RATE = 22050
OURS = "voiceprep prepare"
SILENCE = "silence 1 0.1 1% reverse silence 1 0.1 1% reverse"
REMOVE = "silenceremove=start_periods=1:start_threshold=-50dB"


def contestants(source: Path, target: Path) -> dict[str, list[str]]:
    ours = [sys.executable, "-m", "voiceprep"]
    prepare = [*ours, "prepare", str(source), str(target), "-q"]
    steps = (f"convert {source} {target}/c", f"trim {target}/c {target}/t")
    steps += (f"loudness {target}/t {target}/l",)
    chain = " && ".join(f"{' '.join(ours)} {step} -q -j2" for step in steps)
    sox = f"sox {source}/@ -b16 -c1 -r{RATE} {target}/@.wav {SILENCE} norm -3"
    filters = f"{REMOVE},areverse,{REMOVE},areverse,loudnorm=I=-23:TP=-1"
    ffmpeg = f"ffmpeg -v error -nostdin -i {source}/@ -af {filters} -ac 1 -ar {RATE} {target}/@.wav"
    shells = {
        "convert, trim, loudness": chain,
        "xargs -P2 sox, silence and norm": SHELL.format(source=source, call=sox),
        "xargs -P2 ffmpeg, silenceremove, loudnorm": SHELL.format(source=source, call=ffmpeg),
    }
    return {
        OURS: [*prepare, "-j2"],
        f"{OURS} -j 1": [*prepare, "-j1"],
        f"{OURS} --denoise": [*prepare, "-j2", "--denoise"],
    } | {name: ["sh", "-c", line] for name, line in shells.items()}


def compare(source: Path, target: Path, spoken_seconds: float) -> None:
    taken: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, command in contestants(source, target).items():
            taken.setdefault(name, []).append(seconds_of(command, target))
    titles = ("command", "seconds, median", "times ours (lowest to highest round)")
    print(f"| {' | '.join(titles)} | times real time a core |")
    print("|---|---|---|---|")
    for name, rounds in taken.items():
        ratios = [theirs / own for theirs, own in zip(rounds, taken[OURS], strict=True)]
        spread = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        cores = 1 if "-j 1" in name else 2
        speed = spoken_seconds / median(rounds) / cores
        print(f"| {name} | {median(rounds):.2f} | {spread} | {speed:.0f} |", flush=True)
    print(f"| goal | | | {GOAL} |\n")


def look_closer(source: Path, target: Path) -> None:
    """Where the time of one core goes."""
    taken: dict[str, float] = {}

    @contextmanager
    def clock(name: str) -> Iterator[None]:
        start = process_time()
        yield
        taken[name] = taken.get(name, 0) + process_time() - start

    target.mkdir(exist_ok=True)
    for path in sorted(source.iterdir()):
        with clock("decode, resample, dither"):
            sound = load_clip(path, ConvertConfig()).sound
        with clock("denoise, where asked"):
            denoise(sound, DenoiseConfig())
        with clock("find the speech, once"):
            find_speech(sound)
        with clock("trim, which finds it three times and more"):
            trimmed = settle(trim(sound, TrimConfig()).sound, 16)
        with clock("loudness and true peak"):
            levelled = level(trimmed, LoudnessConfig()).sound
        with clock("dither and write"):
            write_sound(target / "one.wav", settle(levelled, 16), 16)
    print("| one core | seconds of CPU |")
    print("|---|---|")
    for name, seconds in taken.items():
        print(f"| {name} | {seconds:.2f} |")


def remember(source: Path, folder: Path) -> None:
    """The most memory, of few clips and many, and of a long one."""
    print("| `prepare` of | MiB, most |")
    print("|---|---|")
    mp3s = sorted(source.iterdir())
    print(f"| the {len(mp3s)} mp3s | {most(source, folder):.0f} |", flush=True)
    (folder / "one").mkdir()
    first = load_clip(mp3s[0], ConvertConfig()).sound
    soundfile.write(folder / "one" / "a.wav", first.samples[: 2 * RATE], RATE)
    for count in (100, 1000, 10_000):
        many = folder / f"many{count}"
        many.mkdir()
        for number in range(count):
            (many / f"clip{number:05d}.wav").hardlink_to(folder / "one" / "a.wav")
        print(f"| {count:,} clips of 2 s | {most(many, folder):.0f} |", flush=True)
    for minutes in (1, 10, 25):
        long = folder / f"long{minutes}"
        long.mkdir()
        with soundfile.SoundFile(long / "a.wav", "w", RATE, 1) as file:
            for path in mp3s:
                if file.tell() < minutes * 60 * RATE:
                    file.write(load_clip(path, ConvertConfig()).sound.samples)
        used = most(long, folder, "--max-seconds", "1800")
        print(f"| one clip of {minutes} min | {used:.0f} |", flush=True)
    print()


def most(source: Path, folder: Path, *options: str) -> float:
    target = folder / f"out-{source.name}"
    _, memory = call("prepare", source, target, "-q", "-j2", *options, cwd=folder)
    return memory


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name, "mp3s"), Path(name, "made")
        source.mkdir()
        if len(sys.argv) > 1:
            source = Path(sys.argv[1]).resolve()
        else:
            make_mp3s(source)
        spoken = sum(
            load_clip(path, ConvertConfig()).converted.seconds for path in source.iterdir()
        )
        print(f"{len(list(source.iterdir()))} mp3s, {spoken / 60:.0f} minutes\n")
        remember(source, Path(name))
        compare(source, target, spoken)
        look_closer(source, target)


if __name__ == "__main__":
    main()
