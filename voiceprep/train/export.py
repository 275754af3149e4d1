"""Models as ONNX graphs, each held to the model that it was made of before it is in its place."""

import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from ..errors import UserError
from .checkpoint import Checkpoint, writing
from .graphs import GRAPHS, Graph

OPSET = 17
# Batch and length that a graph is made by, and those that it is tried at, which are others.
TRACED = (2, 7)
TRIED = ((1, 12), (3, 29))
# What may be lost of the largest value.
TOLERANCE = 1e-3
_DRAWING = "RandomUniformLike"


def graph_files(model: str) -> tuple[str, ...]:
    """The names of the files that `export_onnx` writes of a model."""
    return tuple(graph.file for graph in GRAPHS[model])


@torch.no_grad()
def export_onnx(checkpoint: Checkpoint, folder: Path) -> Iterator[tuple[Path, float]]:
    """Write the checkpoint's graphs into a folder, one after the other.

    Each is tried in onnxruntime at two lengths; with its path comes the largest difference to the
    model in any of its outputs. Raises UserError for one that says something else
    than the model, TargetError where it cannot be written; what was there before is kept.
    """
    model = checkpoint.build()
    told = {"model": checkpoint.model, "config": checkpoint.config}
    told["voice"] = checkpoint.voice.to_plain()
    for graph in GRAPHS[checkpoint.model]:
        path, part = folder / graph.file, graph.part(model).eval()
        with writing(path) as temporary:
            _write(graph, model, part, temporary, told)
            difference = max(_differences(graph, model, part, temporary))
        yield path, difference


def _write(
    graph: Graph, model: nn.Module, part: nn.Module, path: Path, told: dict[str, Any]
) -> None:
    with warnings.catch_warnings():
        # That its tracer grows old, and that it follows one example: what came of it is tried.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            part,
            graph.example(model, *TRACED),
            str(path),
            input_names=list(graph.inputs),
            output_names=list(graph.outputs),
            dynamic_axes={name: dict(axes) for name, axes in graph.axes.items()},
            opset_version=OPSET,
            dynamo=False,
        )
    written = onnx.load(path)
    onnx.helper.set_model_props(written, {"voiceprep": json.dumps(told, ensure_ascii=False)})
    onnx.save(written, path)


def _differences(graph: Graph, model: nn.Module, part: nn.Module, path: Path) -> Iterator[float]:
    """How far each output is from the model's own, at every size that is tried."""
    session = _session(path)
    for batch, length in TRIED:
        given = graph.example(model, batch, length)
        named = {name: value.numpy() for name, value in zip(graph.inputs, given, strict=True)}
        found = session.run(None, named)
        count = len(graph.outputs)
        wanted = part(*given, *(torch.from_numpy(drawn) for drawn in found[count:]))
        wanted = (wanted,) if isinstance(wanted, Tensor) else wanted
        for name, one, other in zip(graph.outputs, found, wanted, strict=False):
            yield _difference(graph.file, name, one, other.numpy())


def _session(path: Path) -> onnxruntime.InferenceSession:
    """The graph, ready to run, with what it draws by chance as further outputs."""
    written = onnx.load(path)
    drawing = [node.output[0] for node in written.graph.node if node.op_type == _DRAWING]
    for name in drawing:
        shape = onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        written.graph.output.append(shape)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    serialised = written.SerializeToString() if drawing else str(path)
    return onnxruntime.InferenceSession(serialised, options, providers=["CPUExecutionProvider"])


def _difference(file: str, name: str, found: np.ndarray, wanted: np.ndarray) -> float:
    if found.shape != wanted.shape:
        raise UserError(f"{file} gives {name} the shape {found.shape}, the model {wanted.shape}")
    difference = float(np.abs(found - wanted).max(initial=0))
    if not difference <= TOLERANCE * max(1.0, float(np.abs(wanted).max(initial=0))):
        raise UserError(f"{file} says another {name} than the model, by {difference:g}")
    return difference
