"""Settings of training and inference. Loads no torch."""

import math
from dataclasses import dataclass
from typing import Any, Literal

from ..config import setting
from ..errors import SettingError
from .registry import models_with

# The annealing of the published recipes: a tenth at each drop, or at every second drop.
ANNEAL_FACTORS = (0.1, 0.3)
# In seconds: longer ones are typing errors, and would run out of memory.
LONGEST_PAUSE, LONGEST_CHUNK = 60, 3600


@dataclass(frozen=True)
class TrainConfig:
    """A run's length, batches, precision and intervals: all but model, schedule and loss."""

    epochs: int = setting(0, "passes over the training clips; 0: steps sets the length", "--epochs")
    steps: int = setting(20_000, "optimiser steps, used where epochs is 0", "--steps")
    batch_size: int = setting(16, "clips per batch, on each process", "--batch-size", "-bs")
    batch_frames: int = setting(
        0, "mel frames per batch, padding included; 0: batch_size sets the size", "--batch-frames"
    )
    accumulate: int = setting(
        1, "batches whose gradients are accumulated in one step", "--accumulate"
    )
    weight_decay: float = setting(1e-6, "Adam's weight decay", "--weight-decay")
    grad_clip: float = setting(1.0, "norm to which gradients are clipped", "--grad-clip-thresh")
    precision: Literal["auto", "fp32", "tf32", "bf16", "fp16"] = setting(
        "auto", "arithmetic; auto: the fastest that is safe on the device", "--precision"
    )
    device: str = setting("auto", "device to compute on: auto, cpu, cuda or cuda:N", "--device")
    seed: int = setting(1234, "random seed", "--seed")
    workers: int = setting(1, "threads that load clips in advance", "--workers")
    source: Literal["mels", "wavs"] = setting(
        "mels", "train on cached mels, or compute them from wavs while training", "--source"
    )
    evaluate_every: int = setting(500, "steps between two evaluations", "--evaluate-every")
    save_every: int = setting(500, "steps between two checkpoints", "--save-every")
    keep: int = setting(10, "keep every Nth checkpoint; 0: last and best only", "--keep")
    freeze: str = setting("", "parts to freeze, as in encoder,embedding", "--freeze")
    ignore_layers: str = setting(
        "", "parts not taken from the checkpoint, as in embedding.weight", "--ignore-layers"
    )
    decoder: Literal["fast", "plain"] = setting(
        "fast", "implementation: fast; plain computes the same step by step", "--decoder"
    )
    max_minutes: float = setting(
        0.0, "minutes after which the run saves and ends; 0: no limit", "--max-minutes"
    )

    def __post_init__(self) -> None:
        at_least(self, 1, "batch_size", "accumulate", "evaluate_every", "save_every")
        at_least(self, 0, "epochs", "steps", "batch_frames", "workers", "keep", "seed")
        at_least(self, 0, "weight_decay", "max_minutes")
        if not self.epochs and not self.steps:
            raise SettingError("steps = 0: give a number of epochs or of steps", "steps")
        if not 0 < self.grad_clip < math.inf:
            raise SettingError(
                f"grad_clip = {self.grad_clip}: must be above 0 and finite; 1e9 clips nothing",
                "grad_clip",
            )

    def ignored(self) -> dict[str, str]:
        """Settings without an effect beside the others, and why."""
        reasons = {}
        if self.epochs:
            reasons["steps"] = "--epochs sets the length"
        if self.batch_frames:
            reasons["batch_size"] = "--batch-frames sets the batches, except those of evaluations"
        return reasons


