"""The HTML page of `infer-stats`: how often synthesis fails, and why.

All times are in seconds.
"""

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .drawing import thin
from .page import write_page

# A larger wav is linked, not embedded.
LARGEST_INLINE = 1_000_000


@dataclass(frozen=True)
class Share:
    """A share of runs with its interval, 0 to 1, as text in `label`; `note` explains the name."""

    name: str
    label: str
    rate: float
    low: float
    high: float
    note: str = ""


@dataclass(frozen=True)
class Effect:
    """Two conditions compared: both failure rates, their difference with its interval.

    `significant`: the interval excludes zero; seconds: how much longer the second one speaks.
    """

    first: str
    second: str
    before: float
    after: float
    difference: float
    low: float
    high: float
    significant: bool
    p_value: float
    seconds: float

    @property
    def reach(self) -> float:
        """The largest distance from zero that is drawn."""
        return max(abs(self.low), abs(self.high), abs(self.difference), 0.01)


@dataclass(frozen=True)
class Thresholds:
    """The shares of runs that miss the end or stop before it, by gate threshold.

    The recommended threshold lies within `low` to `high`; `now` is the one that was used.
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
        """The largest share on the axis, rounded up to tenths."""
        most = max(share.high for share in (*self.missed, *self.premature))
        return max(1, math.ceil(10 * most - 1e-9)) / 10

    @property
    def shares(self) -> list[tuple[float, str]]:
        """The shares labelled on the axis, with their labels."""
        return [(part * self.ceiling, f"{100 * part * self.ceiling:g} %") for part in (0, 0.5, 1)]


@dataclass(frozen=True, eq=False)
class Gates:
    """The gate of one text over its seeds: median and band of each step, (S,).

    stops: when the gate stopped a run; unstopped: how many runs it did not stop; end: the median
    time at which attention reached the end of the text, None where it never did.
    """

    name: str
    text: str
    step_seconds: float
    median: np.ndarray
    low: np.ndarray
    high: np.ndarray
    stops: Sequence[float]
    unstopped: int
    end: float | None

    @property
    def seconds(self) -> float:
        """The length of the curves."""
        return len(self.median) * self.step_seconds

    @property
    def places(self) -> list[float]:
        """The times of the points that are drawn."""
        return _midpoints(len(thin(self.median)), self.seconds)

    def drawn(self, curve: np.ndarray) -> list[float]:
        """The points of a curve that are drawn."""
        return [float(value) for value in thin(curve)]


@dataclass(frozen=True, eq=False)
class Failed:
    """A failed run: alignment (S, N), gate (S,), the cause and its meaning, and its sound.

    Alignment and gate are None of a model that has none. stop: when the gate stopped it, None
    where it did not; sound: a wav beside the page.
    """

    name: str
    text: str
    seed: int
    cause: str
    meaning: str
    alignment: np.ndarray | None
    gate: np.ndarray | None
    step_seconds: float
    stop: float | None
    end: float | None
    sound: Path | None = None

    @property
    def seconds(self) -> float:
        """The length of the run, which may go on after its stop."""
        curve = self.alignment if self.gate is None else self.gate
        return (0 if curve is None else len(curve)) * self.step_seconds

    @property
    def address(self) -> str:
        """The URL of the sound: a data URL, or the wav beside the page; "" without a sound."""
        if self.sound is None:
            return ""
        if self.sound.stat().st_size > LARGEST_INLINE:
            return self.sound.name
        return f"data:audio/wav;base64,{base64.b64encode(self.sound.read_bytes()).decode()}"

    @property
    def curve(self) -> list[float]:
        """The points of the gate that are drawn."""
        return [] if self.gate is None else [float(value) for value in thin(self.gate)]

    @property
    def places(self) -> list[float]:
        """The times of these points."""
        return _midpoints(len(self.curve), self.seconds)


@dataclass(frozen=True)
class SentenceRow:
    """One text over its seeds: failure rate, causes, length and its standard deviation.

    lag: the median time from the end of the text to the stop; None where no gate opened.
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
class VoiceStats:
    """The results of one voice."""

    name: str
    runs: int
    failed: Share
    causes: Sequence[Share]
    by_length: Sequence[Share]
    by_ending: Sequence[Share]
    endings: Sequence[Effect]
    thresholds: Thresholds | None
    gates: Sequence[Gates]
    sentences: Sequence[SentenceRow]


@dataclass(frozen=True, eq=False)
class StatsPage:
    """The content of the page.

    facts: names and values of the settings; files: the data files beside the page; threshold: the
    gate threshold that was used; trend: the failure rate of a training run's checkpoints by step.
    """

    verdict: Sequence[str]
    facts: Sequence[tuple[str, str]]
    voices: Sequence[VoiceStats]
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
        """Whether any run failed."""
        return bool(self.over_limit) or any(voice.failed.rate > 0 for voice in self.voices)


def write_stats(page: StatsPage, target: Path) -> None:
    """Write the page to one file."""
    write_page(target, "speech.html", page=page)


def _midpoints(count: int, seconds: float) -> list[float]:
    """The midpoints of `count` equal parts of `seconds`."""
    return [seconds * (place + 0.5) / count for place in range(count)]
