"""Exports models as ONNX graphs, each compared with its model before it is put in place."""

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

from ...errors import UserError
from .checkpoint import Checkpoint, writing
from .onnx import Graph, find_graphs

OPSET = 17
# Batch and length that a graph is traced with, and others that it is tested with.
TRACED = (2, 7)
TESTED = ((1, 12), (3, 29))
# The largest difference that is accepted, relative to the largest value.
TOLERANCE = 1e-3
_RANDOM_OP = "RandomUniformLike"


def graph_files(model: str) -> tuple[str, ...]:
    """The names of the files that `export_onnx` writes for a model."""
    return tuple(graph.file for graph in find_graphs(model))


@torch.no_grad()
def export_onnx(checkpoint: Checkpoint, folder: Path) -> Iterator[tuple[Path, float]]:
    """Write the checkpoint's graphs into a folder; yields each path with its difference.

    Each graph is run in onnxruntime at two lengths; the difference is the largest one between its
    outputs and the model's. Raises UserError if that is too large, TargetError if the graph cannot
    be written; what was there before is kept.
    """
    model = checkpoint.build()
    properties = {"model": checkpoint.model, "config": checkpoint.config}
    properties["voice"] = checkpoint.frontend.to_plain()
    for graph in find_graphs(checkpoint.model):
        path, part = folder / graph.file, graph.part(model).eval()
        with writing(path) as temporary:
            _write(graph, model, part, temporary, properties)
            difference = max(_differences(graph, model, part, temporary))
        yield path, difference


def _write(
    graph: Graph[nn.Module],
    model: nn.Module,
    part: nn.Module,
    path: Path,
    properties: dict[str, Any],
) -> None:
    with warnings.catch_warnings():
        # The tracer warns that it is deprecated and follows one example: the graph is tested.
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
    exported = onnx.load(path)
    text = json.dumps(properties, ensure_ascii=False)
    onnx.helper.set_model_props(exported, {"voiceprep": text})
    onnx.save(exported, path)


def _differences(
    graph: Graph[nn.Module], model: nn.Module, part: nn.Module, path: Path
) -> Iterator[float]:
    """The difference of each output from the model's own, at every tested size."""
    session = _session(path)
    for batch, length in TESTED:
        inputs = graph.example(model, batch, length)
        named = {name: value.numpy() for name, value in zip(graph.inputs, inputs, strict=True)}
        outputs = session.run(None, named)
        count = len(graph.outputs)
        expected = part(*inputs, *(torch.from_numpy(drawn) for drawn in outputs[count:]))
        expected = (expected,) if isinstance(expected, Tensor) else expected
        for name, one, other in zip(graph.outputs, outputs, expected, strict=False):
            yield _difference(graph.file, name, one, other.numpy())


def _session(path: Path) -> onnxruntime.InferenceSession:
    """The graph, ready to run, with its random draws as further outputs."""
    exported = onnx.load(path)
    draws = [node.output[0] for node in exported.graph.node if node.op_type == _RANDOM_OP]
    for name in draws:
        shape = onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        exported.graph.output.append(shape)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    serialised = exported.SerializeToString() if draws else str(path)
    return onnxruntime.InferenceSession(serialised, options, providers=["CPUExecutionProvider"])


def _difference(file: str, name: str, output: np.ndarray, expected: np.ndarray) -> float:
    if output.shape != expected.shape:
        raise UserError(f"{file}: {name} has shape {output.shape}, the model's {expected.shape}")
    difference = float(np.abs(output - expected).max(initial=0))
    if not difference <= TOLERANCE * max(1.0, float(np.abs(expected).max(initial=0))):
        raise UserError(f"{file}: {name} differs from the model's by {difference:g}")
    return difference
