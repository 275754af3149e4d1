"""Numbers as parts of SVG: planes with their axes, lines, bands and pictures."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .plots import INK

# Of a longer curve the largest value of as many stretches is drawn.
MOST_POINTS = 240
MOST_PIXELS = (320, 480)
TICKS = 5
# From nothing to all, as a picture on white paper.
GAMMA = 0.6
SHADES = ("#ffffff", "#cfe0ee", "#5b93bd", INK)


@dataclass(frozen=True)
class Plane:
    """Where values lie on a drawing: `start` to `end` and `bottom` to `ceiling`, in a box."""

    end: float
    ceiling: float = 1.0
    bottom: float = 0.0
    start: float = 0.0
    left: float = 36
    top: float = 10
    width: float = 314
    height: float = 118

    def x(self, value: float) -> float:
        """The place of a value from left to right."""
        share = (value - self.start) / ((self.end - self.start) or 1.0)
        return round(self.left + self.width * share, 1)

    def y(self, value: float) -> float:
        """The place of a value from the top down."""
        share = (value - self.bottom) / ((self.ceiling - self.bottom) or 1.0)
        return round(self.top + self.height * (1 - share), 1)

    def line(self, places: Sequence[float], values: Sequence[float]) -> str:
        """The path of a curve; what is no number is left out."""
        points = [
            f"{self.x(place)} {self.y(value)}"
            for place, value in zip(places, values, strict=True)
            if np.isfinite(value)
        ]
        return f"M{'L'.join(points)}" if points else ""

    def area(self, places: Sequence[float], low: Sequence[float], high: Sequence[float]) -> str:
        """The path around what lies between two curves."""
        around = [*places, *reversed(places)], [*high, *reversed(low)]
        path = self.line(*around)
        return f"{path}Z" if path else ""


def ticks(end: float, start: float = 0.0) -> list[str]:
    """Round numbers from `start` up to `end`, about TICKS of them, as they are written."""
    if not end > start or not np.isfinite(end - start):
        return [f"{start:.6g}"]
    rough = (end - start) / TICKS
    power = 10 ** np.floor(np.log10(rough))
    step = power * next(round_ for round_ in (1, 2, 5, 10) if round_ * power >= rough * 0.999)
    first, last = int(np.ceil(start / step - 1e-9)), int(np.floor(end / step + 1e-9))
    return [f"{number * step:.6g}" for number in range(first, last + 1)]


def thin(values: np.ndarray, most: int = MOST_POINTS) -> np.ndarray:
    """The largest values of `most` stretches of a curve, all of a shorter one."""
    if len(values) <= most:
        return values
    return np.maximum.reduceat(
        values, np.linspace(0, len(values), most, endpoint=False).astype(int)
    )


def picture(values: np.ndarray) -> str:
    """An array (rows from the bottom up, columns), 0 to 1, as the address of a PNG of its own.

    The largest value is the darkest; what is faint is drawn darker than it is, or it would not
    show.
    """
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.image import imsave

    small = thin(thin(values, MOST_PIXELS[0]).T, MOST_PIXELS[1]).T ** GAMMA
    file = io.BytesIO()
    shades = LinearSegmentedColormap.from_list("paper", SHADES)
    imsave(file, small, cmap=shades, vmin=0, vmax=small.max() or 1, origin="lower", format="png")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
