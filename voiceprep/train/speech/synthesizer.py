"""Text to speech with a trained voice and its vocoder.

    voice = Synthesizer.load("output/tacotron2/best.pt", "output/waveglow/best.pt")
    utterance = voice.say("A sentence.")
    utterance.write("sentence.wav")

Shapes: M mel channels, T frames.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from itertools import compress, islice
from os import PathLike
from pathlib import Path

import numpy as np

from ...audio.dither import quantize, settle, write_sound
from ...audio.mel import MelConfig
from ...audio.sound import Sound
from ...errors import ClipError, Unusable, UserError
from ...files import replacing
from ...text.sentences import Part, split_text
from ..checkpoints.find import load_trained
from ..data.mel_cache import mel_differences
from ..device import Machine, memory_errors, pick_device, pick_precision
from ..frontend import FrontendConfig, read_sentences
from ..registry import models_with
from ..settings import InferConfig, SpeechConfig, VocoderConfig
from .acoustic import AcousticModel, SynthesisResult, load_acoustic
from .griffin_lim import GriffinLim
from .vocoder import Vocoder, load_vocoder

BITS = 16
# Dither and rounding change a sample by 1.5 steps at most.
HIGHEST = 1 - 2 / 2 ** (BITS - 1)
LESS_SPEECH = "lower --batch-size, --longest-text or --max-decoder-steps"
LESS_SOUND = "lower --chunk-seconds"
# The length of the fades on both sides of a pause, which prevent clicks.
FADE_SECONDS = 0.005


@dataclass(frozen=True, eq=False)
class SynthesizedPart:
    """A part of a text, synthesised and vocoded; `last` marks the last part of its text.

    samples: (T · hop_length,) float32; empty where `trouble` says why there is no sound.
    """

    number: int
    part: Part
    speech: SynthesisResult
    samples: np.ndarray
    trouble: str
    last: bool


@dataclass(frozen=True, eq=False)
class Utterance:
    """A synthesised text.

    sound: all of it; mel: (M, T) float32, with the pauses; speeches: its parts; starts: the first
    frame of each part in the mel; turned_down_db: the attenuation that prevents clipping; trouble:
    why a part has no sound, "" where all have.
    """

    text: str
    sound: Sound
    mel: np.ndarray
    speeches: tuple[SynthesisResult, ...]
    starts: tuple[int, ...]
    turned_down_db: float = 0.0
    trouble: str = ""

    @property
    def unknown(self) -> tuple[str, ...]:
        """The characters and symbols that the voice does not have, which were left out."""
        return tuple(sign for speech in self.speeches for sign in speech.sentence.unknown)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was guessed in its parts, and the symbols that the voice hardly knows; each once."""
        notes = (note for speech in self.speeches for note in speech.sentence.notes)
        return tuple(dict.fromkeys(notes))

    @property
    def stops(self) -> tuple[str, ...]:
        """Why each part stopped, see SynthesisResult."""
        return tuple(speech.stop for speech in self.speeches)

    @property
    def well(self) -> bool:
        """Whether every part has sound, and stopped before it was cut off."""
        return not self.trouble and not {"limit", "nan"} & set(self.stops)

    def write(self, path: str | PathLike[str]) -> None:
        """Write the sound as a 16-bit wav, atomically."""
        with replacing(Path(path)) as temporary:
            write_sound(temporary, settle(self.sound, BITS), BITS)

    @property
    def pcm(self) -> bytes:
        """The sound as 16-bit little-endian integers."""
        return quantize(settle(self.sound, BITS).samples, BITS, None).astype("<i2").tobytes()


