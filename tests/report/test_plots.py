import struct

import pytest

from voiceprep.report.plots import LONGEST_SECONDS, draw_silences


def size_of(path):
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG")
    return struct.unpack(">II", data[16:24])


@pytest.mark.parametrize(
    "values", [[], [0.3], [0.0, 0.0], [0.1, 0.2, 7.5], [LONGEST_SECONDS], [1e-9]]
)
def test_a_histogram_is_drawn_of_however_few_and_however_long_silences(tmp_path, values):
    draw_silences({"before": [0.1], "after": values}, tmp_path / "a.png")
    width, height = size_of(tmp_path / "a.png")
    assert width > 800
    assert height > 400


def test_every_silence_is_in_a_bar_and_those_beyond_the_end_are_told(tmp_path):
    draw_silences({"after": [0.1, 0.2, 9.0]}, tmp_path / "a.svg")
    drawn = (tmp_path / "a.svg").read_text()
    assert "<!-- after: 3, median 0.20 s, longest 9.00 s -->" in drawn
    assert "<!-- seconds (the last bar: and more) -->" in drawn


def test_the_same_silences_give_the_same_picture(tmp_path):
    for name in ("a.png", "b.png"):
        draw_silences({"after": [0.1, 0.2]}, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_picture_that_cannot_be_drawn_leaves_the_old_one(tmp_path):
    draw_silences({"after": [0.1]}, tmp_path / "a.png")
    before = (tmp_path / "a.png").read_bytes()
    with pytest.raises(TypeError):
        draw_silences({"after": [None]}, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
