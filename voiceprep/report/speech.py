"""The page of a voice that was spoken many times over: records in, HTML out.

All times are in seconds.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .drawing import thin
from .page import write_page

# A larger wav lies beside the page.
LARGEST_INLINE = 1_000_000


@dataclass(frozen=True)
class Share:
    """A share of runs with its interval, 0 to 1, and how it is told; `note` tells what it means."""

    name: str
    told: str
    rate: float
    low: float
    high: float
    note: str = ""


@dataclass(frozen=True)
class Effect:
    """Two ways of speaking: the shares that failed, their difference with its interval.

    `sure`: the interval leaves out that there is none; seconds: how much longer the second is.
    """

    first: str
    second: str
    before: float
    after: float
    difference: float
    low: float
    high: float
    sure: bool
    chance: float
    seconds: float

    @property
    def reach(self) -> float:
        """The furthest from no difference that is drawn."""
        return max(abs(self.low), abs(self.high), abs(self.difference), 0.01)


@dataclass(frozen=True)
class Thresholds:
    """Of each gate threshold the share of runs that missed the end, and that came before it.

    The recommended one lies in `low` to `high`; `now` is what was spoken with.
    """

    levels: Sequence[float]
    missed: Sequence[Share]
    premature: Sequence[Share]
    recommended: float
    low: float
    high: float
    now: float

    @property
    def ceiling(self) -> float:
        """The largest share that is drawn: tenths of all."""
        most = max(share.high for share in (*self.missed, *self.premature))
        return max(1, np.ceil(10 * most - 1e-9)) / 10

    @property
    def shares(self) -> list[tuple[float, str]]:
        """The shares that are written beside the curves."""
        return [(part * self.ceiling, f"{100 * part * self.ceiling:g} %") for part in (0, 0.5, 1)]


@dataclass(frozen=True, eq=False)
class Gates:
    """The gate of one text over its seeds: the median and the band of each step, (S,).

    stops: where the gate ended it, in the runs in which it did; unstopped: how many it did not;
    end: where the text came to its end, in the median, None where it never did.
    """

    name: str
    text: str
    step_seconds: float
    middle: np.ndarray
    low: np.ndarray
    high: np.ndarray
    stops: Sequence[float]
    unstopped: int
    end: float | None

    @property
    def seconds(self) -> float:
        """How long the curves are."""
        return len(self.middle) * self.step_seconds

    @property
    def places(self) -> list[float]:
        """Where the points that are drawn lie."""
        return _middles(len(thin(self.middle)), self.seconds)

    def drawn(self, name: str) -> list[float]:
        """The points of one of the curves."""
        return thin(getattr(self, name)).tolist()


@dataclass(frozen=True, eq=False)
class Failed:
    """A run that failed: alignment (S, N), gate (S,), what went wrong, and what it sounds like.

    stop: where the gate ended it, None where it did not; sound: a wav beside the page.
    """

    name: str
    text: str
    seed: int
    cause: str
    meaning: str
    alignment: np.ndarray
    gate: np.ndarray
    step_seconds: float
    stop: float | None
    end: float | None
    sound: Path | None = None

    @property
    def seconds(self) -> float:
        """How long it went on, beyond its gate or not."""
        return len(self.gate) * self.step_seconds

    @property
    def address(self) -> str:
        """Where a browser finds the sound: within the page, or beside it; "" without."""
        if self.sound is None:
            return ""
        if self.sound.stat().st_size > LARGEST_INLINE:
            return self.sound.name
        return f"data:audio/wav;base64,{base64.b64encode(self.sound.read_bytes()).decode()}"

    @property
    def curve(self) -> list[float]:
        """The points of the gate that are drawn."""
        return thin(self.gate).tolist()

    @property
    def places(self) -> list[float]:
        """Where these lie."""
        return _middles(len(self.curve), self.seconds)


@dataclass(frozen=True)
class Sentence:
    """One text over its seeds: how often it failed and of what, how long it is, and how unevenly.

    lag: from the end of the text to the stop, in the median; None where no gate opened.
    """

    name: str
    text: str
    symbols: int
    failed: Share
    causes: str
    seconds: float
    deviation: float
    lag: float | None


@dataclass(frozen=True, eq=False)
class Voice:
    """All that is shown of one voice."""

    name: str
    runs: int
    failed: Share
    causes: Sequence[Share]
    by_length: Sequence[Share]
    by_ending: Sequence[Share]
    endings: Sequence[Effect]
    thresholds: Thresholds | None
    gates: Sequence[Gates]
    sentences: Sequence[Sentence]


@dataclass(frozen=True, eq=False)
class StatsPage:
    """What the page shows: the verdict first, then how it came about.

    facts: what was spoken and how, as names and values; files: what lies beside the page;
    threshold: the gate's, as it was spoken; trend: the failures of a run's checkpoints by step.
    """

    verdict: Sequence[str]
    facts: Sequence[tuple[str, str]]
    voices: Sequence[Voice]
    threshold: float
    over_limit: Sequence[str] = ()
    notes: Sequence[str] = ()
    pairs: Sequence[Effect] = ()
    worst: Sequence[Failed] = ()
    files: Sequence[str] = ()
    latencies: dict[str, float] = field(default_factory=dict)
    trend: Sequence[Share] = ()

    @property
    def bad(self) -> bool:
        """Whether anything failed."""
        return bool(self.over_limit) or any(voice.failed.rate > 0 for voice in self.voices)


def write_stats(page: StatsPage, target: Path) -> None:
    """Write the page into one file."""
    write_page(target, "speech.html", page=page)


def _middles(count: int, seconds: float) -> list[float]:
    """The middles of as many parts of a time."""
    return [seconds * (place + 0.5) / count for place in range(count)]
