"""A voice spoken many times over: every text with every seed, once, past its gate."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from ..batch import Progress, no_progress
from .checks.causes import find_cause
from .checks.gate import THRESHOLDS
from .checks.runs import Run
from .checks.thresholds import judge_thresholds
from .evaluate import measure_speech
from .infer import Speech, read_sentence, speak
from .models.tacotron2 import Tacotron2
from .settings import InferConfig
from .stepper import MakeStepper, PlainStepper
from .voice import Voice

Text = tuple[str, str, str]
"""A sentence's id, its text and the mark that it ends with."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A voice that is put to the test, under its name."""

    name: str
    model: Tacotron2
    voice: Voice
    make_stepper: MakeStepper = PlainStepper


def repeat(
    candidate: Candidate,
    texts: Sequence[Text],
    seeds: Sequence[int],
    config: InferConfig,
    thresholds: Sequence[float] = THRESHOLDS,
    progress: Progress = no_progress,
) -> list[Run]:
    """Every text with every seed, in that order; texts of no symbol are left out.

    What was spoken is measured batch by batch and let go: hundreds of runs need no more room
    than one batch.
    """
    said = [
        (text, read_sentence(text[1], candidate.voice, seed)) for text in texts for seed in seeds
    ]
    places = [place for place, (_, sentence) in enumerate(said) if sentence.ids]
    places.sort(key=lambda place: (-len(said[place][1].ids), said[place][1].ids))
    size, highest = config.batch_size, max(*thresholds, config.gate_threshold)
    batches = [places[first : first + size] for first in range(0, len(places), size)]
    runs: dict[int, Run] = {}
    for batch in progress(batches, len(batches)):
        begun = time.perf_counter()
        sentences = [said[place][1] for place in batch]
        speeches = speak(candidate.model, sentences, config, candidate.make_stepper, highest)
        latency = time.perf_counter() - begun
        for place, speech in zip(batch, speeches, strict=True):
            text = said[place][0]
            runs[place] = _measured(candidate, text, speech, config, thresholds, latency)
    return [runs[place] for place in sorted(runs)]


def speak_again(
    candidate: Candidate,
    runs: Sequence[Run],
    config: InferConfig,
    thresholds: Sequence[float] = THRESHOLDS,
) -> list[Speech]:
    """What was said in runs of this voice, past their gates, which `repeat` has let go."""
    sentences = [read_sentence(run.text, candidate.voice, run.seed) for run in runs]
    highest = max(*thresholds, config.gate_threshold)
    return speak(candidate.model, sentences, config, candidate.make_stepper, highest)


def _measured(
    candidate: Candidate,
    text: Text,
    speech: Speech,
    config: InferConfig,
    thresholds: Sequence[float],
    latency: float,
) -> Run:
    mel = candidate.voice.mel
    measures = measure_speech(speech, mel.hop_length / mel.rate, config.gate_threshold)
    judged = judge_thresholds(speech.gate, measures, thresholds)
    cause, seed = find_cause(measures), speech.sentence.seed or 0
    return Run(candidate.name, *text, seed, measures, cause, judged, latency, speech.gate)
