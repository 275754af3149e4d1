"""Speaking: sentences to mels, side by side, each as it would be alone, and why each one stopped.

Shapes: B sentences, N symbols, M mel channels, T frames, S decoder steps of r frames each.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from ..errors import SettingError
from ..text.encode import encode
from ..text.symbols import SYMBOLS
from .checks.gate import Stop
from .models.tacotron2 import Memory, Tacotron2
from .settings import InferConfig
from .stepper import Factors, MakeStepper, PlainStepper, Stepper
from .stopping import Heard, Judge
from .voice import Voice

# Steps between two looks at whether anybody has finished: a GPU has to be waited for to look.
LOOK_EVERY = {"cpu": 4}
LOOK_EVERY_ELSEWHERE = 16


@dataclass(frozen=True)
class Sentence:
    """Symbols to be spoken; `unknown` is what of the text has none, `seed` None the settings'."""

    ids: tuple[int, ...]
    text: str = ""
    unknown: tuple[str, ...] = ()
    seed: int | None = None


@dataclass(frozen=True, eq=False)
class Speech:
    """One sentence as it was spoken, and what ended it.

    mel: (M, T) float32, by the postnet, which sees nothing from beyond the end; alignment:
    (S, N) float32; gate: (S,) float32, the probability that speech ends. The step whose gate
    opened is part of it. stop: the gate opened; the attention was saturated, resting on the end
    of the text; the limit of frames was reached; the next step was not finite (nan); or the
    sentence was empty and there is nothing to hear.
    """

    sentence: Sentence
    mel: np.ndarray
    alignment: np.ndarray
    gate: np.ndarray
    stop: Stop

    @property
    def frames(self) -> int:
        """Mel frames, T."""
        return self.mel.shape[1]


def read_sentence(text: str, voice: Voice, seed: int | None = None) -> Sentence:
    """A text as the voice reads it; what it has no symbol for is left out and listed."""
    encoding = encode(text, voice.cleaner)
    if voice.symbols == SYMBOLS:
        return Sentence(encoding.ids, text, encoding.unknown, seed)
    known = {symbol: number for number, symbol in enumerate(voice.symbols)}
    ids = tuple(known[symbol] for symbol in encoding.symbols if symbol in known)
    foreign = tuple(symbol for symbol in encoding.symbols if symbol not in known)
    return Sentence(ids, text, encoding.unknown + foreign, seed)


def speak(
    model: Tacotron2,
    sentences: Sequence[Sentence],
    config: InferConfig,
    make_stepper: MakeStepper = PlainStepper,
    past_gate: float | None = None,
) -> list[Speech]:
    """The sentences as the model speaks them, in their order.

    The dropout of each is drawn from its symbols and its seed alone: a sentence sounds the same
    whoever is in its batch. past_gate: the highest threshold of which `checks.gate.stop_at` is
    to tell; the sentences go on past their gates until they are saturated or at the limit, or
    until the attention rests on the end after a gate beyond that threshold. Raises SettingError
    for a symbol that the model does not have.
    """
    _check_symbols(model, sentences)
    batches = [(number, sentence) for number, sentence in enumerate(sentences) if sentence.ids]
    batches.sort(key=lambda entry: (-len(entry[1].ids), entry[1].ids))
    spoken = {
        number: _nothing(model, sentence)
        for number, sentence in enumerate(sentences)
        if not sentence.ids
    }
    with speaking(model):
        for first in range(0, len(batches), config.batch_size):
            numbers, batch = zip(*batches[first : first + config.batch_size], strict=True)
            lengths = [len(sentence.ids) for sentence in batch]
            judge = Judge(model.config.frames_per_step, lengths, config, past_gate)
            said = _speak_batch(model, batch, config, judge, make_stepper)
            spoken.update(zip(numbers, said, strict=True))
    return [spoken[number] for number in range(len(sentences))]


@contextmanager
def speaking(model: torch.nn.Module) -> Iterator[None]:
    """No gradients and no dropout but the prenet's; the model's mode is as before afterwards."""
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(training)


