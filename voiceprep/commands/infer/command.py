"""`voiceprep infer`: sentences spoken by a trained voice, into files or straight to a player."""

from collections.abc import Callable
from pathlib import Path

from ...audio.mel import MelConfig
from ...batch.run import Progress, WriteConfig, no_progress
from ...extras import import_extra
from ...records import Console, NullConsole, Result
from ...train.settings import InferConfig, SpeakConfig, SpeechConfig, VocoderConfig

Player = Callable[[bytes], bool]
"""Plays sound at once; False if the player has closed."""


def discard_sound(_: bytes) -> bool:
    """Discards sound."""
    return True


def infer(
    sentences: tuple[str, ...] = (),
    dataset: Path = Path(),
    asked: SpeakConfig = SpeakConfig(),
    infer: InferConfig = InferConfig(),
    speech: SpeechConfig = SpeechConfig(),
    vocoder: VocoderConfig = VocoderConfig(),
    mel: MelConfig = MelConfig(),
    write: WriteConfig = WriteConfig(),
    console: Console = NullConsole(),
    progress: Progress = no_progress,
    player: Player = discard_sound,
) -> Result:
    """Speak sentences with a trained voice, into wavs or straight to a player.

    SENTENCES are spoken in their order; -i reads them from a list. By default the acoustic model
    and the vocoder are the best ones in DATASET/output, and without a trained vocoder Griffin-Lim
    is used. A long text is split at its sentences and joined again.

    \b
    Example: voiceprep infer "A sentence." "And another one."
    """
    run = import_extra("commands.infer.run", "voiceprep infer", "train")
    result: Result = run.run_inference(
        sentences, dataset, asked, infer, speech, vocoder, mel, write, console, progress, player
    )
    return result
