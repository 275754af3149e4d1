"""What can be set about a training run, and about speaking from what it made. Loads no torch."""

from dataclasses import dataclass
from typing import Any, Literal

from ..config import setting
from ..errors import SettingError

# The drops that the published recipes know: a tenth each time, or a tenth every second time.
ANNEAL_FACTORS = (0.1, 0.3)
# In seconds: what is longer is a slip of the hand, and ends for want of memory.
LONGEST_PAUSE, LONGEST_CHUNK = 60, 3600


@dataclass(frozen=True)
class TrainConfig:
    """How long, on what and how often: everything about a run but model, schedule and loss."""

    epochs: int = setting(0, "passes over the training clips; 0: steps decide", "--epochs")
    steps: int = setting(20_000, "steps of the optimiser, where epochs is 0", "--steps")
    batch_size: int = setting(16, "clips in a step on each process", "--batch-size", "-bs")
    batch_frames: int = setting(
        0, "mel frames in a step, padding included; 0: batch_size decides", "--batch-frames"
    )
    accumulate: int = setting(1, "batches that one step adds up", "--accumulate")
    weight_decay: float = setting(1e-6, "Adam's weight decay", "--weight-decay")
    grad_clip: float = setting(1.0, "norm that no gradient exceeds", "--grad-clip-thresh")
    precision: Literal["auto", "fp32", "tf32", "bf16", "fp16"] = setting(
        "auto", "arithmetic; auto: the fastest that is safe on the device", "--precision"
    )
    device: str = setting("auto", "auto, cpu, cuda or cuda:N", "--device")
    seed: int = setting(1234, "what every random draw begins with", "--seed")
    workers: int = setting(1, "threads that read clips ahead", "--workers")
    source: Literal["mels", "wavs"] = setting(
        "mels", "train from cached mels, or compute them from wavs on the way", "--source"
    )
    evaluate_every: int = setting(500, "steps between two evaluations", "--evaluate-every")
    save_every: int = setting(500, "steps between two checkpoints", "--save-every")
    keep: int = setting(
        10, "every so many checkpoints one is kept for good; 0: last and best only", "--keep"
    )
    freeze: str = setting("", "parts that do not train, as in encoder,embedding", "--freeze")
    ignore_layers: str = setting(
        "", "parts not taken from the checkpoint, as in embedding.weight", "--ignore-layers"
    )
    decoder: Literal["fast", "plain"] = setting(
        "fast", "how the model is computed: fast, or plain, the same sums step by step", "--decoder"
    )
    max_minutes: float = setting(
        0.0, "minutes after which the run saves and ends; 0: no limit", "--max-minutes"
    )

    def __post_init__(self) -> None:
        _at_least(self, 1, "batch_size", "accumulate", "evaluate_every", "save_every")
        _at_least(self, 0, "epochs", "steps", "batch_frames", "workers", "keep", "seed")
        _at_least(self, 0, "weight_decay", "max_minutes")
        if not self.epochs and not self.steps:
            raise SettingError("steps = 0: give a number of epochs or of steps", "steps")
        if not self.grad_clip > 0:
            raise SettingError(f"grad_clip = {self.grad_clip}: above 0 is wanted", "grad_clip")


@dataclass(frozen=True)
class ScheduleConfig:
    """The learning rate at every step."""

    learning_rate: float = setting(1e-3, "the highest learning rate", "--learning-rate", "-lr")
    rule: Literal["constant", "anneal", "cosine"] = setting(
        "constant",
        "constant; anneal: a drop at each of anneal_steps; cosine: down to final_learning_rate "
        "over the whole run",
        "--schedule",
    )
    warmup_steps: int = setting(0, "steps in which it rises to the highest", "--warmup-steps")
    anneal_steps: tuple[int, ...] = setting(
        (), "epochs at which rule anneal drops it, as in 500,1000,1500", "--anneal-steps"
    )
    anneal_factor: float = setting(
        0.1,
        "0.1: a tenth at each drop; 0.3: by turns to 0.3 of it and to a tenth of what it was "
        "before that",
        "--anneal-factor",
    )
    final_learning_rate: float = setting(1e-5, "where rule cosine ends", "--final-learning-rate")
    absolute: bool = setting(
        False, "count the epochs and steps of the checkpoint that was started from", "--absolute"
    )
    use_saved: bool = setting(
        False,
        "begin with the learning rate saved in the checkpoint that was started from",
        "--use-saved-learning-rate",
    )

    def __post_init__(self) -> None:
        for name in ("learning_rate", "final_learning_rate"):
            if not 0 < getattr(self, name) <= 1:
                raise SettingError(
                    f"{name} = {getattr(self, name)}: above 0, up to 1 is wanted", name
                )
        _at_least(self, 0, "warmup_steps")
        if self.anneal_factor not in ANNEAL_FACTORS:
            raise SettingError(
                f"anneal_factor = {self.anneal_factor}: it is 0.1 or 0.3", "anneal_factor"
            )
        rising = sorted(set(self.anneal_steps))
        if list(self.anneal_steps) != rising or (rising and rising[0] < 1):
            raise SettingError(
                f"anneal_steps = {_typed(self.anneal_steps)}: they rise from 1 on", "anneal_steps"
            )
        if self.rule == "anneal" and not self.anneal_steps:
            raise SettingError("rule = anneal: it needs anneal_steps, as in 500,1000,1500", "rule")


