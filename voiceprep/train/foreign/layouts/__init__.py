"""The weights of each model as NVIDIA's systems save them: one file each, and their table.

The containers differ; what lies in them is one of a few layouts, with the prefixes of whatever
the model was wrapped in when it was saved.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ....errors import CheckpointError
from ...contents import Contents, Raw
from . import tacotron2, waveglow
from .layout import Layout, in_our_order, plain_weights

LAYOUTS: dict[str, Layout] = {"tacotron2": tacotron2.LAYOUT, "waveglow": waveglow.LAYOUT}
"""By the model's name in MODELS; weights are of the first one that holds their names."""


def contents_of(
    raw: Raw, origin: str, told: Mapping[str, Any] | None = None, **more: Any
) -> Contents:
    """The contents of a container that says little of its model and nothing of its voice.

    Which model it is comes from the names of its weights, its sizes from their shapes; `told` is
    what the container says of the sizes. `more` are further fields of Contents.
    """
    weights, notes = plain_weights(raw)
    model = next((name for name, layout in LAYOUTS.items() if layout.holds(weights)), None)
    if model is None:
        first = next(iter(weights), None)
        unknown = f"its weights are no model's that is known here; the first of them is {first}"
        raise CheckpointError(raw.path, unknown if first else "it has no weights")
    known = LAYOUTS[model].read(weights, raw, told or {})
    weights = in_our_order(known.weights, model, known.config)
    notes += known.notes
    return Contents(
        model, asdict(known.config), known.voice, weights, origin=origin, notes=notes, **more
    )
