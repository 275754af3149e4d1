"""Every flag of the original training scripts, and what it comes to in ours: written-out tables."""

from dataclasses import dataclass
from typing import Literal

NUMBER, CLEANER = r"[\d,]+", r"\w+_cleaners"
TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


@dataclass(frozen=True)
class Flag:
    """What a flag of an original script comes to.

    `takes` is what follows it: nothing, a value, a boolean that may be left out, or all words
    that match `many`, told as `wanted`. `ours` are our words, {} standing for the value; `note`
    is told where it is typed. A value other than `only`, where there is one, ends the run with
    the note. One without words of ours has no effect.
    """

    takes: Literal["nothing", "value", "boolean", "many"]
    ours: tuple[str, ...] = ()
    note: str = ""
    only: str = ""
    many: str = ""
    wanted: str = ""


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
        "many", ("--anneal-steps", "{}"), many=NUMBER, wanted="an epoch or several"
    ),
    "--epochs-per-checkpoint": _idle("value", "--save-every counts in steps"),
    "--resume-from-last": Flag("nothing", ("--resume", "last")),
    "--dynamic-loss-scaling": _idle("boolean", "with fp16 the loss is always scaled so"),
    "--amp": Flag("nothing", ("--precision", "fp16"), _AMP),
    "--amp-run": Flag("nothing", ("--precision", "fp16"), _AMP),
    "--cudnn-enabled": _idle("boolean", _CUDNN),
    "--cudnn-benchmark": _idle("boolean", _CUDNN),
    "--disable-uniform-initialize-bn-weight": _idle(
        "nothing", "the weights of batch norms begin at 1 in any case"
    ),
    "--use-saved-learning-rate": Flag("boolean", ("--set", "schedule.use_saved={}")),
    "--grad-clip": _idle("value", "nor has it there; --grad-clip-thresh has"),
    "--load-mel-from-disk": Flag("boolean", ("--source", "{}")),
    "--text-cleaners": Flag(
        "many", ("--set", "text.cleaner={}"), many=CLEANER, wanted="one cleaner"
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
    "--n-symbols": _set("tacotron2.symbols"),
    "--symbols-embedding-dim": _set("tacotron2.symbol_dim"),
    "--encoder-embedding-dim": _set("tacotron2.symbol_dim"),
    "--encoder-kernel-size": _set("tacotron2.encoder_kernel"),
    "--encoder-n-convolutions": _set("tacotron2.encoder_layers"),
    "--n-frames-per-step": _set("tacotron2.frames_per_step"),
    "--decoder-rnn-dim": _set("tacotron2.decoder_rnn_dim"),
    "--prenet-dim": _set("tacotron2.prenet_dim"),
    "--p-attention-dropout": _set("tacotron2.attention_dropout"),
    "--p-decoder-dropout": _set("tacotron2.decoder_dropout"),
    "--decoder-no-early-stopping": _idle("nothing", "every sentence ends where its own gate opens"),
    "--attention-rnn-dim": _set("tacotron2.attention_rnn_dim"),
    "--attention-dim": _set("tacotron2.attention_dim"),
    "--attention-location-n-filters": _set("tacotron2.location_filters"),
    "--attention-location-kernel-size": _set("tacotron2.location_kernel"),
    "--postnet-embedding-dim": _set("tacotron2.postnet_dim"),
    "--postnet-kernel-size": _set("tacotron2.postnet_kernel"),
    "--postnet-n-convolutions": _set("tacotron2.postnet_layers"),
}

# The flags of NVIDIA/tacotron2's train.py, and those of its hparams that the others do not have.
NVIDIA_TACOTRON2 = {
    "--output_directory": _same("--output"),
    "-l": _idle("value", "logs are in the output folder"),
    "--log_directory": _idle("value", "logs are in the output folder"),
    "--n_gpus": _idle("value", _TORCHRUN),
    "--group_name": _idle("value", _TORCHRUN),
    "--iters-per-checkpoint": Flag("value", ("--evaluate-every", "{}", "--save-every", "{}")),
    "--fp16-run": Flag("boolean", ("--precision", "{}")),
    "--distributed-run": _idle("boolean", _TORCHRUN),
}
FLAGS = DEEP_LEARNING_EXAMPLES | NVIDIA_TACOTRON2

# What a boolean is in our words, where that is not true or false.
BOOLEANS = {
    "--fp16-run": ("fp16", "fp32"),
    "--load-mel-from-disk": ("mels", "wavs"),
    "--mask-padding": ("valid", "padded"),
}
# What DeepLearningExamples' train.py calls the models, and what they are to us.
MODEL_FLAGS = ("-m", "--model-name")
MODELS = {"Tacotron2": "tacotron2", "WaveGlow": "waveglow"}
# Flags that mean one thing together, of either script; and those that hold other flags.
STARTS = ("--checkpoint-path", "--checkpoint_path", "-c", "--warm_start")
CONFIG_FILE, HPARAMS = "--config-file", "--hparams"
IGNORED_BY_WARM_START = "embedding.weight"
