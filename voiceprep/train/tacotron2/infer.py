"""Inference: sentences to mels in batches, each as if it were alone, and why each stopped.

Shapes: B sentences, N symbols, M mel channels, T frames, S decoder steps of r frames each.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from ...errors import SettingError
from ..device import HALVES
from ..diagnosis.gate import Stop
from ..frontend import FrontendConfig, Sentence
from ..settings import InferConfig
from ..speech.acoustic import SynthesisResult
from ..tensors import speaking, to_device, to_host
from .fast import fast_stepper
from .network import Memory, Tacotron2
from .stepper import DecoderOutputs, Factors, MakeStepper, PlainStepper, Stepper
from .stopping import StopDetector


class Tacotron2Acoustic:
    """Tacotron 2 as an AcousticModel; make a new one when the model has been trained further."""

    def __init__(self, model: Tacotron2, frontend: FrontendConfig, precision: str = "fp32"):
        self.model, self.frontend = model, frontend
        self.frames_per_step = model.config.frames_per_step
        self._make_stepper = fast_stepper(model, HALVES.get(precision, torch.float32))

    def speak(
        self, sentences: Sequence[Sentence], config: InferConfig, past_gate: float | None = None
    ) -> list[SynthesisResult]:
        """See AcousticModel."""
        return speak(self.model, sentences, config, self._make_stepper, past_gate)


def speak(
    model: Tacotron2,
    sentences: Sequence[Sentence],
    config: InferConfig,
    make_stepper: MakeStepper = PlainStepper,
    past_gate: float | None = None,
) -> list[SynthesisResult]:
    """Synthesise the sentences; the results are in their order.

    The dropout of each is drawn from its symbols and its seed alone: a result does not depend on
    the batch. past_gate: the highest threshold that `diagnosis.gate.stop_at` will be asked for;
    sentences continue past their gates until they are saturated or at the limit, or until the
    attention rests on the end after a gate above that threshold. Raises SettingError for a symbol
    that the model does not have.
    """
    _check_symbols(model, sentences)
    batches = [(number, sentence) for number, sentence in enumerate(sentences) if sentence.ids]
    batches.sort(key=lambda entry: (-len(entry[1].ids), entry[1].ids))
    results = {
        number: _empty_result(model, sentence)
        for number, sentence in enumerate(sentences)
        if not sentence.ids
    }
    with speaking(model):
        for first in range(0, len(batches), config.batch_size):
            numbers, batch = zip(*batches[first : first + config.batch_size], strict=True)
            lengths = [len(sentence.ids) for sentence in batch]
            detector = StopDetector(model.config.frames_per_step, lengths, config, past_gate)
            finished = _speak_batch(model, batch, config, detector, make_stepper)
            results.update(zip(numbers, finished, strict=True))
    return [results[number] for number in range(len(sentences))]


class PrenetDropout:
    """The prenet's dropout, drawn for each sentence by a generator of its own."""

    def __init__(self, model: Tacotron2, sentences: Sequence[Sentence], config: InferConfig):
        self.device = model.embedding.weight.device
        self.dim, self.probability = model.config.prenet_dim, model.config.prenet_dropout
        self.generators = [
            np.random.default_rng(
                [config.seed if sentence.seed is None else sentence.seed, *sentence.ids]
            )
            for sentence in sentences
        ]
        self.active = config.prenet_dropout and self.probability > 0

    def draw(self, steps: int) -> Factors:
        """The factors of the next steps, two of (S, B, dim), the same for any number at once."""
        if not self.active:
            return None
        drawn = [generator.bytes(4 * steps * self.dim) for generator in self.generators]
        # Two bytes per factor: precise enough for any dropout, and much faster than floats.
        levels = np.stack([np.frombuffer(one, np.uint16) for one in drawn])
        kept = (levels >= round(self.probability * 2**16)).reshape(len(drawn), steps, 2, self.dim)
        mask = to_device(torch.from_numpy(kept), self.device)
        factors = mask.permute(2, 1, 0, 3).float() / (1 - self.probability)
        return factors[0].contiguous(), factors[1].contiguous()

    def keep(self, rows: Sequence[int]) -> None:
        """Keep only these sentences."""
        self.generators = [self.generators[row] for row in rows]


