"""All that is to be measured on a GPU, in one call, on a machine that is bare and soon gone.

    python benchmarks/gpu.py --out FOLDER [--carried .gpu] [--sections right,tacotron2]
        [--budget-scale 1] [--device cuda] [--tiny]

Each section runs in a process of its own, as a CUDA error ends all that a process can do on the
GPU, and is killed at the end of its budget. What it finds is printed and written at once, to
FOLDER/SECTION.json; the tables of all sections are in FOLDER/results.md. gpu_carry.sh gathers what
the machine must have: wheels, the original's modules and mels. --tiny is for a test on a CPU.
"""

import argparse
import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))


class Section(NamedTuple):
    """A module of this folder with a function `measure(bench)`, and its budget."""

    module: str
    seconds: float


SECTIONS = {
    "right": Section("gpu_right", 90),
    "tacotron2": Section("gpu_tacotron2", 120),
    "waveglow": Section("gpu_waveglow", 100),
    "speaking": Section("gpu_speaking", 60),
    "run": Section("gpu_run", 150),
}
# The share of a budget after which a section starts nothing more.
SOFT = 0.93


def main() -> None:
    options = parse()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.alone:
        run_alone(options)
        return
    for name in options.sections:
        run_apart(name, options)
        (options.out / "results.md").write_text(tables(options.out), encoding="utf-8")
    print("\n" + tables(options.out), flush=True)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--carried", type=Path, default=HERE.parent / ".gpu", metavar="FOLDER")
    parser.add_argument("--sections", type=names, default=[*SECTIONS])
    parser.add_argument("--budget-scale", type=float, default=1.0)
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--alone", choices=SECTIONS, help="a section in this process")
    return parser.parse_args()


def names(listed: str) -> list[str]:
    found = listed.split(",")
    if unknown := set(found) - set(SECTIONS):
        raise argparse.ArgumentTypeError(f"no section {', '.join(sorted(unknown))}")
    return found


def run_apart(name: str, options: argparse.Namespace) -> None:
    """A section in its own process, until it ends or its budget does."""
    seconds = SECTIONS[name].seconds * options.budget_scale
    command = [sys.executable, __file__, "--alone", name, "--out", options.out]
    command += ["--carried", options.carried, "--device", options.device]
    command += ["--budget-scale", str(options.budget_scale), *["--tiny"] * options.tiny]
    print(f"\n== {name}, at most {seconds:.0f} s", flush=True)
    started, ending = time.monotonic(), ""
    try:
        code = subprocess.run(command, timeout=seconds, check=False).returncode
        ending = f"the process ended with {code}" if code else ""
    except subprocess.TimeoutExpired:
        ending = f"killed after {seconds:.0f} s"
    file = options.out / f"{name}.json"
    file.with_suffix(".part").unlink(missing_ok=True)
    found = json.loads(file.read_text()) if file.exists() else {"section": name}
    found |= {"seconds": time.monotonic() - started, "ending": ending}
    file.write_text(json.dumps(found, indent=1), encoding="utf-8")
    print(f"== {name}: {ending or 'done'}, {found['seconds']:.0f} s", flush=True)


def run_alone(options: argparse.Namespace) -> None:
    """A section in this process."""
    started = time.monotonic()
    from gpu_bench import Bench

    section = SECTIONS[options.alone]
    ends = started + SOFT * section.seconds * options.budget_scale
    bench = Bench.of(options, ends)
    with bench.part(options.alone):
        measure: Callable[[Bench], None] = import_module(section.module).measure
        measure(bench)


def tables(out: Path) -> str:
    """What all sections found, in Markdown."""
    files = (out / f"{name}.json" for name in SECTIONS)
    sections = [json.loads(file.read_text()) for file in files if file.exists()]
    machine = next((one["machine"] for one in sections if "machine" in one), {})
    lines = [", ".join(f"{key} {value}" for key, value in machine.items())]
    lines += ["", f"`python {' '.join([f'benchmarks/{Path(__file__).name}', *shown_arguments()])}`"]
    for section in sections:
        lines += ["", f"### {section['section']}, {section['seconds']:.0f} s", ""]
        lines += [*check_table(section), *row_table(section)]
        lines += [f"- {note}" for note in section.get("notes", [])]
        lines += [f"- failed: {name}" for name in section.get("errors", {})]
        lines += [f"- {section['ending']}"] if section["ending"] else []
    return "\n".join(lines) + "\n"


def shown_arguments() -> list[str]:
    """The arguments but for folders, which are the machine's own."""
    given = iter(sys.argv[1:])
    return [word for word in given if word not in ("--out", "--carried") or not next(given)]


def check_table(section: Mapping[str, Any]) -> list[str]:
    checks = section.get("checks", [])
    if not checks:
        return []
    wrong = [check for check in checks if not check["right"]]
    lines = [f"{len(checks) - len(wrong)} of {len(checks)} checks are right.", ""]
    lines += ["| wrong | found | limit |", "|---|---|---|"] if wrong else []
    for check in wrong:
        lines.append(f"| {check['what']} | {check['found']:.2g} | {check['limit']:.2g} |")
    return [*lines, ""]


def row_table(section: Mapping[str, Any]) -> list[str]:
    rows = section.get("rows", [])
    if not rows:
        return []
    lines = [
        "| measured | median (lowest to highest, rounds) | unit | times the original | MiB | goal |"
    ]
    lines.append("|---|---|---|---|---|---|")
    for row in rows:
        spread = f"{row['median']:.4g} ({row['low']:.4g} to {row['high']:.4g}, {row['rounds']})"
        times = "" if row["times"] is None else f"{row['times']:.2f}"
        memory = "" if row["mib"] is None else f"{row['mib']:.0f}"
        cells = (row["what"], spread, row["unit"], times, memory, row["goal"])
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def machine_facts() -> dict[str, str]:
    """The card, its driver and the versions of what computes."""
    import torch

    facts = {"Python": platform.python_version(), "torch": torch.__version__}
    if torch.cuda.is_available():
        facts |= {"card": torch.cuda.get_device_name(), "CUDA": str(torch.version.cuda)}
        query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
        try:
            facts["driver"] = subprocess.check_output(query, text=True, timeout=20).split("\n")[0]
        except (OSError, subprocess.SubprocessError) as error:
            facts["driver"] = f"unknown ({error})"
    try:
        facts["triton"] = import_module("triton").__version__
    except ImportError:
        facts["triton"] = "none"
    return facts


if __name__ == "__main__":
    main()
