"""python -m fuzz.kills [--series 60] [--seed 1] [COMMAND …]

Each series starts a command that writes, sends it a signal at a random moment, up to three times,
lets it finish, and compares the whole dataset with that of an undisturbed run. All is given by the
seed but the moment at which a signal lands.
"""

import argparse
import csv
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.signals import speech, write
from voiceprep.files import PART
from voiceprep.report.logs import epochs, read_log

# Of the package that is run.
ROOT = Path(sys.modules["voiceprep"].__path__[0]).parent
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
INTERRUPTED, PREEMPTED = 130, 75
LONGEST_END = 60.0
# In the stack of an exception that passed through the package.
OURS = "/voiceprep/"
CLIPS = 10
SENTENCES = ("The birch canoe slid on the smooth planks.", "Glue the sheet.", "It is easy.")
TOML = """\
[train]
steps = 12
batch_size = 2
evaluate_every = 6
save_every = 4
[infer]
max_frames = 40
[tacotron2]
symbol_dim = 8
prenet_dim = 8
attention_rnn_dim = 16
attention_dim = 8
location_filters = 4
decoder_rnn_dim = 16
postnet_dim = 8
postnet_layers = 2
[crops]
segment_length = 2000
[waveglow]
flows = 2
early_every = 2
wn_layers = 2
wn_channels = 8
"""
PRESET = ("--preset", "kills.toml")
TACOTRON2, WAVEGLOW = "output/tacotron2/last.pt", "output/waveglow/last.pt"
# What the other commands start from, made without a disturbance.
CLIPS_MADE = (("convert", "mp3dir"), ("filelist", "--split", "6/2/2"))
MODELS_TRAINED = (("mels",), ("train", "tacotron2", *PRESET), ("train", "waveglow", *PRESET))
COMMANDS: dict[str, tuple[str, ...]] = {
    "convert": ("convert", "mp3dir", "converted"),
    "prepare": ("prepare", "mp3dir", "prepared", "--denoise"),
    "denoise": ("denoise", "wavs", "denoised", "--method", "sox"),
    "trim": ("trim", "wavs", "trimmed"),
    "loudness": ("loudness", "wavs", "levelled"),
    "silence": ("silence",),
    "filelist": ("filelist", "lists", "--split", "6/2/2"),
    "mels": ("mels", "wavs", "spectra"),
    "report": ("report",),
    "train tacotron2": ("train", "tacotron2", *PRESET, "-o", "output/t"),
    "train waveglow": ("train", "waveglow", *PRESET, "-o", "output/w"),
    "infer": ("infer", "-i", "sentences.txt", "--acoustic", TACOTRON2, "-o", "speech"),
    "vocode": ("infer", "--vocode", "mels", "--vocoder", WAVEGLOW, "-o", "vocoded"),
    "infer-stats": (
        *("infer-stats", "-i", "sentences.txt", "--checkpoint", TACOTRON2, "--seeds", "2"),
        *("-o", "stats"),
    ),
    "checkpoint convert": (
        "checkpoint",
        "convert",
        TACOTRON2,
        "converted.pt",
        "--to",
        "nvidia",
        "-f",
    ),
    "checkpoint export": ("checkpoint", "export", TACOTRON2, "exported", "--hub", "--onnx", "-f"),
    "logs": ("logs", "--picture", "losses.png"),
}
# These need no trained models.
OF_CLIPS = (
    *("convert", "prepare", "denoise", "trim", "loudness", "silence", "filelist", "mels"),
    *("report", "train tacotron2", "train waveglow"),
)