@dataclass
class _Row:
    """One sentence while it is decoded, with its outputs so far in parts."""

    sentence: Sentence
    parts: list[DecoderOutputs] = field(default_factory=list)


def _speak_batch(
    model: Tacotron2,
    sentences: Sequence[Sentence],
    config: InferConfig,
    detector: StopDetector,
    make_stepper: MakeStepper,
) -> list[SynthesisResult]:
    memory, dropout = _encode_texts(model, sentences), PrenetDropout(model, sentences, config)
    stepper, rows = make_stepper(model, memory), [_Row(sentence) for sentence in sentences]
    active, results = list(range(len(rows))), {}
    steps = min(stepper.most_steps, detector.limit)
    factors = dropout.draw(steps)
    while active:
        running = stepper.run(factors, steps)
        # Drawn while a GPU runs.
        following = min(stepper.most_steps, detector.limit - detector.steps - steps)
        factors = dropout.draw(following)
        outputs = DecoderOutputs(*to_host(*running))
        for place, row in enumerate(active):
            rows[row].parts.append(DecoderOutputs(*(part[:, place] for part in outputs)))
        ended = detector.update(outputs)
        for place, (stop, length) in ended.items():
            row = active[place]
            results[row] = _finish(model, stepper, rows[row], stop, length)
            rows[row].parts.clear()
        kept = [place for place in range(len(active)) if place not in ended]
        if ended and kept:
            left = torch.tensor(kept, device=memory.values.device)
            stepper.keep(left)
            factors = factors and (factors[0][:, left], factors[1][:, left])
            dropout.keep(kept)
            detector.keep(kept)
        active, steps = [active[place] for place in kept], following
    return [results[row] for row in range(len(rows))]


def _encode_texts(model: Tacotron2, sentences: Sequence[Sentence]) -> Memory:
    """The encoded texts, each encoded once even if several sentences have it."""
    texts = list(dict.fromkeys(sentence.ids for sentence in sentences))
    device = model.embedding.weight.device
    padded = torch.zeros(len(texts), max(map(len, texts)), dtype=torch.int64)
    for row, ids in zip(padded, texts, strict=True):
        row[: len(ids)] = torch.tensor(ids)
    counts = [len(ids) for ids in texts]
    memory = model.encode(padded.to(device), torch.tensor(counts, device=device), counts)
    places = [texts.index(sentence.ids) for sentence in sentences]
    return Memory(*(part[torch.tensor(places, device=device)] for part in memory))


def _finish(
    model: Tacotron2, stepper: Stepper, row: _Row, stop: Stop, length: int
) -> SynthesisResult:
    frames, gate, weights = (torch.cat(part)[:length] for part in zip(*row.parts, strict=True))
    mel = frames.reshape(-1, model.config.mel_channels).T.contiguous()
    if length:
        mel = stepper.refine(mel.to(model.embedding.weight.device)).cpu()
    weights = weights[:, : len(row.sentence.ids)]
    return SynthesisResult(
        row.sentence, mel.numpy(), weights.numpy().copy(), torch.sigmoid(gate).numpy(), stop
    )


def _empty_result(model: Tacotron2, sentence: Sentence) -> SynthesisResult:
    mel = np.zeros((model.config.mel_channels, 0), np.float32)
    return SynthesisResult(
        sentence, mel, np.zeros((0, 0), np.float32), np.zeros(0, np.float32), "empty"
    )


def _check_symbols(model: Tacotron2, sentences: Sequence[Sentence]) -> None:
    for number, sentence in enumerate(sentences, 1):
        outside = [id for id in sentence.ids if not 0 <= id < model.config.symbols]
        if outside:
            raise SettingError(
                f"sentence {number} has symbol {outside[0]}, the model has {model.config.symbols}: "
                "encode it with the symbols of its checkpoint"
            )
