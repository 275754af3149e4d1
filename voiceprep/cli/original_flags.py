"""Tables of every flag of the original scripts, and its meaning in our own."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal

from ..train.registry import MODELS, models_with, section_classes

NUMBER, CLEANER = r"[\d,]+", r"\w+_cleaners"
TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


@dataclass(frozen=True)
class Flag:
    """The meaning of a flag of an original script.

    `takes` is what follows it: nothing, a value, a boolean that may be left out, or all words that
    match `many`, described as `expected`. `ours` are our words, with {} for the value; `note` is
    printed if it is typed. If `only` is set, any other value is an error with the note; if
    `refused`, every value is. A flag without words of ours has no effect.
    """

    takes: Literal["nothing", "value", "boolean", "many"]
    ours: tuple[str, ...] = ()
    note: str = ""
    only: str = ""
    many: str = ""
    expected: str = ""
    refused: bool = False


@dataclass(frozen=True)
class Script:
    """The flags of the original scripts that one of our commands takes the place of.

    `model_flags` name the model, `starts` together say where a run starts, `holders` hold other
    flags. The flags in `numbers` are options of ours too: a number is the script's, all else ours.
    """

    flags: Mapping[str, Flag]
    model_flags: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    @property
    def known(self) -> list[str]:
        """All flags."""
        return [*self.flags, *self.model_flags, *self.starts, *self.holders]


def _set(key: str) -> Flag:
    return Flag("value", ("--set", f"{key}={{}}"))


def _same(flag: str) -> Flag:
    return Flag("value", (flag, "{}"))


def _idle(takes: Literal["nothing", "value", "boolean"], why: str) -> Flag:
    return Flag(takes, note=f"has no effect here: {why}")


_CUDNN = "cuDNN is used wherever there is a GPU"
_TORCHRUN = "torchrun says how many processes there are and where"
_HALF = ("--precision", "fp16")
_AMP = "is --precision fp16 here; on newer GPUs bf16 is as fast and needs no scaler"

# The flags of DeepLearningExamples' train.py that ours do not have in the same form.
DEEP_LEARNING_EXAMPLES = {
    "--dataset-path": _same("--dataset"),
    "--log-file": _idle("value", "the log is nvlog.json in the output folder"),
    "--anneal-steps": Flag(
        "many", ("--anneal-steps", "{}"), many=NUMBER, expected="an epoch or several"
    ),
    "--epochs-per-checkpoint": _idle("value", "--save-every counts in steps"),
    "--resume-from-last": Flag("nothing", ("--resume", "last")),
    "--dynamic-loss-scaling": _idle("boolean", "with fp16 the loss scale is always dynamic"),
    "--amp": Flag("nothing", _HALF, _AMP),
    "--amp-run": Flag("nothing", _HALF, _AMP),
    "--cudnn-enabled": _idle("boolean", _CUDNN),
    "--cudnn-benchmark": _idle("boolean", _CUDNN),
    "--disable-uniform-initialize-bn-weight": _idle(
        "nothing", "the weights of batch norms always start at 1"
    ),
    "--use-saved-learning-rate": Flag("boolean", ("--set", "schedule.use_saved={}")),
    "--grad-clip": _idle("value", "it has none in the script either; --grad-clip-thresh does"),
    "--load-mel-from-disk": Flag("boolean", ("--source", "{}")),
    "--text-cleaners": Flag(
        "many", ("--set", "text.cleaner={}"), many=CLEANER, expected="one cleaner"
    ),
    "--max-wav-value": Flag(
        "value", note="only 32768 is known: full scale is 1 whatever the bits", only="32768"
    ),
    "--sampling-rate": _set("mel.rate"),
    "--filter-length": _set("mel.fft_length"),
    "--hop-length": _set("mel.hop_length"),
    "--win-length": _set("mel.win_length"),
    "--mel-fmin": _set("mel.fmin_hz"),
    "--mel-fmax": _set("mel.fmax_hz"),
    "--rank": _idle("value", _TORCHRUN),
    "--world-size": _idle("value", _TORCHRUN),
    "--dist-url": _idle("value", _TORCHRUN),
    "--dist-backend": _idle("value", "nccl on GPUs, gloo elsewhere"),
    "--group-name": _idle("value", _TORCHRUN),
    "--bench-class": _idle("value", "--dry-run says how fast it is"),
    "--mask-padding": Flag("boolean", ("--set", "loss.reduction={}")),
    "--n-mel-channels": _set("mel.mel_channels"),
    "--decoder-no-early-stopping": _idle("nothing", "every sentence ends where its own gate opens"),
}

# The flags of the train.py of NVIDIA's own repository, and those of its hparams that the others
# do not have.
NVIDIA_REPOSITORY = {
    "--output_directory": _same("--output"),
    "-l": _idle("value", "logs are in the output folder"),
    "--log_directory": _idle("value", "logs are in the output folder"),
    "--n_gpus": _idle("value", _TORCHRUN),
    "--group_name": _idle("value", _TORCHRUN),
    "--iters-per-checkpoint": Flag("value", ("--evaluate-every", "{}", "--save-every", "{}")),
    "--fp16-run": Flag("boolean", ("--precision", "{}")),
    "--distributed-run": _idle("boolean", _TORCHRUN),
}
FLAGS = (
    DEEP_LEARNING_EXAMPLES
    | NVIDIA_REPOSITORY
    | {
        flag: _set(key)
        for model in models_with("foreign_flags")
        for flag, key in MODELS[model].load("foreign_flags").items()
    }
)

# The values of a boolean in our words, if they are not true and false.
BOOLEANS = {
    "--fp16-run": ("fp16", "fp32"),
    "--load-mel-from-disk": ("mels", "wavs"),
    "--mask-padding": ("valid", "padded"),
}
# The scripts' flags for the model, and our model for each of their names.
MODEL_FLAGS = ("-m", "--model-name")
MODEL_NAMES = {name: row.name for row in MODELS.values() for name in row.foreign_names}
# Flags that together say where a run starts, of both scripts; and those that hold other flags.
STARTS = ("--checkpoint-path", "--checkpoint_path", "-c", "--warm_start")
CONFIG_FILE, HPARAMS = "--config-file", "--hparams"
TRAINING = Script(FLAGS, MODEL_FLAGS, STARTS, (CONFIG_FILE, HPARAMS))

_RATE = "the voice's checkpoint states it"
_SIZES = "the sizes are those of the checkpoint"
_HALF_NOTE = "is --precision fp16 here"
_NO_CLOCK = "nothing is timed; voiceprep infer-stats measures latencies"
_RANDOM = "infer speaks sentences; benchmarks/ times models on random input"
_DENOISER = ("--denoiser", "{}")

# The flags of DeepLearningExamples' inference.py, of inference_perf.py and test_infer.py, and of
# their versions of 2019 and 2020, that ours do not have in the same form.
INFERENCE_FLAGS = {
    "--suffix": _idle("value", "a file has the name of its line in the list"),
    "-s": _same("--sigma"),
    "--sigma-infer": _same("--sigma"),
    "-d": Flag(
        "value", _DENOISER, "is --denoiser here, as it is a number; -d FOLDER names the dataset"
    ),
    "--denoising-strength": Flag("value", _DENOISER),
    "-sr": _idle("value", _RATE),
    "--sampling-rate": _idle("value", _RATE),
    "--stft-hop-length": _idle("value", _RATE),
    "--fp16": Flag("nothing", _HALF, _HALF_NOTE),
    "--amp": Flag("nothing", _HALF, _HALF_NOTE),
    "--amp-run": Flag("nothing", _HALF, _HALF_NOTE),
    "--fp16-run": Flag("nothing", _HALF, _HALF_NOTE),
    "--cpu": Flag("nothing", ("--device", "cpu"), "is --device cpu here, without TorchScript"),
    "--cpu-run": Flag("nothing", ("--device", "cpu"), "is --device cpu here, without TorchScript"),
    "--log-file": _idle("value", _NO_CLOCK),
    "--include-warmup": _idle("nothing", _NO_CLOCK),
    "--num-iters": _idle(
        "value", "each sentence is spoken once; voiceprep infer-stats --seeds N repeats it"
    ),
    "-il": _idle("value", "sentences are spoken whole"),
    "--input-length": _idle("value", "sentences are spoken whole"),
    "-m": _idle("value", "both models are used; --vocode FOLDER runs the vocoder alone"),
    "--model-name": _idle("value", "both models are used; --vocode FOLDER runs the vocoder alone"),
    "--synth-data": Flag("nothing", note=_RANDOM, refused=True),
    "--run-mode": Flag(
        "value", note="the modes are --precision fp16 and --device cpu here", refused=True
    ),
    "--decoder-no-early-stopping": FLAGS["--decoder-no-early-stopping"],
    "--mask-padding": _idle("boolean", "only training masks"),
    "--segment-length": _idle("value", "only training cuts sounds"),
}
# The flags of the inference.py of NVIDIA's own repository of a vocoder.
VOCODER_REPOSITORY = {
    "-w": _same("--vocoder"),
    **{f"--{name}_path": _same("--vocoder") for name in models_with("vocoder")},
    "--filelist_path": Flag(
        "value", note="infer makes sound of a folder of mels: --vocode FOLDER", refused=True
    ),
    "--output_dir": _same("--output"),
    "--sampling_rate": _idle("value", _RATE),
    "--is_fp16": Flag("nothing", _HALF, _HALF_NOTE),
    "--denoiser_strength": Flag("value", _DENOISER),
}
# The sizes of the models, which the original script of inference has to be told.
SIZES = {
    "--n-mel-channels",
    *(
        flag
        for model in models_with("foreign_flags")
        for flag in MODELS[model].load("foreign_flags")
    ),
    *(
        entry.metadata["flag"]
        for model, kind in section_classes().items()
        for entry in fields(kind)
        if model in MODELS and entry.metadata.get("flag")
    ),
}
INFERENCE = Script(
    {flag: _idle("value", _SIZES) for flag in sorted(SIZES)} | INFERENCE_FLAGS | VOCODER_REPOSITORY,
    numbers=("-d",),
)
