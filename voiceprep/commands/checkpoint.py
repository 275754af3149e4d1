"""`voiceprep checkpoint`: what a checkpoint holds, and the same in another container."""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..batch import WriteConfig
from ..config import setting
from ..errors import TargetError, ToolMissing, UserError

BUFFERS = ("running_mean", "running_var", "num_batches_tracked")
WIDTH = 80
Action = Literal["inspect", "convert"]


@dataclass(frozen=True)
class ConvertCheckpointConfig:
    """What a checkpoint is converted to."""

    to: Literal["voiceprep", "nvidia", "dle", "safetensors"] = setting(
        "safetensors", "the container that `convert` writes", "--to"
    )


@dataclass(frozen=True)
class Inspection:
    """What a checkpoint holds, `written` where it was converted and with what left out."""

    source: Path
    facts: dict[str, Any]
    written: Path | None = None
    left_out: tuple[str, ...] = ()
    exit_code: int = 0

    def lines(self, verbose: bool = False) -> list[str]:
        """The facts for a person, a line each; every symbol and tensor where `verbose`."""
        told = [("checkpoint", str(self.source)), *_described(self.facts, verbose)]
        lines = [f"{name:<12}{value}" for name, value in told]
        lines += [f"note: {note}" for note in (*self.facts["notes"], *self.left_out)]
        return [*lines, f"→ {self.written}"] if self.written else lines

    def rows(self) -> Iterator[dict[str, Any]]:
        """The facts as one record."""
        written = str(self.written) if self.written else None
        yield {
            "summary": {
                "checkpoint": str(self.source),
                **self.facts,
                "written": written,
                "left_out": list(self.left_out),
            }
        }


def _described(facts: Mapping[str, Any], verbose: bool) -> Iterator[tuple[str, str]]:
    yield "container", f"{facts['container']}: {facts['title']}"
    counted = f"{facts['parameters']:,} parameters in {facts['tensors']} tensors"
    yield "model", f"{facts['model']}, {counted}"
    yield "step", f"{facts['step']}" + (f", epoch {facts['epoch']}" if "epoch" in facts else "")
    yield "training", facts["training"]
    if "symbols" in facts["config"]:
        names = " ".join("␣" if name == " " else name for name in facts["symbols"]) or "not known"
        shown = names if verbose or len(names) <= WIDTH else f"{names[:WIDTH]} …"
        yield "symbols", f"{facts['config']['symbols']}: {shown}"
    doubt = "" if facts["tells_mel"] else "  (taken for granted: the file does not say)"
    mel = "  ".join(f"{name} {_number(value)}" for name, value in facts["mel"].items())
    yield "mel", mel + doubt
    yield from ((facts["model"], f"{name} = {value}") for name, value in facts["config"].items())
    if verbose:
        shapes = facts["shapes"].items()
        yield from (("tensor", f"{name}  {'×'.join(map(str, shape))}") for name, shape in shapes)


def checkpoint(
    action: Action,
    source: Path,
    target: Path | None = None,
    convert: ConvertCheckpointConfig = ConvertCheckpointConfig(),
    write: WriteConfig = WriteConfig(),  # noqa: B008 (frozen)
) -> Inspection:
    """Show what a checkpoint holds, or convert it to another container.

    ACTION is inspect or convert. SOURCE is a checkpoint of voiceprep, NVIDIA/tacotron2, NVIDIA's
    DeepLearningExamples, torchaudio or safetensors; no code in it is run. convert writes TARGET.

    \b
    Example: voiceprep checkpoint inspect checkpoint_Tacotron2_1500.pt
    """
    if action == "inspect" and target:
        raise UserError(f"inspect takes one file, not {target} too; convert writes one")
    if action == "convert" and not target:
        raise UserError("convert needs a TARGET, the file to write")
    room = _room()
    loaded = room.Checkpoint.load(source)
    facts = _facts(loaded, room.FORMATS[loaded.origin].title)
    if target is None:
        return Inspection(source, facts)
    if target.exists() and (target.is_dir() or target.resolve() == source.resolve()):
        raise TargetError(target, "name another file to write")
    if target.exists() and not write.force:
        raise TargetError(target, "it is there already; -f overwrites it")
    if write.dry_run:
        return Inspection(source, facts, left_out=("dry run: nothing was written",))
    return Inspection(source, facts, target, loaded.save(target, convert.to))


def _room() -> Any:
    try:
        return importlib.import_module("voiceprep.train.checkpoint")
    except ModuleNotFoundError as error:
        install = "pip install 'voiceprep[train]'"
        raise ToolMissing(error.name or "torch", "voiceprep checkpoint", install) from None


def _facts(loaded: Any, title: str) -> dict[str, Any]:
    weights, training = loaded.weights, loaded.training or {}
    trained = [value for name, value in weights.items() if not name.endswith(BUFFERS)]
    optimizer = "with its optimiser" if "optimizer" in training else "no optimiser"
    rate = f", learning rate {training['learning_rate']:g}" if "learning_rate" in training else ""
    return {
        "container": loaded.origin,
        "title": title,
        "model": loaded.model,
        "parameters": sum(value.numel() for value in trained),
        "tensors": len(weights),
        "step": loaded.step,
        **({"epoch": training["epoch"]} if "epoch" in training else {}),
        "training": optimizer + rate,
        "config": loaded.config,
        "cleaner": loaded.voice.cleaner,
        "symbols": list(loaded.voice.symbols),
        "mel": loaded.voice.to_plain()["mel"],
        "tells_mel": loaded.origin in ("voiceprep", "safetensors"),
        "shapes": {name: list(value.shape) for name, value in weights.items()},
        "notes": list(loaded.notes),
    }


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
