"""`voiceprep infer-stats`: a voice spoken many times, how often it fails, and what is behind it."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import soundfile

from ..audio.griffin_lim import mel_to_sound
from ..batch import Progress, no_progress
from ..config import setting
from ..disk import holding, replacing
from ..errors import SettingError, UserError
from ..records import write_lines
from ..text.hard import ENDINGS, end_with, ending_of, hard_sentences
from ..train.checkpoint import BEST, Checkpoint, newest
from ..train.checks.causes import CAUSES
from ..train.checks.gate import THRESHOLDS
from ..train.checks.runs import Overview, Pair, Run, compare_voices, overlook
from ..train.checks.statistics import latency_levels
from ..train.checks.verdict import Limit, compared, exceeded, told_rate, verdict_of
from ..train.device import HALVES, Machine
from ..train.fast import fast_stepper
from ..train.infer import read_sentence, speak
from ..train.listed import load_items, read_list
from ..train.mels import MelReader
from ..train.pointers import look_at, told
from ..train.repeating import Candidate, Text, repeat
from ..train.settings import InferConfig

RUNS, TABLE = "runs.jsonl", "runs.csv"
LISTS = ("val.txt", "train.txt")
OWN_SENTENCES = 20


@dataclass(frozen=True)
class StatsConfig:
    """What is spoken, how often and by whom; no section of the settings, as it is of one call."""

    input: str = setting(
        "", "list of sentences, one a line; by default hard ones and some of the dataset's own",
        "--input", "-i",
    )  # fmt: skip
    seeds: int = setting(20, "times that each sentence is spoken", "--seeds")
    checkpoint: str = setting(
        "",
        "checkpoint to speak with; several, separated by commas, are compared with the first; the "
        "best of DATASET/output/tacotron2 by default",
        "--checkpoint",
    )
    thresholds: str = setting(
        "", "gate thresholds to compare, as in 0.3,0.5; 0.05 to 0.95 by default", "--thresholds"
    )
    max_steps: int = setting(
        0, "decoder steps after which a sentence is cut off; 0: as [infer] says", "--max-steps"
    )
    eos: bool = setting(
        False, "speak each sentence with nothing and with . ; ! ? at its end, and compare", "--eos"
    )
    fail_if: str = setting(
        "", "exit with 1 beyond these limits, as in no_stop>0.02,skipped>0", "--fail-if"
    )
    vocode_worst: int = setting(0, "failed runs to hear, as wavs", "--vocode-worst")
    device: str = setting("auto", "auto, cpu, cuda or cuda:N", "--device")
    precision: Literal["fp32", "bf16"] = setting(
        "fp32", "arithmetic; bf16 is faster on a GPU, and stops alike in nearly all runs",
        "--precision",
    )  # fmt: skip
    output: str = setting("", "folder to write to; DATASET/stats by default", "--output", "-o")

    def __post_init__(self) -> None:
        if self.seeds < 1:
            raise SettingError(f"seeds = {self.seeds}: at least 1 is wanted", "seeds")
        if min(self.max_steps, self.vocode_worst) < 0:
            raise SettingError("max_steps and vocode_worst are 0 at the least", "max_steps")
        self.levels()
        self.limits()

    def levels(self) -> tuple[float, ...]:
        """The thresholds to compare; raises SettingError."""
        try:
            levels = tuple(float(level) for level in self.thresholds.split(",") if level.strip())
        except ValueError:
            levels = (0.0,)
        if not all(0 < level < 1 for level in levels):
            raise SettingError(
                f"thresholds = {self.thresholds}: between 0 and 1, as in 0.3,0.5", "thresholds"
            )
        return tuple(sorted(set(levels))) or THRESHOLDS

    def limits(self) -> tuple[Limit, ...]:
        """What must not be exceeded; raises SettingError."""
        try:
            return tuple(Limit.read(part) for part in self.fail_if.split(",") if part.strip())
        except ValueError as error:
            raise SettingError(f"fail_if = {error}", "fail_if") from None


@dataclass(frozen=True)
class Stats:
    """What came of all runs: the verdict first."""

    folder: Path
    verdict: tuple[str, ...]
    overviews: tuple[Overview, ...]
    pairs: tuple[Pair, ...]
    over_limit: tuple[str, ...]
    latencies: dict[str, float]
    notes: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """1 where a limit was exceeded."""
        return 1 if self.over_limit else 0

    def lines(self, verbose: bool) -> list[str]:
        """The verdict; the rate of every text, length and ending where `verbose`."""
        lines = [*self.verdict, *(f"over the limit: {line}" for line in self.over_limit)]
        for overview in self.overviews if verbose else ():
            for name in ("by_sentence", "by_length", "by_ending"):
                lines += ["", f"{overview.voice}, failed {name.replace('_', ' ')}"]
                rates = getattr(overview, name).items()
                lines += [f"  {kind or 'nothing'}: {told_rate(rate)}" for kind, rate in rates]
        lines += [f"note: {note}" for note in self.notes]
        return [*lines, f"→ {self.folder / RUNS}, {TABLE}"]

    def rows(self) -> Iterator[dict[str, Any]]:
        """An overview of each voice, each comparison, then the summary."""
        yield from (asdict(overview) for overview in self.overviews)
        yield from (asdict(pair) for pair in self.pairs)
        summary = {"verdict": list(self.verdict), "over_limit": list(self.over_limit)}
        summary |= {"folder": str(self.folder), "notes": list(self.notes), **self.latencies}
        yield {"summary": summary}


def infer_stats(
    dataset: Path = Path(),
    asked: StatsConfig = StatsConfig(),
    infer: InferConfig = InferConfig(),  # noqa: B008 (frozen)
    progress: Progress = no_progress,
) -> Stats:
    """Speak sentences many times over, and say how often the voice fails, and why.

    Each sentence is spoken once with each seed, past its gate, so that the stop of every gate
    threshold can be told. The voice is the best of DATASET/output/tacotron2.

    \b
    Example: voiceprep infer-stats --seeds 5 --fail-if "no_stop>0.02"
    """
    paths, machine = _paths(asked, dataset), Machine.pick(asked.device, asked.precision)
    texts, notes = _texts(asked, dataset)
    folder = Path(asked.output) if asked.output else dataset / "stats"
    spoken: list[list[Run]] = []
    with holding(folder), machine.working():
        for number, path in enumerate(paths):
            heard = replace(asked, vocode_worst=0) if number else asked
            runs, trouble = _speak(path, texts, heard, infer, machine, folder, progress)
            spoken.append(runs)
            notes += trouble
        _write(folder, [run for runs in spoken for run in runs])
    overviews = tuple(overlook(runs, asked.levels()) for runs in spoken)
    found = (compare_voices(spoken[0], runs) for runs in spoken[1:])
    pairs = tuple(pair for pair in found if pair)
    verdict: list[str] = []
    for overview in overviews:
        lines = verdict_of(overview, infer.gate_threshold)
        verdict += [f"{overview.voice}: {line}" for line in lines] if len(paths) > 1 else lines
    verdict += [compared(pair) for pair in pairs]
    pointers, trouble = _pointers(paths[0], spoken[0], dataset)
    latencies = latency_levels([run.latency for runs in spoken for run in runs])
    over = exceeded(asked.limits(), overviews[0])
    told_notes = (*notes, *trouble)
    return Stats(folder, (*verdict, *pointers), overviews, pairs, over, latencies, told_notes)


def _paths(asked: StatsConfig, dataset: Path) -> list[Path]:
    if asked.checkpoint:
        return [Path(part.strip()) for part in asked.checkpoint.split(",") if part.strip()]
    folder = dataset / "output" / "tacotron2"
    best = folder / BEST
    found = best if best.is_file() else newest(folder)
    if found is None:
        raise UserError(
            f"{folder} holds no trained voice: --checkpoint FILE names one, or voiceprep train "
            "tacotron2 makes one"
        )
    return [found]


def _texts(asked: StatsConfig, dataset: Path) -> tuple[list[Text], list[str]]:
    notes: list[str] = []
    if asked.input:
        lines = _lines(Path(asked.input))
        chosen = {f"line-{number}": text for number, text in enumerate(lines, 1) if text}
    else:
        chosen = hard_sentences() | _own_texts(dataset, notes)
    if not chosen:
        raise UserError(f"{asked.input}: holds no sentence; one a line is wanted")
    if not asked.eos:
        return [(name, text, ending_of(text)) for name, text in chosen.items()], notes
    return [(name, end_with(text, ending), ending)
            for name, text in chosen.items() for ending in ENDINGS], notes  # fmt: skip


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: not UTF-8: save the file as UTF-8") from None
    return [line.strip() for line in text.splitlines()]


def _own_texts(dataset: Path, notes: list[str]) -> dict[str, str]:
    """Sentences of the dataset's own, short and long ones, of those held out where there are."""
    for name in LISTS:
        path = dataset / "filelists" / name
        rows = [row for row in read_list(path)[0] if row.text] if path.is_file() else []
        if rows:
            rows.sort(key=lambda row: len(row.text))
            places = np.unique(np.linspace(0, len(rows) - 1, OWN_SENTENCES).round().astype(int))
            return {rows[place].key: rows[place].text for place in places}
    notes.append(f"{dataset / 'filelists'} lists no texts: only the built-in ones were spoken")
    return {}