@dataclass(frozen=True)
class LossConfig:
    """What is added up, over which frames, and what pulls the attention to the diagonal."""

    reduction: Literal["valid", "padded"] = setting(
        "valid",
        "average over the frames of the clips, or over the padded batch as the published curves",
    )
    gate_tail: int = setting(8, "frames after the end in which the gate learns to be open")
    gate_positive_weight: float = setting(
        1.0,
        "how much more a frame with an open gate counts than one without",
        "--gate-positive-weight",
    )
    guided_attention: float = setting(
        0.0, "weight of the loss that pulls attention to the diagonal", "--guided-attention"
    )
    guided_sigma: float = setting(0.2, "how far from the diagonal it lets attention stray")
    guided_decay_steps: int = setting(0, "steps in which that weight goes to 0; 0: it stays")

    def __post_init__(self) -> None:
        _at_least(self, 0, "gate_tail", "guided_attention", "guided_decay_steps")
        for name in ("gate_positive_weight", "guided_sigma"):
            if not 0 < getattr(self, name) <= 1000:
                raise SettingError(
                    f"{name} = {getattr(self, name)}: above 0, up to 1000 is wanted", name
                )


@dataclass(frozen=True)
class CropConfig:
    """What a vocoder learns from: crops of recordings with their mels."""

    segment_length: int = setting(8000, "samples of a crop", "--segment-length")
    mel_of: Literal["clip", "crop"] = setting(
        "clip",
        "clip: a crop's mel is cut out of that of the whole recording; crop: it is made of the "
        "crop alone, mirrored at both ends, as the original does",
    )
    silence_db: float = setting(
        -60.0, "level in dB of full scale under whose peak a crop is silent and not learnt from"
    )
    sigma: float = setting(1.0, "how loud the noise is that sound becomes", "--sigma")
    recompute: bool = setting(
        False,
        "compute the flows again on the way back, in place of keeping what they were: slower, in "
        "memory that does not grow with their number",
        "--recompute",
    )

    def __post_init__(self) -> None:
        _at_least(self, 1, "segment_length")
        if not 0 < self.sigma <= 10:
            raise SettingError(f"sigma = {self.sigma}: above 0, up to 10 is wanted", "sigma")
        if not -200 <= self.silence_db <= 0:
            raise SettingError(
                f"silence_db = {self.silence_db}: from -200 to 0 is wanted", "silence_db"
            )


@dataclass(frozen=True)
class InferConfig:
    """How a trained model speaks, during a run and after it."""

    gate_threshold: float = setting(
        0.5, "how sure the gate is when speech ends, above 0 and below 1", "--gate-threshold"
    )
    max_frames: int = setting(2000, "mel frames after which it is cut off", "--max-decoder-steps")
    saturation_frames: int = setting(
        120,
        "frames of rest on the end of the text after which it is cut off, the gate being shut; "
        "0: never",
        "--saturation-frames",
    )
    prenet_dropout: bool = setting(
        True, "dropout in the prenet, which published checkpoints need to speak well"
    )
    seed: int = setting(1234, "what the dropout of each sentence begins with")
    batch_size: int = setting(32, "sentences spoken at once")

    def __post_init__(self) -> None:
        if not 0 < self.gate_threshold < 1:
            raise SettingError(
                f"gate_threshold = {self.gate_threshold}: between 0 and 1 is wanted",
                "gate_threshold",
            )
        _at_least(self, 1, "max_frames", "batch_size")
        _at_least(self, 0, "seed", "saturation_frames")


