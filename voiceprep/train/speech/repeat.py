"""Repeated synthesis: every text with every seed, once each, past its gate."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...batch.run import Progress, no_progress
from ..device import memory_errors
from ..diagnosis.causes import find_cause
from ..diagnosis.gate import THRESHOLDS
from ..diagnosis.run import RunMeasures, measure_run
from ..diagnosis.runs import Run
from ..diagnosis.thresholds import judge_thresholds
from ..frontend import read_sentences
from ..settings import InferConfig
from .acoustic import AcousticModel, SynthesisResult

Text = tuple[str, str, str]
"""A sentence's id, its text and the punctuation mark that it ends with."""


@dataclass(frozen=True, eq=False)
class Voice:
    """An acoustic model under test, and its name."""

    name: str
    acoustic: AcousticModel


def repeat(
    voice: Voice,
    texts: Sequence[Text],
    seeds: Sequence[int],
    config: InferConfig,
    thresholds: Sequence[float] = THRESHOLDS,
    progress: Progress = no_progress,
) -> list[Run]:
    """Speak every text with every seed, in that order; texts without symbols are left out.

    Speech is measured and discarded batch by batch: memory does not grow with the number of runs.
    """
    frontend = voice.acoustic.frontend
    read = read_sentences([text for _, text, _ in texts], frontend)
    pairs = [
        (text, replace(sentence, seed=seed))
        for text, sentence in zip(texts, read, strict=True)
        for seed in seeds
    ]
    places = [place for place, (_, sentence) in enumerate(pairs) if sentence.ids]
    places.sort(key=lambda place: (-len(pairs[place][1].ids), pairs[place][1].ids))
    size, highest = config.batch_size, max(*thresholds, config.gate_threshold)
    batches = [places[first : first + size] for first in range(0, len(places), size)]
    runs: dict[int, Run] = {}
    for batch in progress(batches, len(batches)):
        started = time.perf_counter()
        sentences = [pairs[place][1] for place in batch]
        longest = max(len(sentence.ids) for sentence in sentences)
        what = f"a batch of {len(batch)} sentences, up to {longest} symbols long"
        with memory_errors(what, f"lower --set infer.batch_size={size} or --max-steps"):
            results = voice.acoustic.speak(sentences, config, highest)
        latency = time.perf_counter() - started
        for place, result in zip(batch, results, strict=True):
            text = pairs[place][0]
            runs[place] = _make_run(voice, text, result, config, thresholds, latency)
    return [runs[place] for place in sorted(runs)]


def speak_again(
    voice: Voice,
    runs: Sequence[Run],
    config: InferConfig,
    thresholds: Sequence[float] = THRESHOLDS,
) -> list[SynthesisResult]:
    """Synthesise runs of this voice again, past their gates: `repeat` discards their speech."""
    read = read_sentences([run.text for run in runs], voice.acoustic.frontend)
    sentences = [replace(sentence, seed=run.seed) for run, sentence in zip(runs, read, strict=True)]
    highest = max(*thresholds, config.gate_threshold)
    return voice.acoustic.speak(sentences, config, highest)


def measure_result(result: SynthesisResult, frame_seconds: float, threshold: float) -> RunMeasures:
    """The measures of a result, synthesised past its gate or not, up to this threshold's stop."""
    curves = (result.alignment, result.gate, result.mel, result.stop)
    return measure_run(*curves, frame_seconds, threshold, len(result.sentence.ids))


def _make_run(
    voice: Voice,
    text: Text,
    result: SynthesisResult,
    config: InferConfig,
    thresholds: Sequence[float],
    latency: float,
) -> Run:
    mel = voice.acoustic.frontend.mel
    measures = measure_result(result, mel.hop_length / mel.rate, config.gate_threshold)
    outcomes = None
    if result.gate is not None:
        outcomes = judge_thresholds(result.gate, measures, thresholds)
    cause, seed = find_cause(measures), result.sentence.seed or 0
    return Run(voice.name, *text, seed, measures, cause, outcomes, latency, result.gate)
