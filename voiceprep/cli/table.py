"""The commands and the sections of settings, written out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """Where a command lives: `function` of `module`, and the line that the help shows."""

    module: str
    function: str
    help: str


COMMANDS = {
    "convert": Command(
        "voiceprep.commands.convert",
        "convert",
        "Convert recordings to wavs of one rate, one channel and 16 bits.",
    ),
    "filelist": Command(
        "voiceprep.commands.filelist",
        "filelist",
        "Join sounds to their texts and write the lists that training reads.",
    ),
    "mels": Command(
        "voiceprep.commands.mels",
        "mels",
        "Compute the mel spectrogram of every wav of a dataset.",
    ),
    "text": Command(
        "voiceprep.commands.text",
        "text",
        "Show how a sentence will be read: cleaned text, symbols and ids.",
    ),
}

# Every section that a settings file may have, and the dataclass that it fills.
SECTIONS = {
    "convert": "voiceprep.audio.convert:ConvertConfig",
    "filelist": "voiceprep.text.filelist:FilelistConfig",
    "text": "voiceprep.text.encode:TextConfig",
    "mel": "voiceprep.audio.mel:MelConfig",
    "cache": "voiceprep.audio.cache:CacheConfig",
}