@dataclass(frozen=True)
class ScheduleConfig:
    """The learning rate at every step."""

    learning_rate: float = setting(1e-3, "the highest learning rate", "--learning-rate", "-lr")
    rule: Literal["constant", "anneal", "cosine"] = setting(
        "constant",
        "constant; anneal: a drop at each of anneal_steps; cosine: decay to final_learning_rate "
        "over the whole run",
        "--schedule",
    )
    warmup_steps: int = setting(0, "steps of linear warmup", "--warmup-steps")
    anneal_steps: tuple[int, ...] = setting(
        (),
        "epochs at which the rule anneal lowers the learning rate, as in 500,1000,1500",
        "--anneal-steps",
    )
    anneal_factor: float = setting(
        0.1,
        "0.1: a tenth at each drop; 0.3: alternately to 0.3 and to a tenth of the rate before that",
        "--anneal-factor",
    )
    final_learning_rate: float = setting(
        1e-5, "final learning rate of the rule cosine", "--final-learning-rate"
    )
    absolute: bool = setting(
        False, "continue the count of epochs and steps of the initial checkpoint", "--absolute"
    )
    use_saved: bool = setting(
        False,
        "start with the learning rate that the initial checkpoint saves",
        "--use-saved-learning-rate",
    )

    def __post_init__(self) -> None:
        for name in ("learning_rate", "final_learning_rate"):
            if not 0 < getattr(self, name) <= 1:
                raise SettingError(
                    f"{name} = {getattr(self, name)}: must be above 0 and at most 1", name
                )
        at_least(self, 0, "warmup_steps")
        if self.anneal_factor not in ANNEAL_FACTORS:
            raise SettingError(
                f"anneal_factor = {self.anneal_factor}: must be 0.1 or 0.3", "anneal_factor"
            )
        rising = sorted(set(self.anneal_steps))
        if list(self.anneal_steps) != rising or (rising and rising[0] < 1):
            raise SettingError(
                f"anneal_steps = {_comma_list(self.anneal_steps)}: must increase, from 1",
                "anneal_steps",
            )
        if self.rule == "anneal" and not self.anneal_steps:
            raise SettingError("rule = anneal: it needs anneal_steps, as in 500,1000,1500", "rule")

    def ignored(self) -> dict[str, str]:
        """Settings without an effect beside the others, and why."""
        of_rules = {"anneal": ("anneal_steps", "anneal_factor"), "cosine": ("final_learning_rate",)}
        return {
            name: f"it is for the schedule {rule}, and the schedule is {self.rule}"
            for rule, names in of_rules.items()
            for name in names
            if rule != self.rule
        }


@dataclass(frozen=True)
class CropConfig:
    """What a vocoder is trained on: crops of recordings with their mels."""

    segment_length: int = setting(8000, "samples per crop", "--segment-length")
    mel_of: Literal["clip", "crop"] = setting(
        "clip",
        "clip: the mel of a crop is cut out of the mel of the whole recording; crop: it is "
        "computed from the crop alone, reflected at both ends, as in the original",
    )
    silence_db: float = setting(
        -60.0, "peak level in dBFS below which a crop counts as silent and is not trained on"
    )
    sigma: float = setting(
        1.0, "standard deviation of the noise that sound is mapped to", "--sigma"
    )
    recompute: bool = setting(
        False,
        "recompute the flows in the backward pass instead of storing their inputs: slower, but "
        "memory does not grow with the number of flows",
        "--recompute",
    )

    def __post_init__(self) -> None:
        at_least(self, 1, "segment_length")
        if not 0 < self.sigma <= 10:
            raise SettingError(f"sigma = {self.sigma}: must be above 0 and at most 10", "sigma")
        if not -200 <= self.silence_db <= 0:
            raise SettingError(
                f"silence_db = {self.silence_db}: must be from -200 to 0", "silence_db"
            )


@dataclass(frozen=True)
class InferConfig:
    """Inference of an acoustic model, in training and after it."""

    gate_threshold: float = setting(
        0.5, "gate probability at which speech ends, above 0 and below 1", "--gate-threshold"
    )
    max_frames: int = setting(
        2000, "mel frames after which speech is cut off", "--max-decoder-steps"
    )
    saturation_frames: int = setting(
        120,
        "frames for which attention rests on the end of the text before speech is cut off "
        "without the gate; 0: never",
        "--saturation-frames",
    )
    prenet_dropout: bool = setting(
        True, "dropout in the prenet, which published checkpoints need in inference"
    )
    seed: int = setting(1234, "seed of each sentence's dropout")
    batch_size: int = setting(32, "sentences per batch")

    def __post_init__(self) -> None:
        if not 0 < self.gate_threshold < 1:
            raise SettingError(
                f"gate_threshold = {self.gate_threshold}: must lie between 0 and 1",
                "gate_threshold",
            )
        at_least(self, 1, "max_frames", "batch_size")
        at_least(self, 0, "seed", "saturation_frames")


@dataclass(frozen=True)
class SpeechConfig:
    """How texts are split and joined with pauses, and the device that computes speech."""

    longest_text: int = setting(
        150, "characters above which a text is split into sentences", "--longest-text"
    )
    pause_seconds: float = setting(
        0.25,
        "seconds of silence between the sentences of a split text; half of it at a comma",
        "--pause",
    )
    paragraph_seconds: float = setting(0.6, "seconds of silence between the paragraphs of a text")
    precision: Literal["auto", "fp32", "tf32", "bf16", "fp16"] = setting(
        "auto", "arithmetic; auto: the fastest that is safe on the device", "--precision"
    )
    device: str = setting("auto", "device to compute on: auto, cpu, cuda or cuda:N", "--device")

    def __post_init__(self) -> None:
        at_least(self, 20, "longest_text")
        at_least(self, 0, "pause_seconds", "paragraph_seconds")
        at_most(self, LONGEST_PAUSE, "pause_seconds", "paragraph_seconds")


