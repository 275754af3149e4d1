"""Clips of many voices as they are, on which no limit was set, and what the report says of them.

    python benchmarks/voices.py FOLDER --gather [--samples FOLDER]
    python benchmarks/voices.py FOLDER --report open|held
    python benchmarks/voices.py FOLDER --look open|held
    python benchmarks/voices.py FOLDER --plant open|held [--clips 6] [--sizes all] [--jobs 2]
    python benchmarks/voices.py FOLDER --judge open|held

`--gather` writes a dataset for each voice to FOLDER/open and FOLDER/held, and all clips to
FOLDER/manifest.jsonl: the sample recordings (those of $VOICEPREP_DATA unless --samples names
others), voices of flite and festival, the volunteers of klettres-data, and the prompts of
asterisk-core-sounds in Spanish and Italian. A third of the clips of every voice, by a hash of
their ids, is held: limits are set on the open ones, and the held ones are reported on once, to see
whether the limits hold. `--report` prints the tables, and writes every finding to
FOLDER/findings-PART.jsonl; `--look` draws a sample of those of each check to FOLDER/looks.
`--plant` puts every fault of the self-test into some clips of every set, prints what the checks
find of them, and writes every case to FOLDER/planted-PART.jsonl. `--judge` does all of this and
adds the table of voices_silence.py. FOLDER/judged.jsonl has when the held part was looked
at, and at which commit: that it was so before is told.
"""

import argparse
import json
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

# As the command has it: one product of matrices needs no threads of its own.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import soundfile
from voices_judge import judge_lines, record_look
from voices_looks import draw_looks
from voices_plant import SIZES, Planted, plant_all, plant_lines
from voices_report import SetReport, print_report, report_set
from voices_silence import silence_lines
from voices_sources import Recording, all_recordings, digest, missing_packages

PARTS = ("open", "held")
ACTIONS = ("report", "plant", "look", "judge")
MANIFEST = "manifest.jsonl"
# One clip in so many is held.
HELD = 3


def is_held(set: str, id: str) -> bool:
    return int.from_bytes(digest(set, id)[:8], "big") % HELD == 0


def gather(recordings: Iterable[Recording], folder: Path) -> list[dict[str, Any]]:
    """Write every recording to its set, the texts beside them; return the rows of the manifest."""
    rows, texts = [], {}
    for one in recordings:
        held = is_held(one.set, one.id)
        dataset = folder / PARTS[held] / one.set
        target = dataset / "wavs" / f"{one.id}.wav"
        target.parent.mkdir(parents=True, exist_ok=True)
        write_wav(one.sound, target)
        info = soundfile.info(target)
        rows.append(
            {
                "set": one.set,
                "id": one.id,
                "path": target.relative_to(folder).as_posix(),
                "source": one.source,
                "language": one.language,
                "voice": one.voice,
                "seconds": round(info.duration, 6),
                "rate": info.samplerate,
                "held": held,
            }
        )
        if one.text:
            texts.setdefault(dataset, []).append(f"{one.id}|{one.text.replace('|', ' ')}\n")
    for dataset, lines in texts.items():
        (dataset / "metadata.csv").write_text("".join(lines), encoding="utf-8")
    return rows


def write_wav(source: Path, target: Path) -> None:
    """A wav as it is, bit by bit; anything else decoded to floats, which no peak overflows."""
    if source.suffix == ".wav":
        shutil.copyfile(source, target)
        return
    samples, rate = soundfile.read(source, dtype="float32", always_2d=True)
    soundfile.write(target, samples, rate, subtype="FLOAT")


def gather_all(folder: Path, samples: Path) -> None:
    if missing := missing_packages():
        raise SystemExit(f"apt-get install --no-install-recommends {' '.join(missing)}")
    for part in PARTS:
        if (folder / part).exists():
            raise SystemExit(f"{folder / part} exists; name an empty folder")
    with TemporaryDirectory() as scratch:
        rows = gather(all_recordings(samples, Path(scratch)), folder)
    write_rows(folder / MANIFEST, rows)
    for part, held in zip(PARTS, (False, True), strict=True):
        seconds = [row["seconds"] for row in rows if row["held"] is held]
        print(f"{folder / part}: {len(seconds)} clips, {sum(seconds) / 60:.0f} min")


def report_all(folder: Path, part: str) -> list[SetReport]:
    """The reports on the sets of a part; what they find is written to a file for `--look`."""
    sets = [report_set(path) for path in sorted((folder / part).iterdir())]
    findings = [row for one in sets for row in one.findings]
    write_rows(folder / f"findings-{part}.jsonl", findings)
    return sets


def plant_faults(folder: Path, part: str, clips: int, sizes: str, jobs: int) -> list[Planted]:
    """What is found of the faults that are planted into a part, also written to a file."""
    rows = plant_all(sorted((folder / part).iterdir()), clips, sizes, jobs)
    write_rows(folder / f"planted-{part}.jsonl", [asdict(row) for row in rows])
    return rows


def judge(folder: Path, part: str, options: argparse.Namespace) -> None:
    """Print all tables of a part as Markdown, and draw what is to be looked at."""
    sets = report_all(folder, part)
    draw_looks(folder, part, options.count, options.jobs)
    rows = plant_faults(folder, part, options.clips, "moderate", options.jobs)
    print(*judge_lines(part, sets, rows), "", sep="\n")
    print(*plant_lines(part, options.clips, rows), "", sep="\n", flush=True)
    print(*silence_lines(folder, part), sep="\n")


def write_rows(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    path.write_text("".join(lines), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    actions = parser.add_mutually_exclusive_group(required=True)
    actions.add_argument("--gather", action="store_true")
    for action in ACTIONS:
        actions.add_argument(f"--{action}", choices=PARTS)
    parser.add_argument("--count", type=int, default=100, help="findings a check to draw")
    parser.add_argument("--clips", type=int, default=6, help="clips a set to plant faults into")
    parser.add_argument("--sizes", choices=SIZES, default="moderate", help="of planted faults")
    parser.add_argument("--jobs", type=int, default=2, help="processes that plant and draw")
    parser.add_argument("--samples", type=Path, default=os.environ.get("VOICEPREP_DATA"))
    options = parser.parse_args()
    if options.gather:
        if options.samples is None:
            parser.error("--samples or $VOICEPREP_DATA must name the sample recordings")
        options.folder.mkdir(parents=True, exist_ok=True)
        gather_all(options.folder, options.samples)
        return
    action, part = next(
        (name, getattr(options, name)) for name in ACTIONS if getattr(options, name)
    )
    if part == "held":
        print("".join(f"{note}\n" for note in record_look(options.folder, action)), end="")
    measure(action, options.folder, part, options)


def measure(action: str, folder: Path, part: str, options: argparse.Namespace) -> None:
    if action == "report":
        print_report(part, report_all(folder, part))
    elif action == "plant":
        rows = plant_faults(folder, part, options.clips, options.sizes, options.jobs)
        print("\n".join(plant_lines(part, options.clips, rows)))
    elif action == "look":
        draw_looks(folder, part, options.count, options.jobs)
    else:
        judge(folder, part, options)


if __name__ == "__main__":
    main()
