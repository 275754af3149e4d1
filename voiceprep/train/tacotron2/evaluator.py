"""Tacotron 2 evaluated in training: teacher-forced on clips, and free-running on sentences.

The teacher-forced loss says little of a model that has to go on from its own frames: so both are
measured, and the best checkpoint is chosen by its free-running speech.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...audio.griffin_lim import mel_to_sound
from ...report.plots import draw_alignment
from ..data.batching import evaluation_batches
from ..diagnosis.causes import CAUSES, FINE
from ..frontend import Sentence
from ..recipe import Recipe
from ..run.evaluation_files import (
    CLIPS,
    SPEECH,
    speech_file,
    update_clips,
    warning_of,
    write_speech,
)
from ..run.log import TrainingLog
from ..run.loop import TrainingRun
from ..run.trainer import Evaluation
from ..settings import InferConfig
from ..speech.acoustic import SynthesisResult, alignment_plot
from ..tensors import as_kind
from .config import LossConfig
from .metrics import ClipMetrics, add_up, free_running, score, teacher_forced
from .network import Tacotron2
from .task import Tacotron2Task, stepper_of

COLUMNS = ("id", "side", "step", "mel_loss", "gate_loss", "focus", "diagonality")
FORCED = ("loss", "mel_loss", "gate_loss", "focus", "diagonality", "diagonal")
FREE = ("focus", "diagonality", "coverage", "stop_rate", "spoken")
SENTENCES = 4
# Training clips that are evaluated each time: the next ones at the next evaluation.
TRAINING_CLIPS = 200
# Steps by which attention over text forms where it forms at all: with guidance, and without.
GUIDED_STEPS, UNGUIDED_STEPS = 3000, 15000


@dataclass
class Tacotron2Evaluator:
    """Evaluates a run, draws and writes what was spoken, and logs it; called with the run."""

    task: Tacotron2Task
    held_out: Tacotron2Task
    recipe: Recipe
    folder: Path
    log: TrainingLog

    def __call__(self, run: TrainingRun) -> Evaluation:
        """The evaluation of the model as it is."""
        values: dict[str, float] = {}
        rows: list[dict[str, Any]] = []
        frames, started = 0, time.perf_counter()
        for split, task in (("val", self.held_out), ("train", self.task)):
            places = np.arange(len(task.items)) if split == "val" else self._turn(run)
            clips = self._forced(task, places, run) if len(places) else []
            frames += int(task.items.frames[places].sum())
            if clips:
                totals = asdict(add_up(clips))
                values |= {f"{split}_forced_{name}": totals[name] for name in FORCED}
                rows += [_row(split, run.step, clip) for clip in clips]
        values["val_items_per_sec"] = frames / (time.perf_counter() - started)
        if "val_forced_loss" in values:
            values["val_loss"] = values["val_forced_loss"]
        model = as_kind(run.model, Tacotron2)
        sentences, steppers = self._sentences(), stepper_of(self.recipe)(model)
        free = free_running(model, sentences, self._infer, self._frame_seconds, steppers)
        values |= {f"free_{name}": getattr(free, name) for name in FREE}
        values["free_fine"] = free.causes.count(FINE) / max(1, len(free.causes))
        warnings = [*self._warnings(run, values)]
        with warning_of(self.folder / CLIPS, warnings):
            update_clips(self.folder / CLIPS, rows, COLUMNS)
        self._show(run, free.speeches, warnings)
        loss = values.get("val_forced_loss", values["train_forced_loss"])
        message = f"{_message(run, values)}; {_causes_message(free.causes)}"
        return Evaluation(values, score(free, loss), message, tuple(warnings))

    @property
    def _infer(self) -> InferConfig:
        return self.recipe.section(InferConfig)

    @property
    def _frame_seconds(self) -> float:
        mel = self.recipe.frontend.mel
        return mel.hop_length / mel.rate

    def _forced(
        self, task: Tacotron2Task, places: np.ndarray, run: TrainingRun
    ) -> list[ClipMetrics]:
        """The metrics of some clips of a task, teacher-forced."""
        plan = evaluation_batches(task.items.frames[places], self.recipe.train.batch_size)
        device = next(run.model.parameters()).device
        batches = (task.read(places[indices]).to(device) for indices in plan)
        return teacher_forced(as_kind(run.model, Tacotron2), batches, task.loss, task.decode)

    def _turn(self, run: TrainingRun) -> np.ndarray:
        """The training clips whose turn it is."""
        count = len(self.task.items)
        turn = run.step // self.recipe.train.evaluate_every
        first = turn * TRAINING_CLIPS if count > TRAINING_CLIPS else 0
        return np.arange(first, first + min(count, TRAINING_CLIPS)) % count

    def _sentences(self) -> list[Sentence]:
        """A few sentences of the held-out clips, of the training clips where there are none."""
        items = (self.held_out if len(self.held_out.items) else self.task).items
        order = np.argsort(items.text_lengths, kind="stable")
        count = min(SENTENCES, len(order))
        chosen = order[np.linspace(0, len(order) - 1, count + 2)[1:-1].round().astype(int)]
        clips = [items[int(place)] for place in dict.fromkeys(chosen.tolist())]
        return [Sentence(tuple(map(int, clip.symbols)), clip.id) for clip in clips]

    def _show(
        self, run: TrainingRun, results: Sequence[SynthesisResult], warnings: list[str]
    ) -> None:
        """A picture and a wav of every sentence, in place of those of the evaluation before."""
        for result in results:
            with warning_of(self.folder / SPEECH / result.sentence.text, warnings):
                self._write(run, result)
        self.log.flush()

    def _write(self, run: TrainingRun, result: SynthesisResult) -> None:
        mel, threshold = self.recipe.frontend.mel, self._infer.gate_threshold
        name, target = speech_file(self.folder, result.sentence.text)
        draw_alignment(alignment_plot(result), target, threshold, self._frame_seconds)
        self.log.picture(run.step, f"speech/{name}", target)
        if result.frames > 1 and np.isfinite(result.mel).all():
            sound = mel_to_sound(result.mel, mel)
            write_speech(target.with_suffix(".wav"), sound.samples, sound.rate)
            self.log.sound(run.step, f"speech/{name}", sound.samples, sound.rate)

    def _warnings(self, run: TrainingRun, values: Mapping[str, float]) -> Iterable[str]:
        """What should have been reached by now."""
        guided = self.recipe.section(LossConfig).guided_attention
        due = GUIDED_STEPS if guided else UNGUIDED_STEPS
        share = values.get("val_forced_diagonal", values["train_forced_diagonal"])
        if run.step >= due and share < 0.5:
            yield (
                f"no diagonal alignment at step {run.step}, which is usual by step {due}: see "
                f"{self.folder / SPEECH}, and the clips with the lowest diagonality in {CLIPS}"
            )


def _row(split: str, step: int, clip: ClipMetrics) -> dict[str, Any]:
    metrics = asdict(clip)
    return {"side": split, "step": step} | {name: metrics[name] for name in ("id", *COLUMNS[3:])}


def _message(run: TrainingRun, values: Mapping[str, float]) -> str:
    """The evaluation in a line."""
    split = "val" if "val_forced_loss" in values else "train"
    forced = ", ".join(
        f"{name} {values[f'{split}_forced_{name}']:.3f}"
        for name in ("loss", "focus", "diagonality")
    )
    free = ", ".join(f"{name.replace('_', ' ')} {values[f'free_{name}']:.2f}" for name in FREE)
    return f"step {run.step}: {split} clips, teacher-forced: {forced}; free-running: {free}"


def _causes_message(causes: Sequence[str]) -> str:
    """How many of the free-running sentences failed, and of which cause."""
    counts = {name: causes.count(name) for name in (FINE, *(cause.name for cause in CAUSES))}
    listed = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
    return f"of {len(causes)} sentences {listed or 'none'}"
