"""Weights alone, as they were published: {state_dict} or {model}, a network, or bare tensors.

`tacotron2_statedict.pt`, `waveglow_256channels_universal_v5.pt`
"""

from ..contents import Contents, Raw
from .layouts import contents_of


def holds(raw: Raw) -> bool:
    """Whether there is a state_dict and nothing that counts steps or epochs."""
    return "state_dict" in raw.fields and not {"iteration", "epoch"} & set(raw.fields)


def read(raw: Raw) -> Contents:
    """The weights; raises CheckpointError where they are no known model's."""
    return contents_of(raw, "published", raw.attributes)
