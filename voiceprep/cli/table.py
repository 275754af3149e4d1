"""The tables of commands and of sections of settings."""

from dataclasses import dataclass

from ..train.registry import section_places


@dataclass(frozen=True)
class Command:
    """A command: `function` of `module`, and the line that the help shows.

    `rewrite`, `module:function`, rewrites the arguments before they are parsed.
    """

    module: str
    function: str
    help: str
    rewrite: str = ""


COMMANDS = {
    "prepare": Command(
        "voiceprep.commands.prepare",
        "prepare",
        "Convert, denoise where asked, trim and level recordings in one pass.",
    ),
    "convert": Command(
        "voiceprep.commands.convert",
        "convert",
        "Convert recordings to wavs of one rate, one channel and 16 bits.",
    ),
    "denoise": Command(
        "voiceprep.commands.denoise",
        "denoise",
        "Remove steady noise from clips, except where that would make them worse.",
    ),
    "silence": Command(
        "voiceprep.commands.silence",
        "silence",
        "Show how long clips are silent before, after and within the speech.",
    ),
    "trim": Command(
        "voiceprep.commands.trim",
        "trim",
        "Cut or pad clips to a stated silence before and after the speech.",
    ),
    "loudness": Command(
        "voiceprep.commands.loudness",
        "loudness",
        "Bring clips to one loudness, with true peaks below a limit.",
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
    "report": Command(
        "voiceprep.commands.report.command",
        "report",
        "Report on a dataset: which clips to fix or leave out, and why.",
    ),
    "logs": Command(
        "voiceprep.commands.logs",
        "logs",
        "Show training logs, as a table by epoch and as curves.",
    ),
    "checkpoint": Command(
        "voiceprep.commands.checkpoint",
        "checkpoint",
        "Show what a checkpoint holds, convert it to another container, or export it.",
    ),
    "text": Command(
        "voiceprep.commands.text",
        "text",
        "Show how a sentence will be read: cleaned text, symbols and ids.",
    ),
    "train": Command(
        "voiceprep.commands.train.command",
        "train",
        "Train a model on a dataset, from scratch or from a checkpoint.",
        rewrite="voiceprep.cli.training:rewrite",
    ),
    "infer": Command(
        "voiceprep.commands.infer.command",
        "infer",
        "Speak sentences with a trained voice, into wavs or straight to a player.",
        rewrite="voiceprep.cli.inference:rewrite",
    ),
    "infer-stats": Command(
        "voiceprep.commands.infer_stats.command",
        "infer_stats",
        "Speak sentences many times, and count how often the voice fails, and why.",
    ),
}

# Every section that a settings file may have, and its dataclass; those of training and inference
# are listed with the models.
SECTIONS = {
    "prepare": "voiceprep.commands.prepare:PrepareConfig",
    "convert": "voiceprep.audio.convert:ConvertConfig",
    "denoise": "voiceprep.audio.denoise:DenoiseConfig",
    "silence": "voiceprep.audio.silence:SilenceConfig",
    "trim": "voiceprep.audio.trim:TrimConfig",
    "loudness": "voiceprep.audio.loudness:LoudnessConfig",
    "filelist": "voiceprep.text.filelist:FilelistConfig",
    "text": "voiceprep.text.encode:TextConfig",
    "report": "voiceprep.commands.report.findings:ReportConfig",
    "self_test": "voiceprep.commands.report.self_test:SelfTestConfig",
    "mel": "voiceprep.audio.mel:MelConfig",
    "cache": "voiceprep.audio.cache:CacheConfig",
    **section_places(),
}
