"""Limits on the failures of a voice, as they are typed."""

import math
from dataclasses import dataclass

from ...errors import nearest
from .causes import CAUSES


@dataclass(frozen=True)
class Limit:
    """The largest acceptable share of runs with some result."""

    name: str
    most: float

    @classmethod
    def read(cls, text: str) -> "Limit":
        """The limit as typed: `no_stop>0.02`, `failed>0`, or a cause with _ for spaces.

        Raises ValueError for another name or no number.
        """
        names = ["no_stop", "failed", *(cause.name.replace(" ", "_") for cause in CAUSES)]
        name, _, most = (part.strip() for part in text.partition(">"))
        if name not in names:
            raise ValueError(f"{text}: {nearest(name, names)}")
        try:
            share = float(most)
        except ValueError:
            share = math.nan
        if not math.isfinite(share):
            raise ValueError(f"{text}: must be a share, as in {name}>0.02")
        return cls(name, share)
