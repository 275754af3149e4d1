"""`voiceprep infer-stats`: a voice spoken many times, how often it fails, and what is behind it."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ..audio.dither import settle, write_sound
from ..audio.sound import Sound
from ..batch import Progress, no_progress
from ..config import setting
from ..disk import holding, replacing
from ..errors import SettingError, UserError
from ..records import write_lines
from ..train.checkpoint import steps_in
from ..train.checks.gate import THRESHOLDS
from ..train.checks.runs import Run, compare_voices, overlook, trend_of, worst_of
from ..train.checks.statistics import latency_levels
from ..train.checks.verdict import Limit, compared, exceeded, told_trend, verdict_of
from ..train.device import HALVES
from ..train.fast import fast_stepper
from ..train.infer import read_sentence
from ..train.listed import load_items
from ..train.mels import MelReader
from ..train.pointers import look_at, told
from ..train.repeating import Candidate, Text, repeat, speak_again
from ..train.settings import InferConfig, SpeechConfig, VocoderConfig
from ..train.speaker import BITS, Speaker
from ..train.trained import best_in, waveglow_of
from ..train.voice import Voice
from .choosing import choose_texts
from .showing import Heard, show
from .telling import PAGE, RUNS, TABLE, Stats

# Failed runs whose attention the page shows.
SHOWN = 6


@dataclass(frozen=True)
class StatsConfig:
    """What is spoken, how often and by whom; no section of the settings, as it is of one call."""

    input: str = setting(
        "",
        "list of sentences, a line each: text, or id|text; by default hard ones and some of the "
        "dataset's own",
        "--input",
        "-i",
    )
    seeds: int = setting(20, "times that each sentence is spoken", "--seeds")
    checkpoint: str = setting(
        "",
        "checkpoint to speak with; several, separated by commas, are compared with the first; a "
        "run's folder: all that it kept, the newest first, or its best where it kept one; the best "
        "of DATASET/output/tacotron2 by default",
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
    vocode_worst: int = setting(3, "failed runs to hear, as wavs", "--vocode-worst")
    waveglow: str = setting(
        "",
        "the vocoder's checkpoint; that in DATASET/output/waveglow by default; no: Griffin-Lim",
        "--waveglow",
    )
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


def infer_stats(
    dataset: Path = Path(),
    asked: StatsConfig = StatsConfig(),
    infer: InferConfig = InferConfig(),  # noqa: B008 (frozen)
    vocoder: VocoderConfig = VocoderConfig(),  # noqa: B008 (frozen)
    progress: Progress = no_progress,
) -> Stats:
    """Speak sentences many times over, and say how often the voice fails, and why.

    Each sentence is spoken once with each seed, past its gate, so that the stop of every gate
    threshold can be told. The voice is the best of DATASET/output/tacotron2.

    \b
    Example: voiceprep infer-stats --seeds 5 --fail-if "no_stop>0.02"
    """
    kept = _kept(asked)
    paths = list(kept.values()) or _paths(asked, dataset)
    texts, notes = choose_texts(asked.input, dataset, asked.eos)
    folder = Path(asked.output) if asked.output else dataset / "stats"
    waveglow = waveglow_of(asked.waveglow, dataset) if asked.vocode_worst else None
    speaking = SpeechConfig(precision=asked.precision, device=asked.device)
    spoken: list[list[Run]] = []
    heard: list[Heard] = []
    with holding(folder):
        for number, path in enumerate(paths):
            speaker = Speaker.load(path, None if number else waveglow, infer, speaking, vocoder)
            runs, trouble = _speak(path, speaker, texts, asked, progress)
            spoken.append(runs)
            notes += trouble
            if not number:
                notes += speaker.vocoder.notes
                heard = _hear(path, speaker, runs, asked, folder)
                pointers, trouble = _pointers(speaker.voice, runs, dataset)
                notes += trouble
        found = _overlook(folder, spoken, list(kept), pointers, notes, asked, infer)
        _write(folder, [run for runs in spoken for run in runs])
        show(found, spoken, heard, infer, folder / PAGE)
    return found


def _overlook(
    folder: Path,
    spoken: Sequence[Sequence[Run]],
    steps: Sequence[int],
    pointers: Sequence[str],
    notes: Sequence[str],
    asked: StatsConfig,
    infer: InferConfig,
) -> Stats:
    overviews = tuple(overlook(runs, asked.levels()) for runs in spoken)
    compare = (compare_voices(spoken[0], runs) for runs in spoken[1:])
    pairs = tuple(pair for pair in compare if pair)
    trend = trend_of(dict(zip(steps, overviews, strict=True))) if steps else None
    verdict = [told_trend(trend)] if trend else [compared(pair) for pair in pairs]
    for overview in overviews[:1] if trend else overviews:
        lines = verdict_of(overview, infer.gate_threshold)
        verdict += [f"{overview.voice}: {line}" for line in lines] if len(spoken) > 1 else lines
    verdict += pointers
    latencies = latency_levels([run.latency for runs in spoken for run in runs])
    over = exceeded(asked.limits(), overviews[0])
    return Stats(folder, tuple(verdict), overviews, pairs, trend, over, latencies, tuple(notes))


def _kept(asked: StatsConfig) -> dict[int, Path]:
    """The checkpoints of the run that was named by its folder, by step, the newest first.

    None of a run that kept one alone, which may not be its best.
    """
    folder = Path(asked.checkpoint)
    files = steps_in(folder) if asked.checkpoint and folder.is_dir() else {}
    return dict(reversed(files.items())) if len(files) > 1 else {}


def _paths(asked: StatsConfig, dataset: Path) -> list[Path]:
    if asked.checkpoint:
        named = [Path(part.strip()) for part in asked.checkpoint.split(",") if part.strip()]
        return [_voice_in(path) if path.is_dir() else path for path in named]
    return [_voice_in(dataset / "output" / "tacotron2")]


def _voice_in(folder: Path) -> Path:
    found = best_in(folder)
    if found is None:
        raise UserError(
            f"{folder} holds no trained voice: --checkpoint FILE names one, or voiceprep train "
            "tacotron2 makes one"
        )
    return found


def _speak(
    path: Path, speaker: Speaker, texts: Sequence[Text], asked: StatsConfig, progress: Progress
) -> tuple[list[Run], list[str]]:
    """The runs of a voice, and what there is to tell of them."""
    infer = _limited(speaker, asked)
    seeds = [infer.seed + number for number in range(asked.seeds)]
    with speaker.machine.working():
        runs = repeat(_candidate(path, speaker), texts, seeds, infer, asked.levels(), progress)
    if not runs:
        raise UserError(f"{path}: the voice has no symbol for any of the sentences")
    left_out = len(texts) - len({(run.id, run.ending) for run in runs})
    return runs, [f"{path}: no symbol for {left_out} of the sentences"] if left_out else []


def _hear(
    path: Path, speaker: Speaker, runs: Sequence[Run], asked: StatsConfig, folder: Path
) -> list[Heard]:
    """The worst runs spoken again, some of them as wavs."""
    worst = worst_of(runs, max(SHOWN, asked.vocode_worst))
    with speaker.machine.working():
        candidate, infer = _candidate(path, speaker), _limited(speaker, asked)
        speeches = speak_again(candidate, worst, infer, asked.levels())
    for former in folder.glob("worst-[0-9]*.wav"):
        former.unlink()
    heard = []
    for number, (run, speech) in enumerate(zip(worst, speeches, strict=True), 1):
        target = folder / f"worst-{number}.wav"
        ended = replace(speech, mel=speech.mel[:, : run.measures.frames])
        if number <= asked.vocode_worst and run.measures.frames:
            samples, _ = speaker.sound(ended)
            if len(samples):
                peak = max(1.0, float(abs(samples).max()))
                with replacing(target) as temporary:
                    sound = settle(Sound(samples / peak, speaker.voice.mel.rate), BITS)
                    write_sound(temporary, sound, BITS)
        heard.append(Heard(run, speech, target if target.exists() else None))
    return heard


def _candidate(path: Path, speaker: Speaker) -> Candidate:
    half = HALVES.get(speaker.machine.precision)
    stepper = fast_stepper(speaker.model, half) if half else fast_stepper(speaker.model)
    return Candidate(str(path), speaker.model, speaker.voice, stepper)


def _limited(speaker: Speaker, asked: StatsConfig) -> InferConfig:
    """How it speaks, cut off where the call wants it."""
    if not asked.max_steps:
        return speaker.infer
    per_step = speaker.model.config.frames_per_step
    return replace(speaker.infer, max_frames=asked.max_steps * per_step)


def _pointers(voice: Voice, runs: Sequence[Run], dataset: Path) -> tuple[list[str], list[str]]:
    """What the training clips point at, and why they could not be looked at."""
    listed = dataset / "filelists" / "train.txt"
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
