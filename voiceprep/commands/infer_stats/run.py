"""The work of `voiceprep infer-stats`. Loads torch."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ...audio.dither import settle, write_sound
from ...audio.sound import Sound
from ...batch.run import Progress
from ...errors import UserError
from ...files import holding, replacing
from ...records import write_lines
from ...train.checkpoints.checkpoint import steps_in
from ...train.checkpoints.find import best_in, find_acoustic, find_vocoder
from ...train.data.load import load_text_clips
from ...train.data.mel_files import MelReader
from ...train.diagnosis.data_hints import describe_hints, inspect_training_data
from ...train.diagnosis.runs import Run, compare_voices, summarize, trend_of, worst_of
from ...train.diagnosis.statistics import latency_levels
from ...train.diagnosis.verdict import (
    describe_pair,
    describe_trend,
    exceeded_limits,
    inapplicable,
    verdict_of,
)
from ...train.frontend import FrontendConfig, read_sentences
from ...train.kernels.graphs import take_notes
from ...train.registry import models_with
from ...train.settings import InferConfig, SpeechConfig, VocoderConfig
from ...train.speech.repeat import Text, Voice, repeat, speak_again
from ...train.speech.synthesizer import BITS, Synthesizer
from .command import InferStatsConfig
from .page import FailedRun, write_page
from .result import LATENCIES, PAGE, RUNS, TABLE, InferStatsResult
from .sentences import choose_texts

# Failed runs whose attention the page shows.
SHOWN = 6
# Notes on symbols that are shown.
SHOWN_NOTES = 8


def run_statistics(
    dataset: Path,
    asked: InferStatsConfig,
    infer: InferConfig,
    vocoder: VocoderConfig,
    progress: Progress,
) -> InferStatsResult:
    """Speak and count; the parameters are those of `command.infer_stats`."""
    kept = _kept_checkpoints(asked)
    paths = list(kept.values()) or _paths(asked, dataset)
    folder = Path(asked.output) if asked.output else dataset / "stats"
    vocoder_path = find_vocoder(asked.vocoder, dataset) if asked.vocode_worst else None
    speaking = SpeechConfig(precision=asked.precision, device=asked.device)
    voices: list[list[Run]] = []
    failed: list[FailedRun] = []
    hints: list[str] = []
    synthesizer = Synthesizer.load(paths[0], vocoder_path, infer, speaking, vocoder)
    texts, notes = choose_texts(asked.input, dataset, asked.eos, synthesizer.frontend)
    with holding(folder):
        for number, path in enumerate(paths):
            if number:
                synthesizer = Synthesizer.load(path, None, infer, speaking, vocoder)
            runs, more = _speak(path, synthesizer, texts, asked, progress)
            voices.append(runs)
            notes += more
            if not number:
                notes += synthesizer.notes
                failed = _speak_again(path, synthesizer, runs, asked, folder)
                hints, more = _data_hints(synthesizer.frontend, runs, dataset)
                notes += more
        notes += take_notes()
        result = _summarize(folder, voices, list(kept), hints, notes, asked, infer)
        _write(folder, [run for runs in voices for run in runs])
        write_page(result, voices, failed, infer, folder / PAGE)
    return result


def _summarize(
    folder: Path,
    voices: Sequence[Sequence[Run]],
    steps: Sequence[int],
    hints: Sequence[str],
    notes: Sequence[str],
    asked: InferStatsConfig,
    infer: InferConfig,
) -> InferStatsResult:
    has_gate = any(run.measures.has_gate for runs in voices for run in runs)
    overviews = tuple(summarize(runs, asked.levels()) for runs in voices)
    compare = (compare_voices(voices[0], runs) for runs in voices[1:])
    pairs = tuple(pair for pair in compare if pair)
    trend = trend_of(dict(zip(steps, overviews, strict=True))) if steps else None
    verdict = [describe_trend(trend)] if trend else [describe_pair(pair) for pair in pairs]
    for overview in overviews[:1] if trend else overviews:
        lines = verdict_of(overview, infer.gate_threshold if has_gate else None)
        verdict += [f"{overview.voice}: {line}" for line in lines] if len(voices) > 1 else lines
    verdict += hints
    latencies = latency_levels([run.latency for runs in voices for run in runs])
    over = exceeded_limits(asked.limits(), overviews[0])
    return InferStatsResult(
        folder, tuple(verdict), overviews, pairs, trend, over, latencies, tuple(notes)
    )


def _kept_checkpoints(asked: InferStatsConfig) -> dict[int, Path]:
    """The checkpoints of a run that is named by its folder, by step, the newest first.

    Empty if the run kept only one, which may not be its best.
    """
    folder = Path(asked.checkpoint)
    files = steps_in(folder) if asked.checkpoint and folder.is_dir() else {}
    return dict(reversed(files.items())) if len(files) > 1 else {}


def _paths(asked: InferStatsConfig, dataset: Path) -> list[Path]:
    if asked.checkpoint:
        named = [Path(part.strip()) for part in asked.checkpoint.split(",") if part.strip()]
        return [_trained(best_in(path), path) if path.is_dir() else path for path in named]
    return [_trained(find_acoustic(dataset), dataset / "output")]


def _trained(path: Path | None, folder: Path) -> Path:
    """The path; raises UserError if it is None."""
    if path is None:
        models = models_with("acoustic")
        raise UserError(
            f"{folder} holds no trained voice: name one with --checkpoint FILE, or train one with "
            f"voiceprep train {models[0]}"
        )
    return path


def _speak(
    path: Path,
    synthesizer: Synthesizer,
    texts: Sequence[Text],
    asked: InferStatsConfig,
    progress: Progress,
) -> tuple[list[Run], list[str]]:
    """The runs of a voice, and notes on them."""
    infer = _limited(synthesizer, asked)
    seeds = [infer.seed + number for number in range(asked.seeds)]
    voice = Voice(str(path), synthesizer.acoustic)
    with synthesizer.machine.working():
        runs = repeat(voice, texts, seeds, infer, asked.levels(), progress)
    if not runs:
        raise UserError(f"{path}: the voice has no symbol for any of the sentences")
    left_out = len(texts) - len({(run.id, run.ending) for run in runs})
    notes = [f"{path}: no symbol for {left_out} of the sentences"] if left_out else []
    notes += [
        f"{path}: {line}" for line in (*_symbol_notes(synthesizer, texts), *inapplicable(runs))
    ]
    return runs, notes


def _symbol_notes(synthesizer: Synthesizer, texts: Sequence[Text]) -> list[str]:
    """What was guessed in the texts, and the symbols that the voice hardly knows."""
    frontend = synthesizer.frontend
    found = dict.fromkeys(
        note
        for sentence in read_sentences([text for _, text, _ in texts], frontend)
        for note in sentence.notes
    )
    more = len(found) - SHOWN_NOTES
    return [*list(found)[:SHOWN_NOTES], *([f"{more} more such notes"] if more > 0 else [])]


def _speak_again(
    path: Path,
    synthesizer: Synthesizer,
    runs: Sequence[Run],
    asked: InferStatsConfig,
    folder: Path,
) -> list[FailedRun]:
    """The worst runs, spoken again, some of them written as wavs."""
    worst = worst_of(runs, max(SHOWN, asked.vocode_worst))
    with synthesizer.machine.working():
        voice, infer = Voice(str(path), synthesizer.acoustic), _limited(synthesizer, asked)
        results = speak_again(voice, worst, infer, asked.levels())
    for former in folder.glob("worst-[0-9]*.wav"):
        former.unlink()
    failed = []
    for number, (run, result) in enumerate(zip(worst, results, strict=True), 1):
        target = folder / f"worst-{number}.wav"
        stopped = replace(result, mel=result.mel[:, : run.measures.frames])
        if number <= asked.vocode_worst and run.measures.frames:
            samples, _ = synthesizer.sound(stopped)
            if len(samples):
                peak = max(1.0, float(abs(samples).max()))
                with replacing(target) as temporary:
                    sound = settle(Sound(samples / peak, synthesizer.frontend.mel.rate), BITS)
                    write_sound(temporary, sound, BITS)
        failed.append(FailedRun(run, result, target if target.exists() else None))
    return failed


def _limited(synthesizer: Synthesizer, asked: InferStatsConfig) -> InferConfig:
    """The settings of inference, with `--max-steps` as the limit."""
    if not asked.max_steps:
        return synthesizer.infer
    frames = asked.max_steps * synthesizer.acoustic.frames_per_step
    return replace(synthesizer.infer, max_frames=frames)


def _data_hints(
    frontend: FrontendConfig, runs: Sequence[Run], dataset: Path
) -> tuple[list[str], list[str]]:
    """Possible causes of failures in the training clips, or why these were not inspected."""
    listed = dataset / "filelists" / "train.txt"
    failing = list(dict.fromkeys(run.text for run in runs if run.failed))
    try:
        items = load_text_clips(listed, dataset, frontend).items
        sentences = read_sentences(failing, frontend)
        hints = inspect_training_data(items, MelReader(frontend.mel), frontend, sentences)
        return describe_hints(hints), []
    except (UserError, ValueError) as error:
        return [], [f"the training clips were not inspected: {error}"]


def _write(folder: Path, runs: Sequence[Run]) -> None:
    write_lines(folder / RUNS, (run.row() for run in runs))
    # What the clock says has a file of its own: the runs are the same bytes each time.
    write_lines(folder / LATENCIES, (run.latency_row() for run in runs))
    rows = [run.row() | run.latency_row() for run in runs]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    with replacing(folder / TABLE) as temporary:
        temporary.write_text(text.getvalue(), encoding="utf-8")
