"""Which settings have no effect beside the others, and why; those that are typed are told so."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..extras import import_extra
from ..train.registry import MODELS
from .options import CLASSES

Reasons = dict[str, str]
"""Why a setting has no effect, by `section.key` or `parameter.key`."""

SPEECH_LENGTH = ("infer.gate_threshold", "infer.max_frames", "infer.saturation_frames")
TRAINED_VOCODER = ("vocoder.sigma", "vocoder.denoiser", "vocoder.chunk_seconds")
SPLITTING = ("speech.longest_text", "speech.pause_seconds", "speech.paragraph_seconds")
# What `train.run.overfit_check` sets itself or does without.
PREFLIGHT_TRAINING = (
    *("epochs", "steps", "batch_size", "batch_frames", "accumulate", "freeze", "ignore_layers"),
    *("evaluate_every", "save_every", "keep", "max_minutes"),
)


def ignored_lines(
    command: str, arguments: Mapping[str, Any], typed: Mapping[str, str]
) -> list[str]:
    """A line for each typed option without an effect; `typed` has the options by their settings."""
    reasons: Reasons = {}
    for name, record in arguments.items():
        if hasattr(record, "ignored"):
            section = CLASSES.get(type(record).__name__, name)
            reasons |= {f"{section}.{key}": why for key, why in record.ignored().items()}
    if command in RULES:
        reasons |= RULES[command](arguments)
    return [f"{typed[key]} is ignored: {why}" for key, why in reasons.items() if key in typed]


def _prepare(arguments: Mapping[str, Any]) -> Reasons:
    """A fix plan may add a step to single clips that the others do not take."""
    config = arguments["config"]
    off = [step for step in ("denoise", "trim", "loudness") if not getattr(config, step)]
    if arguments["plan"].plan:
        return {}
    return {key: f"prepare.{step} is off" for step in off for key in _all_of(step, arguments[step])}


def _loudness(arguments: Mapping[str, Any]) -> Reasons:
    if not arguments["stats"].print_stats:
        return {}
    keys = ["target", "batch.force", "batch.dry_run", *_all_of("loudness", arguments["config"])]
    return dict.fromkeys(keys, "--print-stats only measures, and writes nothing")


def _filelist(arguments: Mapping[str, Any]) -> Reasons:
    if arguments["config"].metadata != "no":
        return {}
    why = "with --metadata no the lists hold no texts"
    return dict.fromkeys([*_all_of("text", arguments["text"]), "filelist.encoding"], why)


def _report(arguments: Mapping[str, Any]) -> Reasons:
    if not arguments["options"].self_test:
        why = "only --self-test injects faults"
        return dict.fromkeys(_all_of("self_test", arguments["trial"]), why)
    keys = [f"options.{name}" for name in ("minutes", "fix_plan", "fail_on")]
    keys += ["verdict_file.verdicts", "report.reference"]
    return dict.fromkeys(keys, "--self-test tests the checks, and reports on no clip")


def _checkpoint(arguments: Mapping[str, Any]) -> Reasons:
    action = arguments["action"]
    keys = [] if action == "convert" else ["convert.to"]
    keys += [] if action == "export" else ["export.onnx", "export.hub"]
    keys += ["write.force", "write.dry_run"] if action == "inspect" else []
    return dict.fromkeys(keys, f"it does not apply to {action}")


def _train(arguments: Mapping[str, Any]) -> Reasons:
    start, spec = arguments["start"], MODELS.get(arguments["model"])
    reasons: Reasons = {}
    if spec and spec.reads == "sounds":
        why = f"{spec.name} reads recordings, not"
        reasons |= {"train.source": f"{why} mels"}
        reasons |= dict.fromkeys(_all_of("text", arguments["text"]), f"{why} texts")
    if start.preflight:
        keys = [f"train.{name}" for name in PREFLIGHT_TRAINING]
        keys += _all_of("schedule", arguments["schedule"])
        keys += [
            f"start.{name}" for name in ("init_from", "symbol_from", "resume", "output", "dry_run")
        ]
        keys += ["start.validation_files", "infer.max_frames", "loss.guided_decay_steps"]
        reasons |= dict.fromkeys(keys, "--preflight trains on five clips in its own way")
    return reasons


def _infer(arguments: Mapping[str, Any]) -> Reasons:
    asked = arguments["asked"]
    reasons: Reasons = {}
    for name in ("seed", "batch_size"):
        if getattr(asked, name) is not None:
            reasons[f"infer.{name}"] = f"--{name.replace('_', '-')} is given too"
    reasons |= _vocoder(arguments, "voiceprep infer")
    if asked.vocode:
        keys = [*SPEECH_LENGTH, "infer.prenet_dropout", "infer.batch_size", "asked.batch_size"]
        return reasons | dict.fromkeys([*keys, *SPLITTING], "--vocode speaks no text")
    reasons |= dict.fromkeys(
        _all_of("mel", arguments["mel"]), "the mels are those of the acoustic model"
    )
    if asked.raw:
        keys = ["asked.batch_size", "infer.batch_size"]
        reasons |= dict.fromkeys(keys, "--raw speaks part by part")
        reasons |= dict.fromkeys(["asked.output", "write.force"], "--raw writes no file")
    return reasons


def _infer_stats(arguments: Mapping[str, Any]) -> Reasons:
    asked = arguments["asked"]
    reasons: Reasons = {}
    if asked.max_steps:
        reasons["infer.max_frames"] = "--max-steps is given too"
    if not asked.vocode_worst:
        keys = ["asked.vocoder", *_all_of("vocoder", arguments["vocoder"])]
        return reasons | dict.fromkeys(keys, "with --vocode-worst 0 no sound is made")
    return reasons | _vocoder(arguments, "voiceprep infer-stats")


def _vocoder(arguments: Mapping[str, Any], command: str) -> Reasons:
    """What the vocoder that the command finds does not have."""
    find = import_extra("train.checkpoints.find", command, "train").find_vocoder
    if find(arguments["asked"].vocoder, arguments["dataset"]):
        return {"vocoder.iterations": "it is for Griffin-Lim, and a trained vocoder is used"}
    return dict.fromkeys(TRAINED_VOCODER, "it is for a trained vocoder, and Griffin-Lim is used")


def _all_of(section: str, record: Any) -> Iterable[str]:
    return [f"{section}.{name}" for name in vars(record)]


RULES: Mapping[str, Callable[[Mapping[str, Any]], Reasons]] = {
    "prepare": _prepare,
    "loudness": _loudness,
    "filelist": _filelist,
    "report": _report,
    "checkpoint": _checkpoint,
    "train": _train,
    "infer": _infer,
    "infer-stats": _infer_stats,
}
"""For each command with such rules, a function of its arguments by their parameters."""
