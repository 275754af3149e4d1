"""A dataset with a trained voice, and the command called on it."""

from dataclasses import asdict, replace

from tests.train.made import TINY
from tests.train.tacotron2.test_infer import restless_model
from voiceprep.audio.mel import MelConfig
from voiceprep.batch.run import WriteConfig
from voiceprep.commands.infer.command import infer
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.frontend import FrontendConfig
from voiceprep.train.settings import InferConfig, SpeakConfig, SpeechConfig, VocoderConfig

MEL = MelConfig()
INFER = InferConfig(max_frames=40, saturation_frames=0)
SPEECH = SpeechConfig(precision="fp32", device="cpu")
FORCE = WriteConfig(force=True)
TEXTS = ("One and two.", "Three, four and five.")
NAMES = ("01-one-and-two", "02-three-four-and-five")


def save_voice(folder, mel=MEL, name="best.pt", **changes):
    config = replace(TINY, mel_channels=mel.mel_channels)
    weights = restless_model(mel_channels=mel.mel_channels).state_dict()
    folder.mkdir(parents=True, exist_ok=True)
    Checkpoint("tacotron2", asdict(config), FrontendConfig(mel=mel), weights | changes).save(
        folder / name
    )
    return folder / name


class Heard:
    def __init__(self):
        self.lines = []

    def print(self, line):
        self.lines.append(line)

    def advance(self, *facts):
        pass


def say(dataset, *texts, console=None, asked=None, **changes):
    settings = {"infer": INFER, "speech": SPEECH} | changes
    asked = SpeakConfig(**(asked or {}))
    return infer(texts, dataset, asked, console=console or Heard(), **settings)


SHORT = ("--set", "infer.max_frames=40")


def vocode(voice, source, **asked):
    asked = {"vocode": str(source), "output": str(voice / "vocoded")} | asked
    return say(voice, asked=asked, vocoder=VocoderConfig(iterations=2))
