"""The ONNX graphs that a model is exported as: a table in the model's folder."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from torch import Tensor, nn

from ..registry import find_model

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True)
class Graph(Generic[Network]):
    """One file: `part` makes the exported module from the model.

    `inputs` and `outputs` name its values, `axes` those of their axes whose length is free;
    `example` makes inputs for a batch and a length, in the order of `inputs`.
    """

    file: str
    part: Callable[[Network], nn.Module]
    example: Callable[[Network, int, int], tuple[Tensor, ...]]
    inputs: Sequence[str]
    outputs: Sequence[str]
    axes: Mapping[str, Mapping[int, str]] = field(default_factory=dict)


def find_graphs(model: str) -> tuple[Graph[nn.Module], ...]:
    """The graphs of a model; raises UserError for one without."""
    graphs: tuple[Graph[nn.Module], ...] = find_model(model).load("onnx")
    return graphs
