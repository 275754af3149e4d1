"""The description of a model's graphs agrees with what its modules take and return."""

from dataclasses import replace

import pytest
import torch

from tests.train.made_checkpoints import made_checkpoint, made_vocoder
from voiceprep.errors import UserError
from voiceprep.train.checkpoints.onnx import find_graphs
from voiceprep.train.registry import MODELS


@pytest.mark.parametrize("made", [made_checkpoint, made_vocoder])
def test_a_graph_names_all_values_of_its_module_and_their_free_axes(made):
    held = made()
    network = held.build()
    graphs = find_graphs(held.model)
    assert len({graph.file for graph in graphs}) == len(graphs)
    for graph in graphs:
        module, shapes = graph.part(network), []
        for batch, length in ((2, 9), (3, 12)):
            inputs = graph.example(network, batch, length)
            assert len(inputs) == len(graph.inputs)
            with torch.no_grad():
                outputs = module(*inputs)
            outputs = outputs if isinstance(outputs, tuple) else (outputs,)
            assert len(outputs) == len(graph.outputs)
            shapes.append([value.shape for value in (*inputs, *outputs)])
        assert set(graph.axes) <= {*graph.inputs, *graph.outputs}
        names = [*graph.inputs, *graph.outputs]
        for name, one, other in zip(names, *shapes, strict=True):
            free = {axis for axis in range(len(one)) if one[axis] != other[axis]}
            assert free == set(graph.axes.get(name, {})), name


def test_a_model_without_graphs_is_an_error(monkeypatch):
    monkeypatch.setitem(MODELS, "toy", replace(MODELS["waveglow"], name="toy", onnx=""))
    with pytest.raises(UserError, match="onnx"):
        find_graphs("toy")