def _speak(
    path: Path,
    texts: Sequence[Text],
    asked: StatsConfig,
    infer: InferConfig,
    machine: Machine,
    folder: Path,
    progress: Progress,
) -> tuple[list[Run], list[str]]:
    held = Checkpoint.load(path)
    if held.model != "tacotron2":
        raise UserError(f"{path}: a {held.model} has neither attention nor an end to look at")
    model = held.build().to(machine.device)
    if asked.max_steps:
        infer = replace(infer, max_frames=asked.max_steps * model.config.frames_per_step)
    half = HALVES.get(asked.precision)
    stepper = fast_stepper(model, half) if half else fast_stepper(model)
    seeds, voice = [infer.seed + number for number in range(asked.seeds)], held.voice
    candidate = Candidate(str(path), model, voice, stepper)
    runs = repeat(candidate, texts, seeds, infer, asked.levels(), progress)
    if not runs:
        raise UserError(f"{path}: the voice has no symbol for any of the sentences")
    ladder = [cause.name for cause in CAUSES]
    failed = sorted((run for run in runs if run.failed), key=lambda run: ladder.index(run.cause))
    worst = failed[: asked.vocode_worst]
    sentences = [read_sentence(run.text, voice, run.seed) for run in worst]
    for run, speech in zip(worst, speak(model, sentences, infer, stepper), strict=True):
        if speech.frames > 1:
            sound = mel_to_sound(speech.mel, voice.mel)
            name = f"{run.id.replace('/', '_').lstrip('.')}-{run.seed}.wav"
            with replacing(folder / name) as temporary:
                soundfile.write(temporary, sound.samples, sound.rate, "PCM_16", format="WAV")
    left_out = len(texts) - len({(run.id, run.ending) for run in runs})
    return runs, [f"{path}: no symbol for {left_out} of the sentences"] if left_out else []


def _pointers(path: Path, runs: Sequence[Run], dataset: Path) -> tuple[list[str], list[str]]:
    """What the training clips point at, and why they could not be looked at."""
    voice, listed = Checkpoint.load(path).voice, dataset / "filelists" / "train.txt"
    failing = list(dict.fromkeys(run.text for run in runs if run.failed))
    try:
        items = load_items(listed, dataset, voice).items
        sentences = [read_sentence(text, voice) for text in failing]
        return told(look_at(items, MelReader(voice.mel), voice, sentences)), []
    except (UserError, ValueError) as error:
        return [], [f"the training clips were not looked at: {error}"]


def _write(folder: Path, runs: Iterable[Run]) -> None:
    rows = [run.row() for run in runs]
    write_lines(folder / RUNS, rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    with replacing(folder / TABLE) as temporary:
        temporary.write_text(text.getvalue(), encoding="utf-8")
