"""The commands and the sections of settings, written out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """Where a command lives: `function` of `module`, and the line that the help shows.

    `rewrite`, `module:function`, turns the words typed after it into those that are parsed.
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
        "Take steady noise out of clips, and leave those alone that it would make worse.",
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
        "Bring clips to one loudness, their true peaks held under a limit.",
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
        "voiceprep.commands.report",
        "report",
        "Tell what a dataset is, which clips to mend or leave out, and why.",
    ),
    "logs": Command(
        "voiceprep.commands.logs",
        "logs",
        "Show what training logged, as a table by epoch and as curves.",
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
        "voiceprep.commands.train",
        "train",
        "Train a model on a dataset, from a trained voice or from nothing.",
        rewrite="voiceprep.cli.training:rewrite",
    ),
    "infer": Command(
        "voiceprep.commands.infer",
        "infer",
        "Say sentences with a trained voice, into wavs or straight to a player.",
    ),
    "infer-stats": Command(
        "voiceprep.commands.infer_stats",
        "infer_stats",
        "Speak sentences many times over, and say how often the voice fails, and why.",
    ),
}

# Every section that a settings file may have, and the dataclass that it fills.
SECTIONS = {
    "prepare": "voiceprep.commands.prepare:PrepareConfig",
    "convert": "voiceprep.audio.convert:ConvertConfig",
    "denoise": "voiceprep.audio.denoise:DenoiseConfig",
    "silence": "voiceprep.audio.silence:SilenceConfig",
    "trim": "voiceprep.audio.trim:TrimConfig",
    "loudness": "voiceprep.audio.loudness:LoudnessConfig",
    "filelist": "voiceprep.text.filelist:FilelistConfig",
    "text": "voiceprep.text.encode:TextConfig",
    "report": "voiceprep.commands.judging:ReportConfig",
    "self_test": "voiceprep.commands.self_testing:SelfTestConfig",
    "mel": "voiceprep.audio.mel:MelConfig",
    "cache": "voiceprep.audio.cache:CacheConfig",
    "train": "voiceprep.train.settings:TrainConfig",
    "tacotron2": "voiceprep.train.models.tacotron2:Tacotron2Config",
    "waveglow": "voiceprep.train.models.waveglow:WaveGlowConfig",
    "crops": "voiceprep.train.settings:CropConfig",
    "schedule": "voiceprep.train.settings:ScheduleConfig",
    "loss": "voiceprep.train.settings:LossConfig",
    "infer": "voiceprep.train.settings:InferConfig",
    "speech": "voiceprep.train.settings:SpeechConfig",
    "vocoder": "voiceprep.train.settings:VocoderConfig",
}
