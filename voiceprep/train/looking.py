"""A look at Tacotron 2 while it learns: how it follows the truth, and how it speaks by itself.

The loss with the truth given says little of a voice that has to go on from its own frames: so
both are told, and the best checkpoint is chosen by how it speaks.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from ..audio.griffin_lim import mel_to_sound
from ..disk import replacing
from ..report.plots import Said, draw_alignment
from .batches import evaluation_batches
from .beginning import Recipe
from .checks.causes import CAUSES, FINE
from .evaluate import ClipRow, add_up, free_running, score, teacher_forced
from .infer import Sentence, Speech
from .journal import Journal
from .loop import Run
from .session import Evaluation
from .tasks.tacotron2 import Tacotron2Task, stepper_of

CLIPS = "clips.csv"
FIELDS = ("id", "side", "step", "mel_loss", "gate_loss", "focus", "diagonality")
TOLD = ("loss", "mel_loss", "gate_loss", "focus", "diagonality", "diagonal")
FREE = ("focus", "diagonality", "coverage", "stop_rate", "spoken")
SPEECH = "speech"
SENTENCES = 4
# Clips of the training side that are looked at each time: the next ones at the next time.
LOOKED_AT = 200
# Steps by which attention over text forms where it forms at all: with guidance, and without.
GUIDED_STEPS, UNGUIDED_STEPS = 3000, 15000
# What a picture says of speech that no gate ended.
ENDED = {
    "saturated": "its attention rested on the end, no gate ended it",
    "limit": "did not stop",
    "nan": "broke off, its values not finite",
    "empty": "nothing in it can be spoken",
}


@dataclass
class Look:
    """Looks at a run, draws, makes audible and notes what it found; called with the run."""

    task: Tacotron2Task
    held_out: Tacotron2Task
    recipe: Recipe
    folder: Path
    journal: Journal

    def __call__(self, run: Run) -> Evaluation:
        """The evaluation of the model as it is."""
        values: dict[str, float] = {}
        rows: list[dict[str, Any]] = []
        for side, task in (("val", self.held_out), ("train", self.task)):
            found = self._forced(task, run) if len(task.items) else []
            if found:
                told = asdict(add_up(found))
                values |= {f"{side}_forced_{name}": told[name] for name in TOLD}
                rows += [_row(side, run.step, clip) for clip in found]
        if "val_forced_loss" in values:
            values["val_loss"] = values["val_forced_loss"]
        sentences, steppers = self._sentences(), stepper_of(self.recipe)(run.model)
        free = free_running(run.model, sentences, self.recipe.infer, self._frame_seconds, steppers)
        values |= {f"free_{name}": getattr(free, name) for name in FREE}
        values["free_fine"] = free.causes.count(FINE) / max(1, len(free.causes))
        update_clips(self.folder / CLIPS, rows)
        self._show(run, free.speeches)
        loss = values.get("val_forced_loss", values["train_forced_loss"])
        told = f"{_told(run, values)}; {_told_causes(free.causes)}"
        return Evaluation(values, score(free, loss), told, tuple(self._warnings(run, values)))

    @property
    def _frame_seconds(self) -> float:
        mel = self.recipe.voice.mel
        return mel.hop_length / mel.rate

    def _forced(self, task: Tacotron2Task, run: Run) -> list[ClipRow]:
        """The rows of the clips that are held out, or of those whose turn it is."""
        places = np.arange(len(task.items)) if task is self.held_out else self._turn(run)
        plan = evaluation_batches(task.items.frames[places], self.recipe.train.batch_size)
        device = next(run.model.parameters()).device
        batches = (task.read(places[indices]).to(device) for indices in plan)
        return teacher_forced(run.model, batches, task.loss, task.decode)

    def _turn(self, run: Run) -> np.ndarray:
        """The training clips whose turn it is."""
        count = len(self.task.items)
        turn = run.step // self.recipe.train.evaluate_every
        first = turn * LOOKED_AT if count > LOOKED_AT else 0
        return np.arange(first, first + min(count, LOOKED_AT)) % count

    def _sentences(self) -> list[Sentence]:
        """A few sentences of the clips that are held out, of the others where there are none."""
        items = (self.held_out if len(self.held_out.items) else self.task).items
        order = np.argsort(items.text_lengths, kind="stable")
        count = min(SENTENCES, len(order))
        chosen = order[np.linspace(0, len(order) - 1, count + 2)[1:-1].round().astype(int)]
        clips = [items[int(place)] for place in dict.fromkeys(chosen.tolist())]
        return [Sentence(tuple(map(int, clip.symbols)), clip.id) for clip in clips]

    def _show(self, run: Run, speeches: Sequence[Speech]) -> None:
        """A picture and a wav of every sentence, over those of the look before."""
        voice, infer = self.recipe.voice, self.recipe.infer
        for speech in speeches:
            name, target = speech_file(self.folder, speech.sentence.text)
            draw_alignment(said_of(speech), target, infer.gate_threshold, self._frame_seconds)
            self.journal.picture(run.step, f"speech/{name}", target)
            if speech.frames > 1 and np.isfinite(speech.mel).all():
                sound = mel_to_sound(speech.mel, voice.mel)
                with replacing(target.with_suffix(".wav")) as temporary:
                    soundfile.write(temporary, sound.samples, sound.rate, "PCM_16", format="WAV")
                self.journal.sound(run.step, f"speech/{name}", sound.samples, sound.rate)
        self.journal.flush()

    def _warnings(self, run: Run, values: Mapping[str, float]) -> Iterable[str]:
        """What should be otherwise by now."""
        due = GUIDED_STEPS if self.recipe.loss.guided_attention else UNGUIDED_STEPS
        share = values.get("val_forced_diagonal", values["train_forced_diagonal"])
        if run.step >= due and share < 0.5:
            yield (
                f"no diagonal at step {run.step}, where it should be since step {due}: look at "
                f"{self.folder / SPEECH}, and at the clips with the lowest diagonality in {CLIPS}"
            )


def speech_file(folder: Path, id: str) -> tuple[str, Path]:
    """What a clip is called where it is heard, and the picture of it, whose folder is made.

    An id may have folders, and one from a list of others' may lead upwards: it does not here.
    """
    name = id.replace("..", "_").lstrip("/")
    target = folder / SPEECH / f"{name}.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    return name, target


def update_clips(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put the newest rows into `clips.csv`, a row for each clip, in the order of their ids."""
    known = {}
    if path.exists():
        with open(path, newline="", encoding="utf-8", errors="surrogateescape") as file:
            known = {row["id"]: row for row in csv.DictReader(file)}
    known |= {row["id"]: row for row in rows}
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(known[name] for name in sorted(known))
    with replacing(path) as temporary:
        temporary.write_text(text.getvalue(), encoding="utf-8", errors="surrogateescape")