@dataclass(frozen=True)
class Series:
    """A command, and signals, each with the share of the duration after which it is sent."""

    number: int
    command: str
    signals: tuple[tuple[signal.Signals, float], ...]


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code, its stderr, whether it left a process running.

    `early` where the signal came before Python had set a handler for it.
    """

    code: int
    errors: str
    outlived: bool
    early: bool


def make_series(count: int, seed: int, commands: Sequence[str]) -> Iterator[Series]:
    """As many series as asked for, the commands in turn."""
    random = Random(seed)
    for number in range(count):
        times = random.randint(1, 3)
        signals = [(random.choice(SIGNALS), random.random()) for _ in range(times)]
        yield Series(number, commands[number % len(commands)], tuple(signals))


def make_base(folder: Path, commands: Sequence[Sequence[str]]) -> None:
    """A dataset on which the commands were run."""
    for number in range(CLIPS):
        samples = speech(1.5 + number / 5, 32000, seed=number)
        kind = ("wav", "flac", "ogg")[number % 3]
        path = folder / "mp3dir" / f"clip{number}.{kind}"
        write(path, samples, 32000, "VORBIS" if kind == "ogg" else "PCM_16")
        os.utime(path, ns=(10**18 + number, 10**18 + number))
    lines = [f"clip{number}|This is sentence number {number}.\n" for number in range(CLIPS)]
    (folder / "metadata.csv").write_text("".join(lines))
    (folder / "sentences.txt").write_text("\n".join(SENTENCES))
    (folder / "kills.toml").write_text(TOML)
    for words in commands:
        ended = run(folder, words)
        if ended.code:
            raise RuntimeError(f"{' '.join(words)} ended with {ended.code}: {ended.errors}")


def run(
    folder: Path, words: Sequence[str], sent: signal.Signals | None = None, after: float = 0.0
) -> Ended:
    """Run the command in a dataset; a signal is sent after so many seconds, if it still runs."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(temporary(folder))}
    process = subprocess.Popen(
        [sys.executable, "-m", "voiceprep", *words, "-q"],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        early = False
        if sent:
            try:
                process.wait(after)
            except subprocess.TimeoutExpired:
                early = not _handled(process.pid, sent)
                process.send_signal(sent)
        _, errors = process.communicate(timeout=None if sent is None else LONGEST_END)
        return Ended(process.returncode, errors, _outlived(process.pid), early)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def temporary(folder: Path) -> Path:
    """The folder for temporary files beside a dataset."""
    path = folder.with_name("tmp")
    path.mkdir(exist_ok=True)
    return path


def _handled(pid: int, sent: signal.Signals) -> bool:
    """Whether a process handles a signal, or ignores it."""
    status = Path(f"/proc/{pid}/status").read_text()
    masks = [line.split()[1] for line in status.splitlines() if line[:6] in ("SigCgt", "SigIgn")]
    return any(int(mask, 16) >> (sent - 1) & 1 for mask in masks)


def _outlived(group: int) -> bool:
    """Whether a process of an ended one's group still runs after a while."""
    for _ in range(50):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.1)
    os.killpg(group, signal.SIGKILL)
    return True


def disturb(folder: Path, series: Series, seconds: float) -> Iterator[str]:
    """Run the series on a dataset to its end; what was wrong on the way."""
    words = COMMANDS[series.command]
    for sent, share in series.signals:
        ended = run(folder, words, sent, share * seconds)
        yield from (f"{sent.name}: {fault}" for fault in _faults(ended, sent, words[0]))
        if ended.code == 0:
            break
    ended = run(folder, words)
    if ended.code or ended.errors.strip():
        yield f"the last run: exit {ended.code}: {ended.errors[-500:]}"
    killed = any(sent == signal.SIGKILL for sent, _ in series.signals)
    left = [path.name for path in temporary(folder).iterdir()]
    if left and not killed:
        yield f"left in TMPDIR: {left}"


def _faults(ended: Ended, sent: signal.Signals, command: str) -> Iterator[str]:
    """What is wrong with the end of a run that was sent a signal."""
    lines = ended.errors.splitlines()
    if ended.outlived:
        yield "a process outlived it"
    if sent == signal.SIGINT and "KeyboardInterrupt" in ended.errors and OURS not in ended.errors:
        return  # Python itself was still starting
    if "Traceback" in ended.errors:
        yield f"a traceback: …{ended.errors[-1500:]}"
    if sent == signal.SIGKILL:
        if ended.code not in (0, -sent):
            yield f"exit {ended.code}"
        return
    usual = {0, INTERRUPTED}
    if command == "train" and sent != signal.SIGINT:
        usual.add(PREEMPTED)  # while it trains; before that it ends as all commands do
    if ended.early:
        usual.add(-sent)
    if ended.code not in usual:
        yield f"exit {ended.code}, not one of {usual}: {ended.errors[-300:]}"
    if len(lines) > (ended.code in (INTERRUPTED, PREEMPTED)):
        yield f"{len(lines)} lines on stderr, exit {ended.code}: {ended.errors[-500:]}"


def compare(calm: Path, disturbed: Path) -> Iterator[str]:
    """Where a dataset differs from that of an undisturbed run."""
    one, other = contents(calm), contents(disturbed)
    yield from (f"missing: {name}" for name in sorted(one.keys() - other.keys()))
    yield from (f"left over: {name}" for name in sorted(other.keys() - one.keys()))
    for name in sorted(one.keys() & other.keys()):
        if one[name] != other[name]:
            yield f"differs: {name}"