class PrenetDropout:
    """The prenet's dropout of each sentence, by generators of their own."""

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
        """The factors of the next steps, two of (S, B, dim); however many are drawn at once."""
        if not self.active:
            return None
        drawn = [generator.bytes(4 * steps * self.dim) for generator in self.generators]
        # Two bytes for each factor: finer than any dropout is set, and far sooner than floats.
        chances = np.stack([np.frombuffer(one, np.uint16) for one in drawn])
        kept = chances >= round(self.probability * 2**16)
        kept = torch.from_numpy(kept.reshape(len(drawn), steps, 2, self.dim)).to(self.device)
        factors = kept.permute(2, 1, 0, 3).float() / (1 - self.probability)
        return factors[0].contiguous(), factors[1].contiguous()

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with these sentences alone."""
        self.generators = [self.generators[row] for row in rows]


@dataclass
class _Row:
    """One sentence while it is spoken: the steps heard so far, by parts."""

    sentence: Sentence
    parts: list[Heard] = field(default_factory=list)


def _speak_batch(
    model: Tacotron2,
    sentences: Sequence[Sentence],
    config: InferConfig,
    judge: Judge,
    make_stepper: MakeStepper,
) -> list[Speech]:
    memory, dropout = _remember(model, sentences), PrenetDropout(model, sentences, config)
    stepper = make_stepper(model, memory)
    frames = memory.values.new_zeros(len(sentences), model.decoder.frame_size)
    every = LOOK_EVERY.get(frames.device.type, LOOK_EVERY_ELSEWHERE)
    rows = [_Row(sentence) for sentence in sentences]
    active, speeches = list(range(len(rows))), {}
    while active:
        steps = min(every, judge.limit - judge.heard)
        frames, heard = _listen(stepper, frames, dropout.draw(steps), steps, memory)
        for place, row in enumerate(active):
            rows[row].parts.append(Heard(*(part[:, place] for part in heard)))
        ended = judge.look(heard)
        for place, (stop, length) in ended.items():
            row = active[place]
            speeches[row] = _finish(model, stepper, rows[row], stop, length)
            rows[row].parts.clear()
        kept = [place for place in range(len(active)) if place not in ended]
        if ended and kept:
            left = torch.tensor(kept, device=frames.device)
            stepper.keep(left)
            frames = frames[left]
            dropout.keep(kept)
            judge.keep(kept)
        active = [active[place] for place in kept]
    return [speeches[row] for row in range(len(rows))]


def _remember(model: Tacotron2, sentences: Sequence[Sentence]) -> Memory:
    """The texts encoded, each once, however many are to speak it."""
    texts = list(dict.fromkeys(sentence.ids for sentence in sentences))
    device = model.embedding.weight.device
    padded = torch.zeros(len(texts), max(map(len, texts)), dtype=torch.int64)
    for row, ids in zip(padded, texts, strict=True):
        row[: len(ids)] = torch.tensor(ids)
    lengths = torch.tensor([len(ids) for ids in texts])
    memory = model.encode(padded.to(device), lengths.to(device))
    places = [texts.index(sentence.ids) for sentence in sentences]
    return Memory(*(part[torch.tensor(places, device=device)] for part in memory))


def _listen(
    stepper: Stepper, frames: Tensor, factors: Factors, steps: int, memory: Memory
) -> tuple[Tensor, Heard]:
    """A few steps: the frames that were said last, and all that was heard."""
    size, symbols = len(frames), memory.values.shape[1]
    shapes = ((frames.shape[1],), (), (symbols,))
    heard = [torch.empty(steps, size, *shape, device=frames.device) for shape in shapes]
    for step in range(steps):
        at = factors and (factors[0][step], factors[1][step])
        said = stepper.step(frames, at)
        frames = said[0]
        for part, value in zip(heard, said, strict=True):
            part[step] = value
    return frames, Heard(*(part.cpu() for part in heard))


def _finish(model: Tacotron2, stepper: Stepper, row: _Row, stop: Stop, length: int) -> Speech:
    frames, gate, weights = (torch.cat(part)[:length] for part in zip(*row.parts, strict=True))
    mel = frames.reshape(-1, model.config.mel_channels).T.contiguous()
    if length:
        mel = stepper.mend(mel.to(model.embedding.weight.device)).cpu()
    weights = weights[:, : len(row.sentence.ids)]
    return Speech(
        row.sentence, mel.numpy(), weights.numpy().copy(), torch.sigmoid(gate).numpy(), stop
    )


def _nothing(model: Tacotron2, sentence: Sentence) -> Speech:
    mel = np.zeros((model.config.mel_channels, 0), np.float32)
    return Speech(sentence, mel, np.zeros((0, 0), np.float32), np.zeros(0, np.float32), "empty")


def _check_symbols(model: Tacotron2, sentences: Sequence[Sentence]) -> None:
    for number, sentence in enumerate(sentences, 1):
        outside = [id for id in sentence.ids if not 0 <= id < model.config.symbols]
        if outside:
            raise SettingError(
                f"sentence {number} has symbol {outside[0]}, the model has {model.config.symbols}: "
                "encode it with the symbols of its checkpoint"
            )