@dataclass(frozen=True)
class VocoderConfig:
    """How mels are vocoded."""

    sigma: float = setting(
        0.6,
        "standard deviation of the noise from which a flow makes sound; a higher one sounds "
        "rougher",
        "--sigma",
    )
    denoiser: float = setting(
        0.01,
        "strength of the denoiser: the share of the vocoder's bias that is subtracted; 0: off",
        "--denoiser",
    )
    chunk_seconds: float = setting(
        10.0, "seconds of sound computed at once; memory grows with them", "--chunk-seconds"
    )
    iterations: int = setting(
        32, "iterations of Griffin-Lim, used where there is no trained vocoder", "--iterations"
    )

    def __post_init__(self) -> None:
        at_least(self, 0, "sigma", "denoiser", "iterations")
        at_most(self, 10, "sigma", "denoiser")
        at_least(self, 0.1, "chunk_seconds")
        at_most(self, LONGEST_CHUNK, "chunk_seconds")


@dataclass(frozen=True)
class SpeakConfig:
    """What one call of infer speaks, with which models; not a section of the settings."""

    acoustic: str = setting(
        "",
        "checkpoint of the acoustic model; by default the best of DATASET/output",
        "--acoustic",
        aliases=[f"--{name}" for name in models_with("acoustic")],
    )
    vocoder: str = setting(
        "",
        "checkpoint of the vocoder; by default the best of DATASET/output; no: Griffin-Lim",
        "--vocoder",
        aliases=[f"--{name}" for name in models_with("vocoder")],
    )
    input: str = setting("", "list of sentences, one per line: text, or id|text", "--input", "-i")
    output: str = setting("", "folder to write to; DATASET/speech by default", "--output", "-o")
    vocode: str = setting("", "folder of mels to vocode: npy, pt or npz", "--vocode")
    raw: bool = setting(
        False, "write sound to stdout while it is made, for a player: 16 bits, one channel", "--raw"
    )
    seed: int | None = setting(None, "random seed; by default that of [infer]", "--seed")
    batch_size: int | None = setting(
        None, "sentences per batch; by default that of [infer]", "--batch-size", "-bs"
    )

    def __post_init__(self) -> None:
        if self.vocode and (self.input or self.raw or self.acoustic):
            raise SettingError(
                "--vocode makes sound of existing mels: leave --input, --raw and --acoustic out",
                "vocode",
            )


@dataclass(frozen=True)
class StartConfig:
    """Where a run starts and what it does; not a section of the settings: it is for one call."""

    init_from: str = setting("", "checkpoint from whose weights training starts", "--init-from")
    resume: str = setting(
        "auto",
        "run to resume; auto: the one that was interrupted; last (also --resume alone): the run in "
        "the output folder; no: train a new one; or the checkpoint file to resume from",
        "--resume",
        bare="last",
    )
    output: str = setting("", "the run's folder; DATASET/output/MODEL by default", "--output", "-o")
    training_files: str = setting(
        "", "list of clips to train on; by default the one in DATASET/filelists", "--training-files"
    )
    validation_files: str = setting(
        "",
        "list of clips to evaluate on; by default the one in DATASET/filelists",
        "--validation-files",
    )
    preflight: bool = setting(
        False,
        "overfit five clips in minutes, to see whether the voice can be trained",
        "--preflight",
    )
    dry_run: bool = setting(
        False,
        "show the batches, memory and time that training needs, and do not train",
        "--dry-run",
        "-n",
    )
    symbol_from: str = setting(
        "",
        "new symbols, each with the one of the checkpoint, or the mean of several, that it starts "
        "from: é=e,œ=o+e",
        "--symbol-from",
    )

    def __post_init__(self) -> None:
        if self.init_from and self.resume not in ("auto", "no"):
            raise SettingError(
                "--init-from starts a run and --resume resumes one: give one of them", "resume"
            )
        if self.symbol_from and not self.init_from:
            raise SettingError(
                "--symbol-from takes symbols of the checkpoint that --init-from names",
                "symbol_from",
            )


def at_least(record: Any, least: float, *names: str) -> None:
    """Raise SettingError for a field that is smaller, or not finite."""
    for name in names:
        value = getattr(record, name)
        # Not `<`: that lets NaN pass.
        if not value >= least:
            raise SettingError(f"{name} = {value}: must be at least {least}", name)
        if value == math.inf:
            raise SettingError(f"{name} = {value}: must be a finite number", name)


def at_most(record: Any, most: int, *names: str) -> None:
    """Raise SettingError for a field that is larger, or NaN."""
    for name in names:
        if not getattr(record, name) <= most:
            raise SettingError(f"{name} = {getattr(record, name)}: must be at most {most}", name)


def _comma_list(numbers: tuple[int, ...]) -> str:
    return ",".join(map(str, numbers))
