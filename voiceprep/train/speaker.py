"""A trained voice with its vocoder: texts in, sound out.

    voice = Speaker.load("output/tacotron2/best.pt", "output/waveglow/best.pt")
    said = voice.say("A sentence.")
    said.write("sentence.wav")

Shapes: M mel channels, T frames.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from os import PathLike
from pathlib import Path

import numpy as np
import torch

from ..audio.dither import quantize, settle, write_sound
from ..audio.sound import Sound
from ..disk import replacing
from ..errors import ClipError, Unusable, UserError
from ..text.sentences import Part, split_text
from .cached import told_apart
from .device import HALVES, Machine, pick_device, pick_precision
from .fast import fast_stepper
from .infer import Speech, read_sentence, speak
from .models.tacotron2 import Tacotron2
from .settings import InferConfig, SpeechConfig, VocoderConfig
from .trained import load_trained
from .vocoders import GriffinLim, Vocoder, WaveGlowVocoder
from .voice import Voice

BITS = 16
# Dither and rounding move a sample by 1.5 steps at most.
HIGHEST = 1 - 2 / 2 ** (BITS - 1)
# Both sides of a pause fade so long, that it makes no click.
FADE_SECONDS = 0.005


@dataclass(frozen=True, eq=False)
class Voiced:
    """A part of a text as it was said and sounded; `last` where the text ends with it.

    samples: float32, T · hop_length of them; `trouble` is why there are none, where there are
    none.
    """

    number: int
    part: Part
    speech: Speech
    samples: np.ndarray
    trouble: str
    last: bool


@dataclass(frozen=True, eq=False)
class Spoken:
    """A text as it was said.

    sound: the whole of it; mel: (M, T) float32, with the pauses; speeches: its parts, and
    `starts` the frame of the mel that each begins with; turned_down_db: by how much the sound was
    turned down, that no peak be clipped; trouble: why a part of it has no sound, "" where all have.
    """

    text: str
    sound: Sound
    mel: np.ndarray
    speeches: tuple[Speech, ...]
    starts: tuple[int, ...]
    turned_down_db: float = 0.0
    trouble: str = ""

    @property
    def unknown(self) -> tuple[str, ...]:
        """What of the text the voice has no symbol for, and left out."""
        return tuple(sign for speech in self.speeches for sign in speech.sentence.unknown)

    @property
    def stops(self) -> tuple[str, ...]:
        """What ended each part, see Speech."""
        return tuple(speech.stop for speech in self.speeches)

    @property
    def well(self) -> bool:
        """Whether all of it was said, and every part ended before it was cut off."""
        return not self.trouble and not {"limit", "nan"} & set(self.stops)

    def write(self, path: str | PathLike[str]) -> None:
        """Write the sound as a wav of 16 bits, whole or not at all."""
        with replacing(Path(path)) as temporary:
            write_sound(temporary, settle(self.sound, BITS), BITS)

    @property
    def pcm(self) -> bytes:
        """The sound as 16-bit whole numbers, the lower byte first."""
        return quantize(settle(self.sound, BITS).samples, BITS, None).astype("<i2").tobytes()


@dataclass(frozen=True, eq=False)
class Speaker:
    """A voice that speaks; raises UserError for a vocoder that wants other mels than it makes."""

    model: Tacotron2
    voice: Voice
    vocoder: Vocoder
    infer: InferConfig = field(default_factory=InferConfig)
    speech: SpeechConfig = field(default_factory=SpeechConfig)
    machine: Machine = field(default_factory=Machine)

    def __post_init__(self) -> None:
        if told := told_apart(asdict(self.voice.mel), self.vocoder.mel):
            raise UserError(
                f"the voice makes mels with {told}, as the vocoder wants them: take a vocoder "
                "trained on such mels, or --waveglow no for Griffin-Lim"
            )

    @classmethod
    def load(
        cls,
        tacotron2: str | PathLike[str],
        waveglow: str | PathLike[str] | None = None,
        infer: InferConfig = InferConfig(),  # noqa: B008 (frozen)
        speech: SpeechConfig = SpeechConfig(),  # noqa: B008 (frozen)
        vocoder: VocoderConfig = VocoderConfig(),  # noqa: B008 (frozen)
    ) -> "Speaker":
        """The voice of a checkpoint, sounded by Griffin-Lim where no WaveGlow is named.

        Raises CheckpointError for a file that does not hold what it is to hold, SettingError for
        a device or a precision that is not there.
        """
        machine = machine_of(speech)
        found = load_trained(Path(tacotron2), "tacotron2")
        sounding: Vocoder = GriffinLim(found.voice.mel, vocoder)
        if waveglow is not None:
            sounding = WaveGlowVocoder.load(Path(waveglow), vocoder, machine)
        model = found.build().to(machine.device)
        return cls(model, found.voice, sounding, infer, speech, machine)

    def say(self, text: str) -> Spoken:
        """The text as it is said; raises Unusable where there is nothing to hear of a part."""
        spoken = next(self.say_all([text]))
        if spoken.trouble:
            raise Unusable(spoken.trouble)
        return spoken

    def say_all(self, texts: Iterable[str]) -> Iterator[Spoken]:
        """The texts as they are said, in their order; each sounds as it would alone."""
        texts, parts = list(texts), []
        for voiced in self.voiced(texts):
            parts.append(voiced)
            if voiced.last:
                yield self._joined(texts[voiced.number], parts)
                parts = []

    def stream(self, texts: Iterable[str]) -> Iterator[Spoken]:
        """The parts of the texts one by one, as soon as each is there, with the pause after it."""
        texts = list(texts)
        for voiced in self.voiced(texts, at_once=1):
            ends = voiced.last and voiced.number == len(texts) - 1
            yield self._joined(voiced.part.text, [voiced], 0 if ends else self._pause(voiced.part))

    def voiced(self, texts: Iterable[str], at_once: int = 0) -> Iterator[Voiced]:
        """All parts of the texts in their order, `at_once` spoken side by side; 0: as set."""
        waiting = self._parts(texts)
        stepper = fast_stepper(self.model, HALVES.get(self.machine.precision, torch.float32))
        while batch := list(islice(waiting, at_once or self.infer.batch_size)):
            sentences = [read_sentence(part.text, self.voice) for _, part, _ in batch]
            with self.machine.working():
                speeches = speak(self.model, sentences, self.infer, stepper)
            for (number, part, last), speech in zip(batch, speeches, strict=True):
                samples, trouble = self.sound(speech)
                yield Voiced(number, part, speech, samples, trouble, last)

    def sound(self, speech: Speech) -> tuple[np.ndarray, str]:
        """The samples of what was spoken, (T · hop_length,) float32; or none, and why."""
        nothing = np.zeros(0, np.float32)
        if speech.stop == "empty":
            return nothing, "nothing in it can be spoken"
        if not speech.frames:
            return nothing, "the model's values are not finite from the first step on"
        # The noise is drawn from what is said and the seed: batches and chunks change nothing.
        drawn = np.random.SeedSequence([self.infer.seed, *speech.sentence.ids])
        try:
            with self.machine.working():
                return self.vocoder(speech.mel, int(drawn.generate_state(1)[0])), ""
        except ClipError as error:
            return nothing, error.why

    def _parts(self, texts: Iterable[str]) -> Iterator[tuple[int, Part, bool]]:
        for number, text in enumerate(texts):
            parts = split_text(text, self.speech.longest_text)
            for place, part in enumerate(parts, 1):
                yield number, part, place == len(parts)

    def _pause(self, part: Part) -> int:
        """Frames of silence after a part."""
        seconds = {
            "word": 0.0,
            "clause": self.speech.pause_seconds / 2,
            "sentence": self.speech.pause_seconds,
            "paragraph": self.speech.paragraph_seconds,
        }
        return round(seconds[part.ending] * self.voice.mel.rate / self.voice.mel.hop_length)

    def _joined(self, text: str, parts: list[Voiced], after: int = 0) -> Spoken:
        """The parts one after the other with their pauses, `after` frames of silence at the end."""
        hop, floor = self.voice.mel.hop_length, np.log(self.voice.mel.log_floor)
        pauses = [*(self._pause(one.part) for one in parts[:-1]), after]
        mels, sounds, starts, frames = [], [], [], 0
        for one, pause in zip(parts, pauses, strict=True):
            mel = one.speech.mel if len(one.samples) else one.speech.mel[:, :0]
            starts.append(frames)
            mels += [mel, np.full((len(mel), pause), floor, np.float32)]
            sounds += [self._faded(one.samples) if len(parts) > 1 or after else one.samples]
            sounds += [np.zeros(pause * hop, np.float32)]
            frames += mel.shape[1] + pause
        samples = np.concatenate(sounds)
        peak = float(np.abs(samples).max(initial=0))
        down = HIGHEST / peak if peak > HIGHEST else 1.0
        return Spoken(
            text,
            Sound(samples * np.float32(down), self.voice.mel.rate),
            np.concatenate(mels, 1),
            tuple(one.speech for one in parts),
            tuple(starts),
            float(-20 * np.log10(down)),
            next((one.trouble for one in parts if one.trouble), ""),
        )

    def _faded(self, samples: np.ndarray) -> np.ndarray:
        length = min(round(FADE_SECONDS * self.voice.mel.rate), len(samples) // 2)
        rise = (np.arange(length, dtype=np.float32) + 0.5) / max(length, 1)
        faded = samples.copy()
        faded[:length] *= rise
        faded[len(faded) - length :] *= rise[::-1]
        return faded


def machine_of(speech: SpeechConfig) -> Machine:
    """Where and how exactly a voice is to speak; raises SettingError for what is not there."""
    device = pick_device(speech.device)
    return Machine(device, pick_precision(speech.precision, device))
