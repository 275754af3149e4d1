"""`voiceprep checkpoint`: inspects a checkpoint, converts it to another container, exports it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ..batch.run import WriteConfig
from ..config import setting
from ..errors import TargetError, UserError
from ..extras import import_extra

BUFFERS = ("running_mean", "running_var", "num_batches_tracked")
WIDTH = 80
Action = Literal["inspect", "convert", "export"]


@dataclass(frozen=True)
class ConvertCheckpointConfig:
    """What a checkpoint is converted to."""

    to: Literal["voiceprep", "nvidia", "dle", "safetensors"] = setting(
        "safetensors", "the container that `convert` writes", "--to"
    )


@dataclass(frozen=True)
class ExportCheckpointConfig:
    """What a checkpoint is exported as."""

    onnx: bool = setting(False, "export ONNX graphs, each tested in onnxruntime", "--onnx")
    hub: bool = setting(False, "export a folder for the Hugging Face hub", "--hub")


@dataclass(frozen=True)
class Inspection:
    """What a checkpoint holds, and the files `written` when it was converted or exported.

    `left_out` is what the container has no place for, a sentence each; `differences` is the
    largest difference of a graph's outputs from the model's, by path.
    """

    source: Path
    facts: dict[str, Any]
    written: tuple[Path, ...] = ()
    left_out: tuple[str, ...] = ()
    differences: Mapping[Path, float] = field(default_factory=dict)
    exit_code: int = 0

    def lines(self, verbose: bool = False) -> list[str]:
        """The facts, a line each; every symbol and tensor if `verbose`."""
        facts = [("checkpoint", str(self.source)), *_describe(self.facts, verbose)]
        lines = [f"{name:<12}{value}" for name, value in facts]
        lines += [f"note: {note}" for note in (*self.facts["notes"], *self.left_out)]
        return [*lines, *(f"→ {path}{self._difference(path)}" for path in self.written)]

    def rows(self) -> Iterator[dict[str, Any]]:
        """The facts as one record."""
        yield {
            "summary": {
                "checkpoint": str(self.source),
                **self.facts,
                "written": [str(path) for path in self.written],
                "left_out": list(self.left_out),
                "differences": {str(path): value for path, value in self.differences.items()},
            }
        }

    def _difference(self, path: Path) -> str:
        if path not in self.differences:
            return ""
        return f"  (differs from the model by {self.differences[path]:.1e} at most)"


def _describe(facts: Mapping[str, Any], verbose: bool) -> Iterator[tuple[str, str]]:
    yield "container", f"{facts['container']}: {facts['title']}"
    size = f"{facts['parameters']:,} parameters in {facts['tensors']} tensors"
    yield "model", f"{facts['model']}, {size}"
    yield "step", f"{facts['step']}" + (f", epoch {facts['epoch']}" if "epoch" in facts else "")
    yield "training", facts["training"]
    if "symbols" in facts["config"]:
        names = " ".join("␣" if name == " " else name for name in facts["symbols"]) or "not known"
        shown = names if verbose or len(names) <= WIDTH else f"{names[:WIDTH]} …"
        yield "front end", _describe_frontend(facts)
        yield "symbols", f"{facts['config']['symbols']}: {shown}"
    assumed = "" if facts["tells_mel"] else "  (assumed: the file does not state it)"
    mel = "  ".join(f"{name} {_number(value)}" for name, value in facts["mel"].items())
    yield "mel", mel + assumed
    yield from ((facts["model"], f"{name} = {value}") for name, value in facts["config"].items())
    if verbose:
        shapes = facts["shapes"].items()
        yield from (("tensor", f"{name}  {'×'.join(map(str, shape))}") for name, shape in shapes)


def _describe_frontend(facts: Mapping[str, Any]) -> str:
    """The front end, its settings, and the number of the words that have their own phonemes."""
    settings = [f"{name} = {value}" for name, value in facts["frontend_options"].items()]
    count = facts["pronunciations"]
    words = [f"{count} words of a list"] if count else []
    stated = "" if facts["tells_mel"] else "  (assumed: the file does not state it)"
    return ", ".join([facts["frontend"], *settings, *words]) + stated


def checkpoint(
    action: Action,
    source: Path,
    target: Path | None = None,
    convert: ConvertCheckpointConfig = ConvertCheckpointConfig(),
    export: ExportCheckpointConfig = ExportCheckpointConfig(),
    write: WriteConfig = WriteConfig(),
) -> Inspection:
    """Show what a checkpoint holds, convert it to another container, or export it.

    ACTION is inspect, convert or export. SOURCE is a checkpoint of voiceprep, NVIDIA's
    repositories, torchaudio or safetensors; no code in it is run. convert writes the file TARGET,
    export the folder TARGET: with --onnx graphs, with --hub what the Hugging Face hub takes.

    \b
    Example: voiceprep checkpoint inspect output/{model}/best.pt
    """
    if action == "inspect" and target:
        raise UserError(f"inspect writes no file: leave {target} out, or use convert")
    if action == "convert" and not target:
        raise UserError("convert needs a TARGET, the file to write")
    if action == "export" and not (target and (export.onnx or export.hub)):
        raise UserError("export needs a TARGET, the folder to write to, and --onnx, --hub or both")
    module = _module("checkpoint")
    loaded = module.Checkpoint.load(source)
    inspection = Inspection(source, _facts(loaded, module.FORMATS[loaded.origin].title))
    if target is None:
        return inspection
    exporters = _exporters(export, loaded, target) if action == "export" else []
    for path in [path for exporter in exporters for path in exporter.files] or [target]:
        _check_free(path, source, write)
    if write.dry_run:
        return replace(inspection, left_out=("dry run: nothing was written",))
    if action == "convert":
        return replace(inspection, written=(target,), left_out=loaded.save(target, convert.to))
    written = [entry for exporter in exporters for entry in exporter.write()]
    differences = {path: value for path, value in written if value is not None}
    return replace(inspection, written=tuple(path for path, _ in written), differences=differences)


class Exporter(NamedTuple):
    """The files of one kind of export, and a function that writes them and yields differences."""

    files: tuple[Path, ...]
    write: Callable[[], Iterator[tuple[Path, float | None]]]


def _exporters(config: ExportCheckpointConfig, loaded: Any, folder: Path) -> list[Exporter]:
    exporters = []
    if config.onnx:
        graphs = _module("export", " export --onnx")
        files = tuple(folder / name for name in graphs.graph_files(loaded.model))
        exporters.append(Exporter(files, lambda: graphs.export_onnx(loaded, folder)))
    if config.hub:
        hub = _module("hub")
        files = tuple(folder / name for name in hub.HUB_FILES)
        exporters.append(Exporter(files, lambda: _pair_with_none(hub.export_hub(loaded, folder))))
    return exporters


def _pair_with_none(paths: Iterator[Path]) -> Iterator[tuple[Path, None]]:
    yield from ((path, None) for path in paths)


def _check_free(path: Path, source: Path, write: WriteConfig) -> None:
    """Raise TargetError for a path that must not be written to."""
    if path.exists() and (path.is_dir() or path.resolve() == source.resolve()):
        raise TargetError(path, "name another file to write")
    if path.exists() and not write.force:
        raise TargetError(path, "exists already; -f overwrites it")


def _module(name: str, action: str = "") -> Any:
    """A module of `train.checkpoints`; raises ToolMissing if a package for it is missing."""
    extras = ("train", "export") if action else ("train",)
    return import_extra(f"train.checkpoints.{name}", f"voiceprep checkpoint{action}", *extras)


def _facts(loaded: Any, title: str) -> dict[str, Any]:
    weights, training = loaded.weights, loaded.training or {}
    trained = [value for name, value in weights.items() if not name.endswith(BUFFERS)]
    optimizer = "with its optimiser" if "optimizer" in training else "no optimiser"
    rate = f", learning rate {training['learning_rate']:g}" if "learning_rate" in training else ""
    state = loaded.frontend.text_state
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
        "frontend": state.name,
        "frontend_options": dict(state.options),
        "pronunciations": len(state.pronunciations),
        "cleaner": loaded.frontend.cleaner,
        "symbols": list(loaded.frontend.symbols),
        "mel": loaded.frontend.to_plain()["mel"],
        "tells_mel": loaded.origin in ("voiceprep", "safetensors"),
        "shapes": {name: list(value.shape) for name, value in weights.items()},
        "notes": list(loaded.notes),
    }


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
