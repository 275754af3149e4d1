"""The symbols that a voice hardly reads in training, and can hardly speak."""

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
    """The rare symbols of some clips with their counts; "" where there are none.

    Most of NVIDIA's table occurs in no text: of it, those that occur.
    """
    counts = items.symbol_counts(len(frontend.symbols))
    least = 0 if frontend.state else 1
    pairs = list(zip(frontend.symbols, counts, strict=True))[1:]
    rare = [(count, symbol) for symbol, count in pairs if least <= count < OFTEN]
    shown = ", ".join(f"{name_symbol(symbol)} {count}" for count, symbol in sorted(rare)[:_SHOWN])
    more = f", and {len(rare) - _SHOWN} more" if len(rare) > _SHOWN else ""
    return f"rare symbols, with their counts: {shown}{more}" if rare else ""
