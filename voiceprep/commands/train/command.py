"""`voiceprep train`: trains a model on a dataset, from scratch, from a checkpoint, or resumed."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from ...audio.mel import MelConfig
from ...extras import import_extra
from ...records import Console, NullConsole, Result
from ...text.encode import TextConfig
from ...train.registry import SettingsRecord
from ...train.settings import ScheduleConfig, StartConfig, TrainConfig


def train(
    model: str,
    dataset: Path = Path(),
    start: StartConfig = StartConfig(),
    train: TrainConfig = TrainConfig(),
    schedule: ScheduleConfig = ScheduleConfig(),
    text: TextConfig = TextConfig(),
    mel: MelConfig = MelConfig(),
    console: Console = NullConsole(),
    typed: Mapping[str, str] = MappingProxyType({}),
    **sections: SettingsRecord,
) -> Result:
    """Train a model on a dataset, from scratch or from a checkpoint.

    MODEL is {models}. A run that was interrupted is resumed, and a missing mel cache is computed.
    Under torchrun all processes train one model.

    \b
    Example: voiceprep train {model}
    """
    run = import_extra("commands.train.run", "voiceprep train", "train")
    result: Result = run.run_training(
        model, dataset, start, train, schedule, text, mel, console, typed, sections
    )
    return result
