"""The state of Adam, which identifies parameters by number, not by name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

_MOMENTS = ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")
_DEFAULTS = {"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 1e-6, "amsgrad": False}


def import_adam(
    found: Any, weights: Mapping[str, Tensor], order: Sequence[str], ours: Sequence[str]
) -> tuple[dict[str, Any] | None, str]:
    """A saved state of Adam for our model, or None and the reason.

    `order` names the file's parameters by number, `ours` our model's. torch before 1.5 numbered
    them by memory address: what counts is their order in the groups.
    """
    if not isinstance(found, Mapping) or not found.get("param_groups"):
        return None, "it holds no optimiser"
    if list(order) != list(ours):
        return None, "its optimiser was left out: its parameters are in another order"
    try:
        numbers = [number for group in found["param_groups"] for number in group["params"]]
        if len(numbers) != len(order):
            counts = f"{len(numbers)} parameters, the model {len(order)}"
            return None, f"its optimiser was left out: it has {counts}"
        state = {
            place: _moments(found["state"][number], weights[order[place]])
            for place, number in enumerate(numbers)
            if number in found["state"]
        }
        places = iter(range(len(numbers)))
        groups = [
            {**group, "params": [next(places) for _ in group["params"]]}
            for group in found["param_groups"]
        ]
    except (KeyError, TypeError, ValueError):
        return None, "its optimiser was left out: it is not Adam's for these weights"
    return {"state": state, "param_groups": groups}, ""


def check_adam(found: Any, weights: Mapping[str, Tensor], order: Sequence[str]) -> None:
    """Raise ValueError for what is not a state of Adam for these weights, in this order."""
    groups, state = found["param_groups"], found["state"]
    numbers = [number for group in groups for number in group["params"]]
    for group in groups:
        settings = [group["lr"], group["eps"], group["weight_decay"], *group["betas"]]
        if len(settings) != 5 or not all(isinstance(value, int | float) for value in settings):
            raise ValueError("a group of its optimiser has odd settings")
    if numbers != list(range(len(numbers))) or not set(state) <= set(numbers):
        raise ValueError("its optimiser numbers the weights in another way")
    for number, entry in state.items():
        step = entry["step"]
        plain = isinstance(step, int | float) or (isinstance(step, Tensor) and step.numel() == 1)
        if not plain or not 0 <= float(step) < float("inf"):
            raise ValueError("its optimiser has an odd number of steps")
        if len(numbers) == len(order):
            _moments(entry, weights[order[number]])


def _moments(entry: Mapping[str, Any], weight: Tensor) -> dict[str, Any]:
    moments = {name: entry[name] for name in _MOMENTS if name in entry}
    if len(moments) < 2 or any(value.shape != weight.shape for value in moments.values()):
        raise ValueError("not the moments of this weight")
    return {"step": torch.as_tensor(entry["step"], dtype=torch.float32), **moments}


def carried_adam(
    state: Mapping[str, Any],
    order: Sequence[str],
    carry: Callable[[Mapping[str, Tensor]], Mapping[str, Tensor]],
    new_order: Sequence[str],
) -> dict[str, Any] | None:
    """A state of Adam for the same weights in another layout, None where it cannot be converted.

    `order` names the parameters by number, `new_order` those of the new state; `carry` converts
    weights to the new layout, and the moments likewise, row by row.
    """
    entries, groups = state["state"], state["param_groups"]
    if len(groups) != 1 or (entries and len(entries) != len(order)):
        return None
    kinds = [name for name in _MOMENTS if entries and name in entries[0]]
    carried = {
        kind: carry({name: entries[place][kind] for place, name in enumerate(order)})
        for kind in kinds
    }
    step = torch.tensor(float(updates(state)))
    new = {
        place: {"step": step.clone(), **{kind: carried[kind][name] for kind in kinds}}
        for place, name in enumerate(new_order if kinds else ())
    }
    return {"state": new, "param_groups": [{**groups[0], "params": list(range(len(new_order)))}]}


def updates(optimizer: Mapping[str, Any] | None) -> int:
    """The number of steps an optimiser has made."""
    entries = optimizer["state"].values() if optimizer else ()
    return max((int(entry["step"]) for entry in entries), default=0)


def fresh_adam(count: int, learning_rate: float) -> dict[str, Any]:
    """The state of an Adam before its first step, for so many parameters."""
    group = {"lr": learning_rate, **_DEFAULTS, "params": list(range(count))}
    return {"state": {}, "param_groups": [group]}
