"""What the checks find of faults of known size, on real recordings and on synthetic voices.

python benchmarks/self_test.py RECORDINGS SENTENCES.txt

RECORDINGS is a folder of wavs/ and metadata.csv; of the lines of SENTENCES.txt 30 are spoken by
each of four voices of flite and three of espeak-ng. It prints the tables of docs/self-test.md: what
is found of a small, a moderate and a large fault, the moderate with its 95 % interval, the
precision with its lower bound, and the least that was found of a moderate fault in one synthetic
voice.
"""

import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from silence_truth import ESPEAK, FLITE

from voiceprep.audio.checks import CHECKS as AUDIO_CHECKS
from voiceprep.batch.run import JobsConfig
from voiceprep.clip import Clip
from voiceprep.commands.report.self_test import SelfTestConfig, self_test
from voiceprep.commands.report.self_test_result import SelfTest
from voiceprep.quality.check import Check
from voiceprep.quality.proportion import wilson
from voiceprep.quality.score import Score
from voiceprep.text.checks import CHECKS as TEXT_CHECKS

CLIPS, SEED = 30, 1
SHORTEST, LONGEST = 30, 120


def main(recordings: Path, sentences: Path) -> None:
    with TemporaryDirectory() as scratch:
        real = tested(*read_recordings(recordings, Path(scratch, "recordings")))
        voices = {
            voice: tested(*spoken(Path(scratch, voice), voice, drawn(sentences)))
            for voice in (*FLITE, *ESPEAK)
        }
    print(f"{real.clips} recordings; {len(voices)} synthetic voices of {CLIPS} clips each\n")
    print("\n".join(table(real, list(voices.values()))))
    print("\n".join(["", *alarms({"recordings": real, **voices})]))


def tested(
    dataset: Path, clips: Sequence[Clip], checks: Sequence[Check] = (*AUDIO_CHECKS, *TEXT_CHECKS)
) -> SelfTest:
    print(dataset.name, file=sys.stderr)
    return self_test(dataset, clips, dataset, SelfTestConfig(), checks, jobs=JobsConfig(1))


def read_recordings(recordings: Path, dataset: Path) -> tuple[Path, list[Clip]]:
    """A dataset of a folder of wavs/ and metadata.csv, which is not written to."""
    dataset.mkdir()
    (dataset / "wavs").symlink_to((recordings / "wavs").resolve())
    lines = (recordings / "metadata.csv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("|") for line in lines)
    return dataset, [Clip(row[0], f"wavs/{row[0]}.wav", row[-1]) for row in rows]


def drawn(sentences: Path) -> list[str]:
    lines = sentences.read_text(encoding="utf-8").splitlines()
    fitting = [line for line in lines if SHORTEST <= len(line) <= LONGEST]
    places = np.random.default_rng(SEED).permutation(len(fitting))[:CLIPS]
    return [fitting[place] for place in places]


def spoken(dataset: Path, voice: str, texts: Sequence[str]) -> tuple[Path, list[Clip]]:
    """Sentences as a voice gives them, at the rate that it has."""
    (dataset / "wavs").mkdir(parents=True)
    clips = [Clip(f"{n:02}", f"wavs/{n:02}.wav", text) for n, text in enumerate(texts)]
    for clip in clips:
        path = str(dataset / clip.path)
        command = ["flite", "-voice", voice, "-t", clip.text, "-o", path]
        if voice not in FLITE:
            command = ["espeak-ng", "-v", voice, "-s", "150", "-w", path, clip.text]
        subprocess.run(command, check=True, capture_output=True)
    return dataset, clips


def table(real: SelfTest, voices: Sequence[SelfTest]) -> Iterable[str]:
    yield "| check | fault | sizes | recordings | precision | synthetic | precision | least |"
    yield "|---|---|---|---|---|---|---|---|"
    spoken = [by_key(voice) for voice in voices]
    for key, own in by_key(real).items():
        others = [voice[key] for voice in spoken if key in voice]
        together = [pooled([other[size] for other in others]) for size in range(3)]
        least = min((other[1].recall.rate for other in others if other[1].recall.total), default=0)
        check, fault = own[0].check, own[0].fault
        sizes = ", ".join(f"{size:g}" for size in fault.sizes)
        cells = [f"`{check.name}`" + (" (off)" if check.off else ""), fault.name]
        cells += [f"{sizes} {fault.unit}", recalls(own), precision(own[1])]
        cells += [recalls(together), precision(together[1]), f"{least:.2f}"]
        yield f"| {' | '.join(cells)} |"


def by_key(tested: SelfTest) -> dict[tuple[str, str], list[Score]]:
    rows = [row for trial in tested.trials for row in trial.rows()]
    return {(row[0].check.name, row[0].fault.name): row for row in rows}


def pooled(rows: Sequence[Score]) -> Score:
    """The scores of several voices as those of one."""
    recall, alarms = (
        wilson(sum(rate.count for rate in rates), sum(rate.total for rate in rates))
        for rates in ([row.recall for row in rows], [row.alarms for row in rows])
    )
    return replace(rows[0], recall=recall, alarms=alarms)


def recalls(row: Sequence[Score]) -> str:
    middle = row[1].recall
    shown = [f"{score.recall.rate:.2f}" for score in row]
    shown[1] = f"**{shown[1]}** ({middle.low:.2f} to {middle.high:.2f})"
    return " · ".join(shown)


def precision(score: Score) -> str:
    return f"{score.precision:.2f} ({score.precision_bounds[0]:.2f})"


def alarms(tested: Mapping[str, SelfTest]) -> Iterable[str]:
    """What the checks flag in every voice as it is."""
    yield "| voice | flagged as they are |"
    yield "|---|---|"
    for name, voice in tested.items():
        rows = [row for trial in voice.trials for row in trial.alarms() if row[1].count]
        told = ", ".join(f"`{check.name}` {r.count} of {r.total}" for check, r, _ in rows)
        yield f"| {name} | {told or 'none'} |"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
