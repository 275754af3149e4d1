"""Published weights without training state: {state_dict} or {model}, a network, or tensors.

`tacotron2_statedict.pt`, `waveglow_256channels_universal_v5.pt`
"""

from ..contents import Contents, Raw
from ..layout import recognize


def holds(raw: Raw) -> bool:
    """Whether there is a state_dict and no counter of steps or epochs."""
    return "state_dict" in raw.fields and not {"iteration", "epoch"} & set(raw.fields)


def read(raw: Raw) -> Contents:
    """The weights; raises CheckpointError where they are no known model's."""
    return recognize(raw, "published", raw.attributes)