def _row(side: str, step: int, clip: ClipRow) -> dict[str, Any]:
    told = asdict(clip)
    return {"side": side, "step": step} | {name: told[name] for name in ("id", *FIELDS[3:])}


def _told(run: Run, values: Mapping[str, float]) -> str:
    """A line for the person who watches."""
    side = "val" if "val_forced_loss" in values else "train"
    forced = ", ".join(
        f"{name} {values[f'{side}_forced_{name}']:.3f}" for name in ("loss", "focus", "diagonality")
    )
    free = ", ".join(f"{name.replace('_', ' ')} {values[f'free_{name}']:.2f}" for name in FREE)
    return f"step {run.step}: {side} clips, teacher forced: {forced}; spoken freely: {free}"


def _told_causes(causes: Sequence[str]) -> str:
    """How many of the sentences that were spoken freely came to what."""
    counts = {name: causes.count(name) for name in (FINE, *(cause.name for cause in CAUSES))}
    told = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
    return f"of {len(causes)} sentences {told or 'none'}"


def said_of(speech: Speech) -> Said:
    """What was spoken as it is drawn: with its stop, or with what ended it in its place."""
    stop = len(speech.gate) - 1 if speech.stop == "gate" else None
    text, ended = speech.sentence.text, ENDED.get(speech.stop, "")
    return Said(speech.mel, speech.alignment, speech.gate, stop, text, unstopped=ended)