def contents(folder: Path) -> dict[str, str]:
    """A digest of every file of a dataset by name; the names of temporary files are included."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not any(path.match(pattern) for pattern in CLOCKS):
            data = CLOCKED.get(path.name, Path.read_bytes)(path)
            found[name] = hashlib.sha256(data).hexdigest()
    return found


def _ledger(path: Path) -> bytes:
    """A ledger without the times of files that were made of no recording, as lists are."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for row in rows:
        if "source" not in row["facts"]:
            row["facts"].get("output", {}).pop("mtime_ns", None)
    return json.dumps(rows).encode()


def _logged(path: Path) -> bytes:
    """The losses of a training log by epoch and iteration, without times and rates.

    An epoch's mean training loss is left out: after a resumption it is that of its other part.
    """
    with open(path, encoding="utf-8") as file:
        found = epochs(read_log(file))
    plain = {
        number: [
            _untimed(epoch.values) | {"train_loss": None},
            {at: _untimed(row) for at, row in epoch.steps.items()},
        ]
        for number, epoch in found.items()
    }
    return json.dumps(plain, sort_keys=True).encode()


def _events(path: Path) -> bytes:
    """The last value of every number at every step, without times and rates."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    last = {f"{row['step']} {row['name']}": row["value"] for row in rows}
    return json.dumps(_untimed(last), sort_keys=True).encode()


def _runs(path: Path) -> bytes:
    """A table of runs without its column of latencies."""
    rows = list(csv.DictReader(path.read_text().splitlines()))
    return json.dumps([_untimed(row) for row in rows]).encode()


def _page(path: Path) -> bytes:
    """A page without its sentence on latencies."""
    return re.sub(rb"<p>Synthesis time per batch in seconds: [^<]*</p>", b"", path.read_bytes())


def _untimed(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.endswith(TIMED)}


# Numbers that a clock gave.
TIMED = ("_time", "_per_sec", "_start", "_stop", "latency")
# Files with clocks in them that are compared without those, and files that are nothing else.
CLOCKED: dict[str, Callable[[Path], bytes]] = {
    "outcomes.jsonl": _ledger,
    "nvlog.json": _logged,
    "events.jsonl": _events,
    "runs.csv": _runs,
    "index.html": _page,
}
CLOCKS = ("tensorboard/*", "latencies.jsonl")


def main(words: Sequence[str] | None = None) -> int:
    """Run the series, print what was wrong and the counts; 1 where anything was."""
    parse = argparse.ArgumentParser(prog="python -m fuzz.kills")
    parse.add_argument("commands", nargs="*", choices=[*COMMANDS, []], metavar="COMMAND")
    parse.add_argument("--series", type=int, default=60)
    parse.add_argument("--seed", type=int, default=1)
    given = parse.parse_args(words)
    commands = given.commands or list(COMMANDS)
    with tempfile.TemporaryDirectory(prefix="kills-") as work:
        return run_series(Path(work), list(make_series(given.series, given.seed, commands)))


def run_series(work: Path, all_series: Sequence[Series]) -> int:
    """Run the series in a folder; 1 where anything was wrong."""
    # All runs are in one place, one after the other: settings may name it.
    place = work / "voice"
    after_training = any(series.command not in OF_CLIPS for series in all_series)
    make_base(place, CLIPS_MADE + (MODELS_TRAINED if after_training else ()))
    place.rename(work / "base")
    calm: dict[str, float] = {}
    failed = count = signals = 0
    for series in all_series:
        undisturbed = work / f"calm {series.command}"
        if series.command not in calm:
            shutil.copytree(work / "base", place)
            begun = time.monotonic()
            ended = run(place, COMMANDS[series.command])
            calm[series.command] = time.monotonic() - begun
            place.rename(undisturbed)
            if ended.code:
                print(f"{series.command}: exit {ended.code} undisturbed: {ended.errors}")
        shutil.copytree(work / "base", place)
        faults = [*disturb(place, series, calm[series.command]), *compare(undisturbed, place)]
        faults += [f"temporary: {path.name}" for path in place.rglob(f"*{PART}")]
        sent = ", ".join(f"{name.name} at {share:.0%}" for name, share in series.signals)
        print(f"{series.number:3} {series.command:<18} {sent}: {len(faults) or 'no'} faults")
        for fault in faults:
            print(f"      {fault}", flush=True)
        count, failed, signals = count + 1, failed + bool(faults), signals + len(series.signals)
        shutil.rmtree(place)
        shutil.rmtree(temporary(place), ignore_errors=True)
    print(f"{count} series with {signals} signals, {failed} with faults")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
