"""The work of `voiceprep infer`. Loads torch."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...audio.mel import MelConfig
from ...batch.run import BatchResult, Progress, WriteConfig
from ...batch.summary import on_one_line
from ...errors import UserError
from ...records import Console, Shown
from ...text.characters import name_symbol
from ...text.phrases import Phrases, name_phrases, read_phrases
from ...text.sentences import split_text
from ...train.checkpoints.find import find_acoustic, find_vocoder, load_trained
from ...train.frontend import read_sentences
from ...train.kernels.graphs import take_notes
from ...train.registry import models_with
from ...train.settings import InferConfig, SpeakConfig, SpeechConfig, VocoderConfig
from .command import Player
from .synthesis import InferCall, InferResult, synthesize
from .vocode import vocode


@dataclass(frozen=True)
class StreamResult:
    """The result of streaming to a player: no summary, as stdout has the sound."""

    exit_code: int = 0

    def lines(self, verbose: bool) -> list[str]:  # noqa: ARG002
        """See Result."""
        return []

    def rows(self) -> Iterator[dict[str, Any]]:
        """See Result."""
        yield from ()


@dataclass(frozen=True, repr=False)
class InferPreview(Shown):
    """How the sentences would be read, a row for each."""

    entries: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]
    exit_code: int = 0

    def lines(self, verbose: bool) -> list[str]:
        """See Result."""
        lines = []
        for row in self.entries:
            signs = on_one_line(" ".join(row["unknown"]))
            unknown = f"; no symbol for {signs}" if signs else ""
            parts = len(row["parts"])
            counts = f"{row['symbols']} symbols" + (f" in {parts} parts" if parts > 1 else "")
            lines.append(f"{row['id']}  {counts}{unknown}")
            lines += [f"    {on_one_line(note)}" for note in row["notes"]]
            lines += [f"    {on_one_line(part)}" for part in row["parts"] if parts > 1 or verbose]
        return [*lines, *(f"note: {note}" for note in self.notes), "nothing was written"]

    def rows(self) -> Iterator[dict[str, Any]]:
        """See Result."""
        yield from self.entries
        yield {"summary": {"sentences": len(self.entries), "notes": list(self.notes)}}


def run_inference(
    sentences: tuple[str, ...],
    dataset: Path,
    asked: SpeakConfig,
    infer: InferConfig,
    speech: SpeechConfig,
    vocoder: VocoderConfig,
    mel: MelConfig,
    write: WriteConfig,
    console: Console,
    progress: Progress,
    player: Player,
) -> InferResult | BatchResult | StreamResult | InferPreview:
    """Speak sentences; the parameters are those of `command.infer`."""
    for name in ("seed", "batch_size"):
        if getattr(asked, name) is not None:
            infer = replace(infer, **{name: getattr(asked, name)})
    vocoder_path = find_vocoder(asked.vocoder, dataset)
    target = Path(asked.output) if asked.output else dataset / "speech"
    if asked.vocode:
        if sentences:
            raise UserError("--vocode makes sound of existing mels: leave sentences out")
        console.print(f"vocoder: {_vocoder_name(vocoder_path, asked, dataset)}")
        inputs = (Path(asked.vocode), target, vocoder_path)
        return vocode(*inputs, vocoder, speech, mel, infer.seed, write, progress)
    models = (_acoustic(asked, dataset), vocoder_path)
    call = InferCall(*models, target, infer, speech, vocoder, write)
    phrases = _phrases(sentences, asked)
    if write.dry_run:
        return _preview(phrases, call)
    vocoder_name = _vocoder_name(vocoder_path, asked, dataset)
    console.print(f"acoustic model: {call.acoustic}; vocoder: {vocoder_name}")
    if asked.raw:
        return _stream(phrases, call, console, player)
    return synthesize(phrases, call, progress)


def _phrases(sentences: tuple[str, ...], asked: SpeakConfig) -> Phrases:
    if sentences and asked.input:
        raise UserError("give sentences or a list of them with -i, not both")
    return read_phrases(Path(asked.input)) if asked.input else name_phrases(sentences)


def _acoustic(asked: SpeakConfig, dataset: Path) -> Path:
    path = Path(asked.acoustic) if asked.acoustic else find_acoustic(dataset)
    if path is None:
        models = models_with("acoustic")
        raise UserError(
            f"{dataset / 'output'} holds no trained voice: name one with --acoustic FILE, or train "
            f"one with voiceprep train {models[0]}"
        )
    return path


def _vocoder_name(path: Path | None, asked: SpeakConfig, dataset: Path) -> str:
    if path:
        return str(path)
    if asked.vocoder:
        return "Griffin-Lim"
    return f"Griffin-Lim, as {dataset / 'output'} holds no vocoder; --vocoder FILE names one"


def _preview(phrases: Phrases, call: InferCall) -> InferPreview:
    """How each phrase would be split and read."""
    frontend = load_trained(call.acoustic, models_with("acoustic")).frontend
    rows = []
    for phrase in phrases.phrases:
        parts = split_text(phrase.text, call.speech.longest_text)
        encoded = read_sentences([part.text for part in parts], frontend)
        rows.append(
            {
                "id": phrase.id,
                "parts": [part.text for part in parts],
                "symbols": sum(len(sentence.ids) for sentence in encoded),
                "unknown": [name_symbol(one) for sentence in encoded for one in sentence.unknown],
                "notes": list(dict.fromkeys(note for one in encoded for note in one.notes)),
            }
        )
    return InferPreview(tuple(rows), phrases.notes)


def _stream(phrases: Phrases, call: InferCall, console: Console, player: Player) -> StreamResult:
    """Speak the phrases to a player, part by part, with their notes."""
    player(b"")  # a player that takes no sound fails before any is synthesised
    synthesizer = call.synthesizer()
    rate, failures = synthesizer.frontend.mel.rate, 0
    console.print(f"{rate} samples a second of 16 bits, one channel, little-endian")
    for note in phrases.notes + synthesizer.notes:
        console.print(f"note: {note}")
    for part in synthesizer.stream([phrase.text for phrase in phrases.phrases]):
        notes, text = "; ".join(call.notes(part)), on_one_line(part.text)
        console.print(f"{text}  ({notes})" if notes else text)
        failures += not part.well
        if not player(part.pcm):
            console.print("the player has closed")
            break
    for note in take_notes():
        console.print(f"note: {note}")
    return StreamResult(3 if failures else 0)
