"""Tables of every flag of the original training scripts, and its meaning in our own."""

from dataclasses import dataclass
from typing import Literal

from ..train.registry import MODELS, models_with

NUMBER, CLEANER = r"[\d,]+", r"\w+_cleaners"
TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


@dataclass(frozen=True)
class Flag:
    """The meaning of a flag of an original script.

    `takes` is what follows it: nothing, a value, a boolean that may be left out, or all words that
    match `many`, described as `expected`. `ours` are our words, with {} for the value; `note` is
    printed if it is typed. If `only` is set, any other value is an error with the note. A flag
    without words of ours has no effect.
    """

    takes: Literal["nothing", "value", "boolean", "many"]
    ours: tuple[str, ...] = ()
    note: str = ""
    only: str = ""
    many: str = ""
    expected: str = ""


def _set(key: str) -> Flag:
    return Flag("value", ("--set", f"{key}={{}}"))


def _same(flag: str) -> Flag:
    return Flag("value", (flag, "{}"))


def _idle(takes: Literal["nothing", "value", "boolean"], why: str) -> Flag:
    return Flag(takes, note=f"has no effect here: {why}")


_CUDNN = "cuDNN is used wherever there is a GPU"
_TORCHRUN = "torchrun says how many processes there are and where"
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
    "--amp": Flag("nothing", ("--precision", "fp16"), _AMP),
    "--amp-run": Flag("nothing", ("--precision", "fp16"), _AMP),
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
