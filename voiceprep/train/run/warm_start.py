"""Fine-tuning: weights taken over from another voice, and parts of the model frozen."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from ...errors import SettingError, UserError, nearest
from ..checkpoints.contents import Contents
from ..frontend import FrontendConfig
from .symbol_sources import SymbolSources, suggest_sources

EMBEDDING = "embedding.weight"
Fate = Literal["loaded", "mapped", "ignored", "mismatched", "missing", "unexpected"]
FATES: tuple[Fate, ...] = ("loaded", "mapped", "ignored", "mismatched", "missing", "unexpected")
Shape = tuple[int, ...]
_SHOWN, _LISTED = 12, 5


@dataclass(frozen=True)
class TensorRow:
    """The result for one tensor: its shape in the model and in the checkpoint, None if absent.

    loaded; mapped (an embedding, symbol by symbol); ignored, as requested; mismatched (of another
    shape) and missing (not in the checkpoint), which keep their initial values; unexpected (only
    in the checkpoint).
    """

    name: str
    fate: Fate
    model: Shape | None
    checkpoint: Shape | None
    why: str = ""


@dataclass(frozen=True)
class WarmStartReport:
    """What a warm start loaded, a row for each tensor, in the model's order."""

    rows: tuple[TensorRow, ...]

    @property
    def counts(self) -> dict[str, int]:
        """The number of tensors with each fate."""
        return {fate: sum(row.fate == fate for row in self.rows) for fate in FATES}

    def lines(self, verbose: bool = False) -> list[str]:
        """The counts as text, then a line for each tensor that was not simply loaded.

        All tensors where `verbose`.
        """
        rows = [row for row in self.rows if verbose or row.fate != "loaded"]
        counts = ", ".join(f"{count} {fate}" for fate, count in self.counts.items() if count)
        width = max((len(row.name) for row in rows), default=0)
        return [f"weights: {counts}", *(_line(row, width) for row in rows)]

    def plain(self) -> Iterator[dict[str, Any]]:
        """The rows as records."""
        yield from (asdict(row) for row in self.rows)


def warm_start(
    model: nn.Module,
    voice: FrontendConfig,
    checkpoint: Contents,
    ignore_layers: str = "",
    symbol_from: str = "",
) -> WarmStartReport:
    """Load into the model, in place, the weights of a checkpoint that fit.

    Where the symbols of the two differ, the embedding is mapped by the symbols' names, and new
    symbols keep their initial values, or start from those that `symbol_from` names, as in
    `é=e,œ=o+e`. `ignore_layers` names tensors or parts of the model that are not loaded, as in
    `embedding.weight` or `encoder,gate_layer`. Raises SettingError for an unknown name, UserError
    where nothing fits.
    """
    ours = model.state_dict()
    ignored = {key for name in _split(ignore_layers) for key in _keys(model, name)}
    sources = SymbolSources.parse(symbol_from, voice.symbols, checkpoint.frontend.symbols)
    rows = [_fill(name, ours[name], voice, checkpoint, name in ignored, sources) for name in ours]
    if sources and not any(row.fate == "mapped" for row in rows):
        why = "the embedding is not taken from the checkpoint: leave --symbol-from out"
        raise SettingError(f"symbol_from = {symbol_from}: {why}", "symbol_from")
    if not any(row.fate in ("loaded", "mapped") for row in rows):
        raise UserError("nothing in the checkpoint fits this model: is it of another model?")
    rows += [
        TensorRow(name, "unexpected", None, tuple(value.shape))
        for name, value in checkpoint.weights.items()
        if name not in ours
    ]
    return WarmStartReport(tuple(rows))


def freeze(model: nn.Module, names: str) -> int:
    """Freeze parts of the model; returns the number of parameters that still train.

    `names` are parts as in `encoder,postnet` or `decoder.prenet`, or single tensors. Raises
    SettingError for an unknown name, naming the nearest, and where nothing would train.
    """
    frozen = {key for name in _split(names) for key in _keys(model, name)}
    for name, parameter in model.named_parameters():
        if name in frozen:
            parameter.requires_grad_(False)
    count = sum(value.numel() for value in model.parameters() if value.requires_grad)
    if not count:
        raise SettingError(f"freeze = {names}: no parameter is left to train", "freeze")
    return count


