"""Coordinates, ticks, reduced curves and images."""

import base64
import io

import numpy as np
import pytest
from matplotlib.image import imread

from voiceprep.report.drawing import MOST_PIXELS, Plane, picture, thin, ticks


def pixels(address):
    kind, _, data = address.partition(",")
    assert kind == "data:image/png;base64"
    return imread(io.BytesIO(base64.b64decode(data)))[..., 0]


def test_values_lie_between_the_edges_of_a_plane():
    plane = Plane(2.0, left=10, width=100, top=5, height=50)
    assert [plane.x(value) for value in (0, 1, 2)] == [10, 60, 110]
    assert [plane.y(value) for value in (0, 0.5, 1)] == [55, 30, 5]


def test_values_that_are_not_finite_are_left_out_of_a_line():
    plane = Plane(2.0, left=0, width=2, top=0, height=1)
    assert plane.line([0, 1, 2], [0, np.nan, 1]) == "M0.0 1.0L2.0 0.0"
    assert plane.line([], []) == plane.area([], [], []) == ""
    assert plane.area([0, 2], [0, 0], [1, 1]) == "M0.0 0.0L2.0 0.0L2.0 1.0L0.0 1.0Z"


@pytest.mark.parametrize(
    ("end", "wanted"),
    [
        (1.0, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (3.4, ["0", "1", "2", "3"]),
        (23, ["0", "5", "10", "15", "20"]),
        (0, ["0"]),
        (np.nan, ["0"]),
    ],
)
def test_ticks_are_round(end, wanted):
    assert ticks(end) == wanted


def test_a_long_curve_keeps_its_peaks():
    curve = np.zeros(1000)
    curve[777] = 1
    assert len(thin(curve, 240)) == 240
    assert thin(curve, 240).max() == 1
    np.testing.assert_array_equal(thin(curve[:100], 240), curve[:100])


def test_a_picture_is_darkest_where_most_is_and_no_larger_than_it_shows():
    values = np.zeros((3, 4))
    values[0, 1], values[2, 3] = 0.2, 0.1
    drawn = pixels(picture(values))
    assert drawn.shape == (3, 4)
    assert drawn[2, 1] == drawn.min()
    assert drawn[0, 0] == 1
    assert drawn[2, 1] < drawn[0, 3] < 1
    assert pixels(picture(np.zeros((900, 900)))).shape == MOST_PIXELS
    assert (pixels(picture(np.zeros((2, 2)))) == 1).all()


def test_a_plane_may_begin_anywhere():
    plane = Plane(-20.0, start=-60.0, left=0, width=100)
    assert [plane.x(value) for value in (-60, -40, -20)] == [0, 50, 100]
    assert ticks(-20, -60) == ["-60", "-50", "-40", "-30", "-20"]
    assert ticks(1.1, -0.6) == ["-0.5", "0", "0.5", "1"]
    assert ticks(2, 2) == ["2"]
