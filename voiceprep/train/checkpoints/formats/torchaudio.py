"""Weights of torchaudio.models.Tacotron2: the original's, without the names of its wrappers.

Its published voices have other symbol sets, identified by their size: 38 with lower-case letters,
or 96 with ARPAbet phonemes. Those made for its WaveRNN produce mels with another hop and other
filters, which the file does not state.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from ..contents import Contents, Raw
from ..layout import recognize

# The original has a wrapper, `conv` or `linear_layer`, between these names and the weight.
_CONVOLUTIONS = re.compile(
    r"((?:encoder|postnet)\.convolutions\.\d+\.0|.*\.location_conv)\.(weight|bias)$"
)
_LINEARS = re.compile(
    r"(.*\.prenet\.layers\.\d+|.*\.(?:query_layer|memory_layer|v|location_dense)|"
    r".*\.(?:linear_projection|gate_layer))\.(weight|bias)$"
)
_MARK = "decoder.linear_projection.weight"


def holds(raw: Raw) -> bool:
    """Whether the mel projection has no wrapper."""
    weights = raw.fields.get("state_dict")
    return isinstance(weights, Mapping) and any(str(key).endswith(_MARK) for key in weights)


def read(raw: Raw) -> Contents:
    """The weights; raises CheckpointError where they are not Tacotron 2's."""
    named = {original_name(str(key)): value for key, value in raw.fields["state_dict"].items()}
    fields = {**raw.fields, "state_dict": named}
    return recognize(replace(raw, fields=fields), "torchaudio")


def original_name(name: str) -> str:
    """A weight's name in NVIDIA's model: `decoder.gate_layer.linear_layer.bias`."""
    name = _CONVOLUTIONS.sub(r"\1.conv.\2", name)
    return _LINEARS.sub(r"\1.linear_layer.\2", name)