def rest_norms(model: nn.Module) -> None:
    """Put frozen batch norms into evaluation mode, so that they keep their running statistics.

    Call it after each `model.train()`, which would let them adapt to the new voice.
    """
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm) and not any(
            parameter.requires_grad for parameter in module.parameters()
        ):
            module.eval()


@torch.no_grad()
def _fill(
    name: str,
    ours: Tensor,
    voice: FrontendConfig,
    checkpoint: Contents,
    ignored: bool,
    sources: SymbolSources,
) -> TensorRow:
    theirs = checkpoint.weights.get(name)
    shapes = tuple(ours.shape), None if theirs is None else tuple(theirs.shape)
    if ignored:
        return TensorRow(name, "ignored", *shapes)
    if theirs is None:
        return TensorRow(name, "missing", *shapes)
    known = checkpoint.frontend.symbols
    same_width = ours.shape[1:] == theirs.shape[1:]
    changes = bool(sources) or known != voice.symbols
    if name == EMBEDDING and known and changes and same_width:
        why = _map_symbols(ours, voice.symbols, theirs, known, sources)
        return TensorRow(name, "mapped", *shapes, why)
    if shapes[0] != shapes[1]:
        return TensorRow(name, "mismatched", *shapes)
    ours.copy_(theirs)
    assumed = name == EMBEDDING and not known
    note = "its symbols are assumed to be those of voiceprep" if assumed else ""
    return TensorRow(name, "loaded", *shapes, note)


def _map_symbols(
    ours: Tensor,
    symbols: tuple[str, ...],
    theirs: Tensor,
    known: tuple[str, ...],
    sources: SymbolSources,
) -> str:
    """Map the embedding in place; returns how many symbols were mapped, and which are new."""
    places = {symbol: place for place, symbol in enumerate(known)}
    for row, symbol in enumerate(symbols):
        if symbol in sources:
            ours[row] = theirs[[places[one] for one in sources[symbol]]].mean(0).to(ours)
        elif symbol in places:
            ours[row] = theirs[places[symbol]].to(ours)
    count = sum(symbol in places for symbol in symbols if symbol not in sources)
    lines = [f"{count} of {len(symbols)} symbols by name"]
    if sources:
        lines.append(f"from others: {_shorten(sources.described())}")
    if new := [symbol for symbol in symbols if symbol not in places and symbol not in sources]:
        advice = suggest_sources(new, known)
        lines.append(f"new: {_shorten(new)}" + (f" ({advice})" if advice else ""))
    return "; ".join(lines)


def _shorten(names: Sequence[str]) -> str:
    """The first names of many."""
    return " ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")


def _split(names: str) -> list[str]:
    return names.replace(",", " ").split()


def _keys(model: nn.Module, name: str) -> set[str]:
    """The tensors that a name selects: one, or all of a part, given by its path or last name."""
    keys = list(model.state_dict())
    parts = dict.fromkeys(key.rpartition(".")[0] for key in keys)
    every = {".".join(part.split(".")[:depth]) for part in parts for depth in range(1, 9)}
    matches = {part for part in {*every, *keys} if part == name or part.endswith(f".{name}")}
    found = matches & {name} or matches
    if len(found) != 1:
        raise SettingError(f"the model has no part {name!r}: {_hint(name, found, every)}", name)
    (part,) = found
    return {key for key in keys if key == part or key.startswith(f"{part}.")}


def _hint(name: str, matches: set[str], parts: set[str]) -> str:
    if matches:
        return f"it may be any of {', '.join(sorted(matches)[:_LISTED])}"
    named = sorted(part for part in parts if part.count(".") < 2 and not part[-1].isdigit())
    prefixed = [part for part in named if part.rpartition(".")[2].startswith(name)]
    return f"did you mean {prefixed[0]!r}?" if prefixed else nearest(name, named)


def _line(row: TensorRow, width: int) -> str:
    shapes = f"{_shape(row.model)} ← {_shape(row.checkpoint)}"
    why = f": {row.why}" if row.why else ""
    return f"  {row.fate:<11} {row.name:<{width}}  {shapes}{why}"


def _shape(shape: Shape | None) -> str:
    if shape is None:
        return "nothing"
    return "×".join(map(str, shape)) or "one number"
