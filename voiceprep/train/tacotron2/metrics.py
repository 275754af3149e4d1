"""Metrics of Tacotron 2: teacher-forced and free-running, and the score of a checkpoint."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..diagnosis.alignment import is_diagonal, measure_alignment
from ..diagnosis.causes import find_cause
from ..diagnosis.run import RunMeasures
from ..frontend import Sentence
from ..settings import InferConfig
from ..speech.acoustic import SynthesisResult
from ..speech.repeat import measure_result
from ..tensors import Batch, speaking
from .config import LossConfig
from .infer import PrenetDropout, speak
from .losses import clip_losses
from .network import Decode, Decoder, DropoutMasks, Tacotron2
from .stepper import MakeStepper, PlainStepper


@dataclass(frozen=True)
class ClipMetrics:
    """One teacher-forced clip: its losses, its attention, and the counts behind these means.

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
    """A few free-running sentences, and their means over sentences.

    stop_rate: the share whose gate opened; spoken: the share that were also read in order from
    start to end, since a gate that opens at once does not work; causes: what went wrong with
    each, see `find_cause`. Sentences without symbols do not count, and have no cause.
    """

    speeches: tuple[SynthesisResult, ...]
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
) -> list[ClipMetrics]:
    """The metrics of all clips; the batches are on the model's device.

    The prenet's dropout of a clip is drawn from its text alone, so that its row depends on
    nothing but the model.
    """
    rows: list[ClipMetrics] = []
    with speaking(model):
        for batch in batches:
            rows += _rows(model, batch, config, decode)
    return rows


def add_up(rows: Sequence[ClipMetrics]) -> Totals:
    """The totals of rows, of one process or several: weighted by counts, not means of means.

    Raises ValueError if there are no rows.
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
    """Synthesise sentences, and measure attention and stops; the means are 0 for none."""
    speeches = speak(model, sentences, config, make_stepper)
    measures = [measure_result(speech, frame_seconds, config.gate_threshold) for speech in speeches]
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


def score(free: FreeRunning, loss: float) -> float:
    """The score by which the best checkpoint is chosen; higher is better.

    First the share of sentences that were spoken from start to end and stopped; among equals
    diagonality times coverage, in tenths, as smaller differences are noise; among equals the
    smaller loss. Each outweighs all that follow for up to 99 sentences. A non-finite loss adds 0.
    """
    tenths = int(10 * free.diagonality * free.coverage + 1e-9)
    by_loss = 0.09 / (1 + max(loss, 0.0)) if np.isfinite(loss) else 0.0
    return 200 * free.spoken + tenths / 10 + by_loss


def _rows(model: Tacotron2, batch: Batch, config: LossConfig, decode: Decode) -> list[ClipMetrics]:
    lengths = batch.text_lengths.tolist()
    texts = zip(batch.text.tolist(), lengths, strict=True)
    sentences = [Sentence(tuple(ids[:length])) for ids, length in texts]
    steps = batch.mel.shape[2] // model.config.frames_per_step
    masks = DropoutMasks(PrenetDropout(model, sentences, InferConfig()).draw(steps))
    outputs = model(batch, masks, decode)
    losses = clip_losses(outputs, batch, config)
    # A diverged model is measured too: its losses show it.
    alignments = np.nan_to_num(outputs.alignments.float().cpu().numpy())
    mel = (losses.mel + losses.mel_postnet).tolist()
    rows = []
    for row, name in enumerate(batch.ids):
        steps, values = int(losses.attention_steps[row]), int(losses.mel_values[row])
        gate_steps = int(losses.gate_steps[row])
        measures = measure_alignment(alignments[row], steps, lengths[row])
        rows.append(
            ClipMetrics(
                name,
                mel[row] / values,
                float(losses.gate[row]) / gate_steps,
                measures.focus,
                measures.diagonality,
                is_diagonal(measures),
                values,
                gate_steps,
                steps,
            )
        )
    return rows