@dataclass(frozen=True, eq=False)
class Synthesizer:
    """A voice that speaks; raises UserError if its vocoder needs other mels than it makes."""

    acoustic: AcousticModel
    vocoder: Vocoder
    infer: InferConfig = field(default_factory=InferConfig)
    speech: SpeechConfig = field(default_factory=SpeechConfig)
    machine: Machine = field(default_factory=Machine)

    def __post_init__(self) -> None:
        if differences := mel_differences(asdict(self.frontend.mel), self.vocoder.mel):
            raise UserError(
                f"the acoustic model makes mels with {differences}, as the vocoder needs: use a "
                "vocoder trained on such mels, or --vocoder no for Griffin-Lim"
            )

    @property
    def frontend(self) -> FrontendConfig:
        """The front end of the acoustic model."""
        return self.acoustic.frontend

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on the front end, the precision and the vocoder, printed once."""
        precision = precision_notes(self.speech, self.machine)
        return (*self.frontend.text.notes, *precision, *self.vocoder.notes)

    @classmethod
    def load(
        cls,
        acoustic: str | PathLike[str],
        vocoder: str | PathLike[str] | None = None,
        infer: InferConfig = InferConfig(),
        speech: SpeechConfig = SpeechConfig(),
        vocoding: VocoderConfig = VocoderConfig(),
    ) -> "Synthesizer":
        """The voice of a checkpoint, with Griffin-Lim if no vocoder's checkpoint is named.

        Raises CheckpointError for a file that does not hold such a model, SettingError for a
        device or a precision that is not available.
        """
        machine = pick_machine(speech)
        with memory_errors("the models"):
            checkpoint = load_trained(Path(acoustic), models_with("acoustic"))
            loaded: Vocoder = GriffinLim(checkpoint.frontend.mel, vocoding)
            if vocoder is not None:
                loaded = load_vocoder(Path(vocoder), vocoding, machine)
            return cls(load_acoustic(checkpoint, machine), loaded, infer, speech, machine)

    def say(self, text: str) -> Utterance:
        """Synthesise a text; raises Unusable if a part of it has no sound."""
        utterance = next(self.say_all([text]))
        if utterance.trouble:
            raise Unusable(utterance.trouble)
        return utterance

    def say_all(
        self, texts: Iterable[str], wanted: Collection[int] | None = None
    ) -> Iterator[Utterance]:
        """Synthesise texts, in their order; each sounds as it would alone.

        With `wanted`, only the texts with these numbers, in the batches that all texts would make:
        rounding depends on the whole batch, and so the same text gives the same bits.
        """
        texts, parts = list(texts), []
        for part in self.synthesize_parts(texts, wanted=wanted):
            parts.append(part)
            if part.last:
                yield self._join(texts[part.number], parts)
                parts = []

    def stream(self, texts: Iterable[str]) -> Iterator[Utterance]:
        """The parts of the texts one by one, as soon as each is ready, with the pause after it."""
        texts = list(texts)
        for one in self.synthesize_parts(texts, at_once=1):
            ends = one.last and one.number == len(texts) - 1
            yield self._join(one.part.text, [one], 0 if ends else self._pause_frames(one.part))

    def synthesize_parts(
        self, texts: Iterable[str], at_once: int = 0, wanted: Collection[int] | None = None
    ) -> Iterator[SynthesizedPart]:
        """The parts of the texts in their order, `at_once` in a batch; 0: as the settings say.

        With `wanted`, only those of the texts with these numbers.
        """
        waiting = self._parts(texts)
        while batch := list(islice(waiting, at_once or self.infer.batch_size)):
            asked = [wanted is None or number in wanted for number, _, _ in batch]
            if not any(asked):
                continue
            sentences = read_sentences([part.text for _, part, _ in batch], self.frontend)
            longest = max(len(sentence.ids) for sentence in sentences)
            what = f"a batch of {len(batch)} sentences, up to {longest} symbols long"
            with memory_errors(what, LESS_SPEECH), self.machine.working():
                speeches = self.acoustic.speak(sentences, self.infer)
            for (number, part, last), speech in compress(zip(batch, speeches, strict=True), asked):
                samples, trouble = self.sound(speech)
                yield SynthesizedPart(number, part, speech, samples, trouble, last)

    def sound(self, speech: SynthesisResult) -> tuple[np.ndarray, str]:
        """Vocode a result: the samples, (T · hop_length,) float32; or none, and why."""
        nothing = np.zeros(0, np.float32)
        if speech.stop == "empty":
            return nothing, "nothing in it can be spoken"
        if not speech.frames:
            return nothing, "the model's values are not finite from the first step on"
        # The noise depends on symbols and seed alone, not on batches or chunks.
        drawn = np.random.SeedSequence([self.infer.seed, *speech.sentence.ids])
        try:
            with vocoding_memory(speech.mel, self.frontend.mel), self.machine.working():
                return self.vocoder(speech.mel, int(drawn.generate_state(1)[0])), ""
        except ClipError as error:
            return nothing, error.why

    def _parts(self, texts: Iterable[str]) -> Iterator[tuple[int, Part, bool]]:
        for number, text in enumerate(texts):
            parts = split_text(text, self.speech.longest_text)
            for place, part in enumerate(parts, 1):
                yield number, part, place == len(parts)

    def _pause_frames(self, part: Part) -> int:
        """Frames of silence after a part."""
        seconds = {
            "word": 0.0,
            "clause": self.speech.pause_seconds / 2,
            "sentence": self.speech.pause_seconds,
            "paragraph": self.speech.paragraph_seconds,
        }
        return round(seconds[part.ending] * self.frontend.mel.rate / self.frontend.mel.hop_length)

    def _join(self, text: str, parts: list[SynthesizedPart], after: int = 0) -> Utterance:
        """Join the parts with their pauses, and add `after` frames of silence at the end."""
        hop, floor = self.frontend.mel.hop_length, np.log(self.frontend.mel.log_floor)
        pauses = [*(self._pause_frames(one.part) for one in parts[:-1]), after]
        mels, sounds, starts, frames = [], [], [], 0
        for one, pause in zip(parts, pauses, strict=True):
            mel = one.speech.mel if len(one.samples) else one.speech.mel[:, :0]
            starts.append(frames)
            mels += [mel, np.full((len(mel), pause), floor, np.float32)]
            sounds += [self._fade(one.samples) if len(parts) > 1 or after else one.samples]
            sounds += [np.zeros(pause * hop, np.float32)]
            frames += mel.shape[1] + pause
        samples = np.concatenate(sounds)
        peak = float(np.abs(samples).max(initial=0))
        gain = HIGHEST / peak if peak > HIGHEST else 1.0
        return Utterance(
            text,
            Sound(samples * np.float32(gain), self.frontend.mel.rate),
            np.concatenate(mels, 1),
            tuple(one.speech for one in parts),
            tuple(starts),
            float(-20 * np.log10(gain)),
            next((one.trouble for one in parts if one.trouble), ""),
        )

    def _fade(self, samples: np.ndarray) -> np.ndarray:
        """The samples with short fades at both ends."""
        length = min(round(FADE_SECONDS * self.frontend.mel.rate), len(samples) // 2)
        rise = (np.arange(length, dtype=np.float32) + 0.5) / max(length, 1)
        faded = samples.copy()
        faded[:length] *= rise
        faded[len(faded) - length :] *= rise[::-1]
        return faded


def vocoding_memory(mel: np.ndarray, config: MelConfig) -> AbstractContextManager[None]:
    """Within it running out of memory in vocoding a mel (M, T) raises OutOfMemory."""
    seconds = mel.shape[1] * config.hop_length / config.rate
    return memory_errors(f"vocoding {seconds:.1f} s of sound", LESS_SOUND)


def pick_machine(speech: SpeechConfig) -> Machine:
    """The device and precision of the settings; raises SettingError if they are not available.

    fp16 is for GPUs; elsewhere speech is computed in the precision that `auto` is.
    """
    device = pick_device(speech.device)
    name = "auto" if speech.precision == "fp16" and device.type != "cuda" else speech.precision
    return Machine(device, pick_precision(name, device))


def precision_notes(speech: SpeechConfig, machine: Machine) -> tuple[str, ...]:
    """A note if speech is computed in another precision than the one that was asked for."""
    if speech.precision != "fp16" or machine.device.type == "cuda":
        return ()
    device = machine.device.type
    return (f"fp16 is for GPUs: on {device} speech is computed in {machine.precision}",)
