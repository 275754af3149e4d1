"""`voiceprep infer-stats`: speaks many times, and counts how often a voice fails, and why."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ...batch.run import Progress, no_progress
from ...config import setting
from ...errors import SettingError
from ...extras import import_extra
from ...records import Result
from ...train.diagnosis.gate import THRESHOLDS
from ...train.diagnosis.limits import Limit
from ...train.registry import models_with
from ...train.settings import InferConfig, VocoderConfig


@dataclass(frozen=True)
class InferStatsConfig:
    """What is spoken, how often, with which models; not a section: it is for one call."""

    input: str = setting(
        "",
        "list of sentences, one per line: text, or id|text; by default built-in hard ones and "
        "some of the dataset",
        "--input",
        "-i",
    )
    seeds: int = setting(20, "times that each sentence is spoken", "--seeds")
    checkpoint: str = setting(
        "",
        "checkpoint to speak with; several, separated by commas, are compared with the first; a "
        "run's folder: all that it kept, the newest first, or its best where it kept one; by "
        "default the best acoustic model of DATASET/output",
        "--checkpoint",
    )
    thresholds: str = setting(
        "", "gate thresholds to compare, as in 0.3,0.5; 0.05 to 0.95 by default", "--thresholds"
    )
    max_steps: int = setting(
        0, "decoder steps after which a sentence is cut off; 0: the limit of [infer]", "--max-steps"
    )
    eos: bool = setting(
        False,
        "speak each sentence with nothing and with . ; ! ? at its end, or with the end marks of "
        "the voice's language, and compare",
        "--eos",
    )
    fail_if: str = setting(
        "", "exit with 1 beyond these limits, as in no_stop>0.02,skipped>0", "--fail-if"
    )
    vocode_worst: int = setting(3, "failed runs to write as wavs, for listening", "--vocode-worst")
    vocoder: str = setting(
        "",
        "checkpoint of the vocoder; by default the best of DATASET/output; no: Griffin-Lim",
        "--vocoder",
        aliases=[f"--{name}" for name in models_with("vocoder")],
    )
    device: str = setting("auto", "device to compute on: auto, cpu, cuda or cuda:N", "--device")
    precision: Literal["fp32", "bf16", "fp16"] = setting(
        "fp32",
        "arithmetic; bf16 is faster on a GPU, and nearly all runs stop as with fp32; fp16 is for "
        "GPUs, elsewhere it is bf16 or fp32",
        "--precision",
    )
    output: str = setting("", "folder to write to; DATASET/stats by default", "--output", "-o")

    def __post_init__(self) -> None:
        if self.seeds < 1:
            raise SettingError(f"seeds = {self.seeds}: must be at least 1", "seeds")
        for name in ("max_steps", "vocode_worst"):
            if getattr(self, name) < 0:
                raise SettingError(f"{name} = {getattr(self, name)}: must be at least 0", name)
        self.levels()
        self.limits()

    def levels(self) -> tuple[float, ...]:
        """The thresholds to compare; raises SettingError."""
        try:
            levels = tuple(float(level) for level in self.thresholds.split(",") if level.strip())
        except ValueError:
            levels = (0.0,)
        if not all(0 < level < 1 for level in levels):
            raise SettingError(
                f"thresholds = {self.thresholds}: must lie between 0 and 1, as in 0.3,0.5",
                "thresholds",
            )
        return tuple(sorted(set(levels))) or THRESHOLDS

    def limits(self) -> tuple[Limit, ...]:
        """The limits that must not be exceeded; raises SettingError."""
        try:
            return tuple(Limit.read(part) for part in self.fail_if.split(",") if part.strip())
        except ValueError as error:
            raise SettingError(f"fail_if = {error}", "fail_if") from None


def infer_stats(
    dataset: Path = Path(),
    asked: InferStatsConfig = InferStatsConfig(),
    infer: InferConfig = InferConfig(),
    vocoder: VocoderConfig = VocoderConfig(),
    progress: Progress = no_progress,
) -> Result:
    """Speak sentences many times, and count how often the voice fails, and why.

    Each sentence is spoken once with each seed, past its gate, so that all gate thresholds can be
    compared. The voice is the best acoustic model in DATASET/output.

    \b
    Example: voiceprep infer-stats --seeds 5 --fail-if "no_stop>0.02"
    """
    run = import_extra("commands.infer_stats.run", "voiceprep infer-stats", "train")
    result: Result = run.run_statistics(dataset, asked, infer, vocoder, progress)
    return result
