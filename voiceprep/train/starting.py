"""Where a run starts from: weights of another voice, and what of the model is to train."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from ..errors import SettingError, UserError, nearest
from .contents import Contents
from .voice import Voice

EMBEDDING = "embedding.weight"
Fate = Literal["loaded", "mapped", "ignored", "mismatched", "missing", "unexpected"]
FATES: tuple[Fate, ...] = ("loaded", "mapped", "ignored", "mismatched", "missing", "unexpected")
Shape = tuple[int, ...]
_SHOWN, _LISTED = 12, 5


@dataclass(frozen=True)
class Row:
    """What came of one tensor: its shape in the model and in the checkpoint, None where not there.

    loaded; mapped (an embedding, symbol by symbol); ignored, as was asked for; mismatched (of
    another shape) and missing (not in the checkpoint), which keep what they began with;
    unexpected (only in the checkpoint).
    """

    name: str
    fate: Fate
    model: Shape | None
    checkpoint: Shape | None
    why: str = ""


@dataclass(frozen=True)
class Report:
    """What a warm start took over, a row for each tensor, in the model's order."""

    rows: tuple[Row, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many tensors had each fate."""
        return {fate: sum(row.fate == fate for row in self.rows) for fate in FATES}

    def lines(self, verbose: bool = False) -> list[str]:
        """The counts for a person, then a line for each tensor that was not simply loaded.

        All tensors where `verbose`.
        """
        told = [row for row in self.rows if verbose or row.fate != "loaded"]
        counts = ", ".join(f"{count} {fate}" for fate, count in self.counts.items() if count)
        width = max((len(row.name) for row in told), default=0)
        return [f"weights: {counts}", *(_line(row, width) for row in told)]

    def plain(self) -> Iterator[dict[str, Any]]:
        """The rows as records."""
        yield from (asdict(row) for row in self.rows)


def warm_start(
    model: nn.Module, voice: Voice, checkpoint: Contents, ignore_layers: str = ""
) -> Report:
    """Fill the model, in place, with what fits of a checkpoint's weights.

    Where the symbols of the two differ, the embedding is filled by the symbols' names, and new
    symbols keep what they began with. `ignore_layers` names tensors or parts of the model that
    keep theirs, as in `embedding.weight` or `encoder,gate_layer`. Raises SettingError for a name
    that is none, UserError where nothing fits.
    """
    ours = model.state_dict()
    ignored = {key for name in _split(ignore_layers) for key in _keys(model, name)}
    rows = [_fill(name, ours[name], voice, checkpoint, name in ignored) for name in ours]
    if not any(row.fate in ("loaded", "mapped") for row in rows):
        raise UserError("nothing in the checkpoint fits this model: is it one of another system?")
    rows += [
        Row(name, "unexpected", None, tuple(value.shape))
        for name, value in checkpoint.weights.items()
        if name not in ours
    ]
    return Report(tuple(rows))


def freeze(model: nn.Module, names: str) -> int:
    """Keep parts of the model from training; how many parameters are left that do.

    `names` are parts as in `encoder,postnet` or `decoder.prenet`, or single tensors. Raises
    SettingError for a name that is none, naming the nearest, and where nothing would train.
    """
    frozen = {key for name in _split(names) for key in _keys(model, name)}
    for name, parameter in model.named_parameters():
        if name in frozen:
            parameter.requires_grad_(False)
    count = sum(value.numel() for value in model.parameters() if value.requires_grad)
    if not count:
        raise SettingError(f"freeze = {names}: nothing is left that trains", "freeze")
    return count


def rest_norms(model: nn.Module) -> None:
    """Make frozen batch norms use and keep the statistics that they have.

    To be called after each `model.train()`, which would let them follow the new voice.
    """
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm) and not any(
            parameter.requires_grad for parameter in module.parameters()
        ):
            module.eval()


@torch.no_grad()
def _fill(name: str, ours: Tensor, voice: Voice, checkpoint: Contents, ignored: bool) -> Row:
    theirs = checkpoint.weights.get(name)
    shapes = tuple(ours.shape), None if theirs is None else tuple(theirs.shape)
    if ignored:
        return Row(name, "ignored", *shapes)
    if theirs is None:
        return Row(name, "missing", *shapes)
    known = checkpoint.voice.symbols
    if name == EMBEDDING and known and known != voice.symbols and shapes[0][1:] == shapes[1][1:]:
        return Row(name, "mapped", *shapes, _map_symbols(ours, voice.symbols, theirs, known))
    if shapes[0] != shapes[1]:
        return Row(name, "mismatched", *shapes)
    ours.copy_(theirs)
    unknown = name == EMBEDDING and not known
    return Row(name, "loaded", *shapes, "its symbols are taken to be ours" if unknown else "")


def _map_symbols(
    ours: Tensor, wanted: tuple[str, ...], theirs: Tensor, known: tuple[str, ...]
) -> str:
    places = {symbol: place for place, symbol in enumerate(known)}
    pairs = [(row, places[symbol]) for row, symbol in enumerate(wanted) if symbol in places]
    if pairs:
        rows, sources = (torch.tensor(part) for part in zip(*pairs, strict=True))
        ours[rows.to(ours.device)] = theirs[sources].to(ours)
    new = [symbol for symbol in wanted if symbol not in places]
    told = f"{len(pairs)} of {len(wanted)} symbols by name"
    more = " …" if len(new) > _SHOWN else ""
    return f"{told}; new: {' '.join(new[:_SHOWN])}{more}" if new else told


def _split(names: str) -> list[str]:
    return names.replace(",", " ").split()


def _keys(model: nn.Module, name: str) -> set[str]:
    """The tensors that a name means: one, or all of a part, which its last name may stand for."""
    keys = list(model.state_dict())
    parts = dict.fromkeys(key.rpartition(".")[0] for key in keys)
    every = {".".join(part.split(".")[:depth]) for part in parts for depth in range(1, 9)}
    meant = {part for part in {*every, *keys} if part == name or part.endswith(f".{name}")}
    found = meant & {name} or meant
    if len(found) != 1:
        raise SettingError(f"the model has no part {name!r}: {_hint(name, found, every)}", name)
    (part,) = found
    return {key for key in keys if key == part or key.startswith(f"{part}.")}


def _hint(name: str, meant: set[str], parts: set[str]) -> str:
    if meant:
        return f"it may be any of {', '.join(sorted(meant)[:_LISTED])}"
    named = sorted(part for part in parts if part.count(".") < 2 and not part[-1].isdigit())
    begun = [part for part in named if part.rpartition(".")[2].startswith(name)]
    return f"did you mean {begun[0]!r}?" if begun else nearest(name, named)


def _line(row: Row, width: int) -> str:
    shapes = f"{_shape(row.model)} ← {_shape(row.checkpoint)}"
    why = f": {row.why}" if row.why else ""
    return f"  {row.fate:<11} {row.name:<{width}}  {shapes}{why}"


def _shape(shape: Shape | None) -> str:
    if shape is None:
        return "nothing"
    return "×".join(map(str, shape)) or "one number"
