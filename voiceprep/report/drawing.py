"""Coordinates, paths, ticks and images for the SVG drawings of the pages."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .plots import INK

# A longer curve is drawn as the maxima of so many blocks.
MOST_POINTS = 240
MOST_PIXELS = (320, 480)
TICKS = 5
# Colours from 0 to 1, for a white page.
GAMMA = 0.6
SHADES = ("#ffffff", "#cfe0ee", "#5b93bd", INK)


@dataclass(frozen=True)
class Plane:
    """Maps values, `start` to `end` by `bottom` to `ceiling`, to the pixels of a box."""

    end: float
    ceiling: float = 1.0
    bottom: float = 0.0
    start: float = 0.0
    left: float = 36
    top: float = 10
    width: float = 314
    height: float = 118

    def x(self, value: float) -> float:
        """The horizontal pixel of a value."""
        share = (value - self.start) / ((self.end - self.start) or 1.0)
        return round(self.left + self.width * share, 1)

    def y(self, value: float) -> float:
        """The vertical pixel of a value, counted from the top."""
        share = (value - self.bottom) / ((self.ceiling - self.bottom) or 1.0)
        return round(self.top + self.height * (1 - share), 1)

    def line(self, xs: Sequence[float], ys: Sequence[float]) -> str:
        """The path of a curve; values that are not finite are left out."""
        points = [f"{self.x(x)} {self.y(y)}" for x, y in zip(xs, ys, strict=True) if np.isfinite(y)]
        return f"M{'L'.join(points)}" if points else ""

    def area(self, xs: Sequence[float], low: Sequence[float], high: Sequence[float]) -> str:
        """The closed path around the area between two curves."""
        path = self.line([*xs, *reversed(xs)], [*high, *reversed(low)])
        return f"{path}Z" if path else ""


def ticks(end: float, start: float = 0.0) -> list[str]:
    """Labels of about TICKS round numbers from `start` to `end`."""
    if not end > start or not np.isfinite(end - start):
        return [f"{start:.6g}"]
    rough = (end - start) / TICKS
    power = 10 ** np.floor(np.log10(rough))
    step = power * next(factor for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first, last = int(np.ceil(start / step - 1e-9)), int(np.floor(end / step + 1e-9))
    return [f"{number * step:.6g}" for number in range(first, last + 1)]


def thin(values: np.ndarray, most: int = MOST_POINTS) -> np.ndarray:
    """The maxima of `most` blocks of a curve; a shorter curve as it is."""
    if len(values) <= most:
        return values
    return np.maximum.reduceat(
        values, np.linspace(0, len(values), most, endpoint=False).astype(int)
    )


def picture(values: np.ndarray) -> str:
    """An array (rows from the bottom up, columns), 0 to 1, as a PNG in a data URL.

    The largest value is the darkest; GAMMA darkens faint values so that they are visible.
    """
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.image import imsave

    small = thin(thin(values, MOST_PIXELS[0]).T, MOST_PIXELS[1]).T ** GAMMA
    file = io.BytesIO()
    shades = LinearSegmentedColormap.from_list("paper", SHADES)
    imsave(file, small, cmap=shades, vmin=0, vmax=small.max() or 1, origin="lower", format="png")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
