"""How good a voice is: with the truth given at every step, and speaking by itself.

The loss with the truth given says little of a voice that has to go on from its own frames: so
both are measured, and the best checkpoint is chosen by how it speaks first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .checks.alignment import is_diagonal, measure_alignment
from .checks.causes import find_cause
from .checks.run import RunMeasures, measure_run
from .infer import PrenetDropout, Sentence, Speech, speak, speaking
from .losses import clip_losses
from .model import Batch
from .models.tacotron2 import Decode, Decoder, DropoutMasks, Tacotron2
from .settings import InferConfig, LossConfig
from .stepper import MakeStepper, PlainStepper


@dataclass(frozen=True)
class ClipRow:
    """One clip with the truth given: its losses, its attention, and what these are means over.

    mel_loss: squared error of both mels, over `mel_values`; gate_loss: over `gate_steps`;
    focus and diagonality: over `steps`.
    """

    id: str
    mel_loss: float
    gate_loss: float
    focus: float
    diagonality: float
    diagonal: bool
    mel_values: int
    gate_steps: int
    steps: int


@dataclass(frozen=True)
class Totals:
    """All clips together; `loss` is mel_loss + gate_loss, `diagonal` the share of clips."""

    clips: int
    loss: float
    mel_loss: float
    gate_loss: float
    focus: float
    diagonality: float
    diagonal: float


@dataclass(frozen=True)
class FreeRunning:
    """A few sentences as the voice speaks them by itself, and their means, each counting alike.

    stop_rate is the share whose gate opened; spoken the share that were also read in order from
    begin to end, as a gate that opens at once is none that works; causes: what went wrong with
    each, see `find_cause`. Blank sentences do not count, and have no cause.
    """

    speeches: tuple[Speech, ...]
    measures: tuple[RunMeasures, ...]
    causes: tuple[str, ...]
    focus: float
    diagonality: float
    coverage: float
    stop_rate: float
    spoken: float


def teacher_forced(
    model: Tacotron2,
    batches: Iterable[Batch],
    config: LossConfig,
    decode: Decode = Decoder.__call__,
) -> list[ClipRow]:
    """The rows of all clips, the batches being on the model's device.

    The prenet's dropout of each is drawn from its text alone: a clip's row changes with the
    model and with nothing else.
    """
    rows: list[ClipRow] = []
    with speaking(model):
        for batch in batches:
            rows += _rows(model, batch, config, decode)
    return rows


def add_up(rows: Sequence[ClipRow]) -> Totals:
    """The totals of rows, of one process or of several: sums over counts, never means of means.

    Raises ValueError for no rows.
    """
    if not rows:
        raise ValueError("no clips to add up")

    def mean(name: str, count: str) -> float:
        counts = [getattr(row, count) for row in rows]
        return float(np.average([getattr(row, name) for row in rows], weights=counts))

    mel, gate = mean("mel_loss", "mel_values"), mean("gate_loss", "gate_steps")
    focus, diagonality = mean("focus", "steps"), mean("diagonality", "steps")
    diagonal = float(np.mean([row.diagonal for row in rows]))
    return Totals(len(rows), mel + gate, mel, gate, focus, diagonality, diagonal)


def free_running(
    model: Tacotron2,
    sentences: Sequence[Sentence],
    config: InferConfig,
    frame_seconds: float,
    make_stepper: MakeStepper = PlainStepper,
) -> FreeRunning:
    """Speak the sentences, and measure how they were read and ended; all is 0 for none."""
    speeches = speak(model, sentences, config, make_stepper)
    measures = [measure_speech(speech, frame_seconds, config.gate_threshold) for speech in speeches]
    read = [measure.alignment for measure in measures]
    stopped = [speech.stop == "gate" for speech in speeches]
    counted = [number for number, speech in enumerate(speeches) if speech.stop != "empty"]

    def mean(values: Sequence[float]) -> float:
        return float(np.mean([values[number] for number in counted])) if counted else 0.0

    return FreeRunning(
        tuple(speeches),
        tuple(measures),
        tuple(find_cause(measures[number]) for number in counted),
        mean([measure.focus for measure in read]),
        mean([measure.diagonality for measure in read]),
        mean([measure.coverage for measure in read]),
        mean(stopped),
        mean([ends and is_diagonal(m) for ends, m in zip(stopped, read, strict=True)]),
    )


def measure_speech(speech: Speech, frame_seconds: float, threshold: float) -> RunMeasures:
    """The measures of what was spoken, past its gate or not, as this threshold stops it."""
    heard = (speech.alignment, speech.gate, speech.mel, speech.stop)
    return measure_run(*heard, frame_seconds, threshold)


def score(free: FreeRunning, loss: float) -> float:
    """By which the best checkpoint is chosen, the higher the better.

    First the share of sentences that were spoken from begin to end and stopped; among equals
    diagonality times coverage, in tenths, as less is chance; among equals the smaller loss. Each
    outweighs all that follow for up to 99 sentences. A loss that is not finite counts for nothing.
    """
    tenths = int(10 * free.diagonality * free.coverage + 1e-9)
    by_loss = 0.09 / (1 + max(loss, 0.0)) if np.isfinite(loss) else 0.0
    return 200 * free.spoken + tenths / 10 + by_loss


def _rows(model: Tacotron2, batch: Batch, config: LossConfig, decode: Decode) -> list[ClipRow]:
    lengths = batch.text_lengths.tolist()
    texts = zip(batch.text.tolist(), lengths, strict=True)
    sentences = [Sentence(tuple(ids[:length])) for ids, length in texts]
    steps = batch.mel.shape[2] // model.config.frames_per_step
    masks = DropoutMasks(PrenetDropout(model, sentences, InferConfig()).draw(steps))
    said = model(batch, masks, decode)
    found = clip_losses(said, batch, config)
    # A model that has come apart is looked at too: its losses say so.
    alignments = np.nan_to_num(said.alignments.float().cpu().numpy())
    mel = (found.mel + found.mel_postnet).tolist()
    rows = []
    for row, name in enumerate(batch.ids):
        spoken, values = int(found.attention_steps[row]), int(found.mel_values[row])
        gate_steps = int(found.gate_steps[row])
        measures = measure_alignment(alignments[row], spoken, lengths[row])
        rows.append(
            ClipRow(
                name,
                mel[row] / values,
                float(found.gate[row]) / gate_steps,
                measures.focus,
                measures.diagonality,
                is_diagonal(measures),
                values,
                gate_steps,
                spoken,
            )
        )
    return rows