@dataclass(frozen=True)
class SpeechConfig:
    """How texts become speech: what is said at once, the pauses, and where it is computed."""

    longest_text: int = setting(
        150, "characters above which a text is split at its sentences", "--longest-text"
    )
    pause_seconds: float = setting(
        0.25,
        "silence between the sentences of a text that was split; half of it at a comma",
        "--pause",
    )
    paragraph_seconds: float = setting(0.6, "silence between the paragraphs of a text")
    precision: Literal["auto", "fp32", "tf32", "bf16"] = setting(
        "auto", "arithmetic; auto: the fastest that is safe on the device", "--precision"
    )
    device: str = setting("auto", "auto, cpu, cuda or cuda:N", "--device")

    def __post_init__(self) -> None:
        _at_least(self, 20, "longest_text")
        _at_least(self, 0, "pause_seconds", "paragraph_seconds")
        _at_most(self, LONGEST_PAUSE, "pause_seconds", "paragraph_seconds")


@dataclass(frozen=True)
class VocoderConfig:
    """How mels become sound."""

    sigma: float = setting(
        0.6, "spread of the noise that WaveGlow makes sound of: the higher, the rougher", "--sigma"
    )
    denoiser: float = setting(
        0.01, "how much is taken off of what WaveGlow hums by itself; 0: nothing", "--denoiser"
    )
    chunk_seconds: float = setting(
        10.0, "sound that WaveGlow makes at once: memory grows with it", "--chunk-seconds"
    )
    iterations: int = setting(
        32, "rounds of Griffin and Lim's, where there is no WaveGlow", "--iterations"
    )

    def __post_init__(self) -> None:
        _at_least(self, 0, "sigma", "denoiser", "iterations")
        _at_most(self, 10, "sigma", "denoiser")
        _at_least(self, 0.1, "chunk_seconds")
        _at_most(self, LONGEST_CHUNK, "chunk_seconds")


@dataclass(frozen=True)
class SayConfig:
    """What is said and by whom; no section of the settings, as it is of one call."""

    tacotron2: str = setting(
        "", "the voice's checkpoint; DATASET/output/tacotron2 has it by default", "--tacotron2"
    )
    waveglow: str = setting(
        "",
        "the vocoder's checkpoint; that in DATASET/output/waveglow by default; no: Griffin-Lim",
        "--waveglow",
    )
    input: str = setting("", "list of sentences, a line each: text, or id|text", "--input", "-i")
    output: str = setting("", "folder to write to; DATASET/speech by default", "--output", "-o")
    vocode: str = setting("", "folder of mels to make sound of: npy, pt or npz", "--vocode")
    raw: bool = setting(
        False, "sound to stdout as it is made, for a player: 16 bits, one channel", "--raw"
    )
    seed: int | None = setting(
        None, "what every random draw begins with; [infer] seed by default", "--seed"
    )
    batch_size: int | None = setting(
        None, "sentences spoken at once; [infer] batch_size by default", "--batch-size", "-bs"
    )

    def __post_init__(self) -> None:
        if self.vocode and (self.input or self.raw or self.tacotron2):
            raise SettingError(
                "--vocode makes sound of mels that are there: leave --input, --raw and "
                "--tacotron2 out",
                "vocode",
            )


@dataclass(frozen=True)
class StartConfig:
    """Where a run begins and what it is for; no section of the settings, as it is of one call."""

    init_from: str = setting("", "checkpoint to take the weights from", "--init-from")
    resume: str = setting(
        "auto",
        "auto: continue a run that was interrupted; last (also --resume alone): continue the one "
        "in the output folder; no: begin anew; or the checkpoint file to continue from",
        "--resume",
        bare="last",
    )
    output: str = setting("", "the run's folder; DATASET/output/MODEL by default", "--output", "-o")
    training_files: str = setting(
        "", "list of clips to train on; DATASET/filelists has it by default", "--training-files"
    )
    validation_files: str = setting(
        "",
        "list of clips to evaluate on; DATASET/filelists has it by default",
        "--validation-files",
    )
    preflight: bool = setting(
        False,
        "overfit five clips in minutes, and say whether the voice can be learnt",
        "--preflight",
    )
    dry_run: bool = setting(
        False, "show batches, memory and time to go, and train nothing", "--dry-run", "-n"
    )

    def __post_init__(self) -> None:
        if self.init_from and self.resume not in ("auto", "no"):
            raise SettingError(
                "--init-from begins a run and --resume continues one: give one of them", "resume"
            )


def _at_least(record: Any, least: int, *names: str) -> None:
    for name in names:
        # Not `<`: that lets NaN pass.
        if not getattr(record, name) >= least:
            told = f"{name} = {getattr(record, name)}: at least {least} is wanted"
            raise SettingError(told, name)


def _at_most(record: Any, most: int, *names: str) -> None:
    for name in names:
        if getattr(record, name) > most:
            told = f"{name} = {getattr(record, name)}: at most {most} is wanted"
            raise SettingError(told, name)


def _typed(numbers: tuple[int, ...]) -> str:
    return ",".join(map(str, numbers))
