"""Describes the clips of a list that were left out: in one line where many share one cause."""

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from ...records import Outcome
from .mel_files import MEL_SUFFIXES

# As many clips with one cause have a line each; more, or the whole list, share one.
SHOWN = 10
# The fact of an outcome that holds a listed path without a file in the dataset.
LISTED = "listed"
# Folders of a dataset that hold clips, and the suffixes that they have there.
FOLDERS, SUFFIXES = ("", "wavs", "mels"), (".wav", *MEL_SUFFIXES)
# The first folder of every path in the lists of NVIDIA's own repositories.
PLACEHOLDER = "DUMMY"


def describe_left_out(
    left_out: Sequence[Outcome], total: int, path: Path, dataset: Path
) -> tuple[str, ...]:
    """A line for each clip, or one for many with the same cause; `total` counts the whole list."""
    causes: dict[str, list[Outcome]] = {}
    for row in left_out:
        causes.setdefault("" if LISTED in row.facts else row.why, []).append(row)
    lines = []
    for why, rows in causes.items():
        if len(rows) <= SHOWN and not 1 < len(rows) == total:
            lines += [f"{row.id}: {row.why}" for row in rows]
            continue
        first = f"{len(rows)} of the {total} clips in {path}, the first one {rows[0].id}"
        if not why:
            listed = rows[0].facts[LISTED]
            why = f"{dataset} holds no such file as {listed}: {_advice(listed, path, dataset)}"
        lines.append(f"{first}: {why}")
    return tuple(lines)


def _advice(listed: str, path: Path, dataset: Path) -> str:
    """The likely cause of a missing file and what to do: a prefix to replace, where one fits."""
    for former, new, suffix in _candidates(PurePosixPath(listed)):
        former_suffix = PurePosixPath(listed).suffix
        tail = listed.removeprefix(former).removesuffix(former_suffix) + suffix
        if (dataset / (new + tail)).is_file():
            change = (
                f"replace {former} by {new or 'nothing'}"
                if former
                else f"put {new} before each path"
            )
            if suffix != former_suffix:
                change += f" and {former_suffix} by {suffix}"
            return f"{change} in the list{_command(former, new, former_suffix, suffix, path)}"
    advice = "correct the paths in the list, or name the folder that holds them with -d"
    if PurePosixPath(listed).parts[0] == PLACEHOLDER:
        return f"{PLACEHOLDER} stands for the folder of the recordings in NVIDIA's lists: {advice}"
    return advice


def _candidates(listed: PurePosixPath) -> Iterator[tuple[str, str, str]]:
    """A prefix of the path, what may be there instead, and the suffix that the file may have."""
    suffixes = dict.fromkeys((listed.suffix, *SUFFIXES))
    for count in range(len(listed.parts)):
        former = str(PurePosixPath(*listed.parts[:count])).rstrip("/") + "/" if count else ""
        for suffix in suffixes:
            yield from ((former, f"{folder}/" if folder else "", suffix) for folder in FOLDERS)


def _command(former: str, new: str, former_suffix: str, suffix: str, path: Path) -> str:
    """The sed command that changes the list, where its words are plain."""
    if not re.fullmatch(r"[\w/.-]*", former):
        return ""
    script = f"s,^{former},{new},"
    if suffix != former_suffix:
        script += rf"; s,\{former_suffix}|,{suffix}|,"
    return f", as sed -i {shlex.quote(script)} {shlex.quote(str(path))} does"
