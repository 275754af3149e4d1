"""The symbols that a voice hardly reads in training, and can hardly speak."""

from collections.abc import Sequence
from dataclasses import replace

from ...text.characters import name_symbol
from ..checkpoints.contents import Contents
from ..data.items import Items
from ..frontend import OFTEN, FrontendConfig

_SHOWN = 12


def with_rare(
    frontend: FrontendConfig,
    items: Items,
    started_from: Contents | None = None,
    continued: Contents | None = None,
) -> FrontendConfig:
    """The front end with the symbols that these clips and those of the former run hardly have.

    What a checkpoint does not state, it is taken to have read often.
    """
    before = started_from or continued
    known = before.frontend.symbols or frontend.symbols if before else ()
    former = dict(before.frontend.rare) if before else {}
    rare = []
    counts = items.symbol_counts(len(frontend.symbols))
    for symbol, count in zip(frontend.symbols[1:], counts[1:], strict=True):
        earlier = former.get(symbol, OFTEN) if symbol in known else 0
        # A run that is resumed reads the same clips again.
        total = max(count, earlier) if continued else count + earlier
        if total < OFTEN:
            rare.append((symbol, total))
    return replace(frontend, rare=tuple(rare))


def rare_line(frontend: FrontendConfig, items: Items) -> str:
    """The rare symbols of some clips with their counts, and those that never occur; "" for none.

    Most of NVIDIA's table occurs in no text, which is not told.
    """
    counts = items.symbol_counts(len(frontend.symbols))
    pairs = sorted(zip(counts[1:], frontend.symbols[1:], strict=True))
    rare = [f"{name_symbol(symbol)} {count}" for count, symbol in pairs if 0 < count < OFTEN]
    never = [name_symbol(symbol) for count, symbol in pairs if not count and frontend.state]
    parts = [f"rare symbols, with their counts: {_listed(rare)}"] if rare else []
    if len(never) > _SHOWN:
        parts.append(f"{len(never)} of {len(pairs)} symbols never occur")
    elif never:
        parts.append(f"symbols that never occur: {_listed(never)}")
    return "; ".join(parts)


def _listed(names: Sequence[str]) -> str:
    more = f", and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
