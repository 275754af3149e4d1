"""`voiceprep infer`: a trained voice says sentences, into files or straight to a player."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..audio.mel import MelConfig
from ..batch import Batch, Progress, WriteConfig, no_progress
from ..errors import UserError
from ..summary import on_one_line
from ..text.phrases import Phrases, name_phrases, read_phrases
from ..text.sentences import split_text
from ..train.infer import read_sentence
from ..train.session import Console
from ..train.settings import InferConfig, SayConfig, SpeechConfig, VocoderConfig
from ..train.trained import best_in, load_trained, waveglow_of
from .saying import Call, Said, say
from .vocoding import vocode

Player = Callable[[bytes], bool]
"""Takes sound to be heard at once; False where nobody listens any more."""


class Silent:
    """Nobody watches."""

    def tell(self, line: str) -> None:
        """Hear nothing."""

    def advance(self, step: int, total: int, facts: Any) -> None:
        """See nothing."""


def unheard(_: bytes) -> bool:
    """Play nothing."""
    return True


@dataclass(frozen=True)
class Streamed:
    """What went to a player; its summary goes nowhere, as stdout is the sound's."""

    exit_code: int = 0

    def lines(self, verbose: bool) -> list[str]:  # noqa: ARG002
        """See Result."""
        return []

    def rows(self) -> Iterator[dict[str, Any]]:
        """See Result."""
        yield from ()


@dataclass(frozen=True)
class Foreseen:
    """How the sentences would be read, nothing being said: a row for each."""

    entries: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]
    exit_code: int = 0

    def lines(self, verbose: bool) -> list[str]:
        """See Result."""
        told = []
        for row in self.entries:
            signs = on_one_line(" ".join(row["unknown"]))
            unknown = f"; no symbol for {signs}" if signs else ""
            parts = len(row["parts"])
            counts = f"{row['symbols']} symbols" + (f" in {parts} parts" if parts > 1 else "")
            told.append(f"{row['id']}  {counts}{unknown}")
            told += [f"    {on_one_line(part)}" for part in row["parts"] if parts > 1 or verbose]
        return [*told, *(f"note: {note}" for note in self.notes), "nothing was written"]

    def rows(self) -> Iterator[dict[str, Any]]:
        """See Result."""
        yield from self.entries
        yield {"summary": {"sentences": len(self.entries), "notes": list(self.notes)}}


def infer(
    sentences: tuple[str, ...] = (),
    dataset: Path = Path(),
    asked: SayConfig = SayConfig(),  # noqa: B008 (frozen)
    infer: InferConfig = InferConfig(),  # noqa: B008 (frozen)
    speech: SpeechConfig = SpeechConfig(),  # noqa: B008 (frozen)
    vocoder: VocoderConfig = VocoderConfig(),  # noqa: B008 (frozen)
    mel: MelConfig = MelConfig(),  # noqa: B008 (frozen)
    write: WriteConfig = WriteConfig(),  # noqa: B008 (frozen)
    console: Console = Silent(),  # noqa: B008 (holds nothing)
    progress: Progress = no_progress,
    player: Player = unheard,
) -> Said | Batch | Streamed | Foreseen:
    """Say sentences with a trained voice, into wavs or straight to a player.

    SENTENCES are said in their order; -i reads them from a list. The voice is the best of
    DATASET/output/tacotron2 and sounded by the WaveGlow of DATASET/output/waveglow, or where there
    is none by Griffin-Lim. A long text is split at its sentences and joined again.

    \b
    Example: voiceprep infer "A sentence." "And another one."
    """
    for name in ("seed", "batch_size"):
        if getattr(asked, name) is not None:
            infer = replace(infer, **{name: getattr(asked, name)})
    waveglow = waveglow_of(asked.waveglow, dataset)
    target = Path(asked.output) if asked.output else dataset / "speech"
    if asked.vocode:
        if sentences:
            raise UserError("--vocode makes sound of mels that are there: leave sentences out")
        console.tell(_sounded_by(waveglow, asked, dataset))
        folder = Path(asked.vocode)
        seed = infer.seed
        return vocode(folder, target, waveglow, vocoder, speech, mel, seed, write, progress)
    call = Call(_tacotron2(asked, dataset), waveglow, target, infer, speech, vocoder, write)
    phrases = _phrases(sentences, asked)
    if write.dry_run:
        return _foresee(phrases, call)
    console.tell(f"the voice is {call.tacotron2}, {_sounded_by(waveglow, asked, dataset)}")
    if asked.raw:
        return _stream(phrases, call, console, player)
    return say(phrases, call, progress)


def _phrases(sentences: tuple[str, ...], asked: SayConfig) -> Phrases:
    if sentences and asked.input:
        raise UserError("give sentences or a list of them with -i, not both")
    return read_phrases(Path(asked.input)) if asked.input else name_phrases(sentences)


def _tacotron2(asked: SayConfig, dataset: Path) -> Path:
    folder = dataset / "output" / "tacotron2"
    found = Path(asked.tacotron2) if asked.tacotron2 else best_in(folder)
    if found is None:
        raise UserError(
            f"{folder} holds no trained voice: --tacotron2 FILE names one, or voiceprep train "
            "tacotron2 makes one"
        )
    return found


def _sounded_by(waveglow: Path | None, asked: SayConfig, dataset: Path) -> str:
    if waveglow:
        return f"sounded by {waveglow}"
    if asked.waveglow:
        return "sounded by Griffin-Lim"
    folder = dataset / "output" / "waveglow"
    return f"sounded by Griffin-Lim, as {folder} holds no WaveGlow; --waveglow FILE names one"


def _foresee(phrases: Phrases, call: Call) -> Foreseen:
    """How each phrase would be split and read."""
    voice = load_trained(call.tacotron2, "tacotron2").voice
    rows = []
    for phrase in phrases.phrases:
        parts = split_text(phrase.text, call.speech.longest_text)
        read = [read_sentence(part.text, voice) for part in parts]
        rows.append(
            {
                "id": phrase.id,
                "parts": [part.text for part in parts],
                "symbols": sum(len(sentence.ids) for sentence in read),
                "unknown": [sign for sentence in read for sign in sentence.unknown],
            }
        )
    return Foreseen(tuple(rows), phrases.notes)


def _stream(phrases: Phrases, call: Call, console: Console, player: Player) -> Streamed:
    """Say the phrases to a player, part by part; what it is told of them is told as it comes."""
    player(b"")  # one that takes no sound says so before any is made
    speaker = call.speaker()
    rate, unsaid = speaker.voice.mel.rate, 0
    console.tell(f"{rate} samples a second of 16 bits, one channel, the lower byte first")
    for note in phrases.notes + speaker.vocoder.notes:
        console.tell(f"note: {note}")
    for spoken in speaker.stream([phrase.text for phrase in phrases.phrases]):
        told, text = "; ".join(call.told(spoken)), on_one_line(spoken.text)
        console.tell(f"{text}  ({told})" if told else text)
        unsaid += not spoken.well
        if not player(spoken.pcm):
            console.tell("the player has gone")
            break
    return Streamed(3 if unsaid else 0)
