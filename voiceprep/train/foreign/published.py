"""Weights alone, as `tacotron2_statedict.pt` was published: {state_dict}, or its bare tensors."""

from ..contents import Contents, Raw
from .layout import tacotron2_contents


def holds(raw: Raw) -> bool:
    """Whether there is a state_dict and nothing that counts steps or epochs."""
    return "state_dict" in raw.fields and not {"iteration", "epoch"} & set(raw.fields)


def read(raw: Raw) -> Contents:
    """The weights; raises CheckpointError where they are not Tacotron 2's."""
    return tacotron2_contents(raw, "published")
