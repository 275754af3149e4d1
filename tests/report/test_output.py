import errno
import os
from pathlib import Path

import pytest

from voiceprep.errors import SettingError, TargetError
from voiceprep.report.output import FORMATS, check_format, draw_into


@pytest.mark.parametrize("name", ["", *(f"deep/a.b{suffix}" for suffix in FORMATS)])
def test_pictures_may_be_in_these_formats(name):
    assert check_format(name) is None


@pytest.mark.parametrize("name", ["a.doc", "a", "png", "a.png.txt", ".png"])
def test_another_format_is_refused(name):
    with pytest.raises(SettingError, match=r"must end in one of \.png, \.svg, \.pdf") as caught:
        check_format(name)
    assert caught.value.key == "picture"
    assert name in str(caught.value)


def test_a_folder_is_made_for_a_picture(tmp_path):
    path = tmp_path / "new" / "a.png"
    assert draw_into(path, lambda target: target.write_text("drawn")) == path
    assert path.read_text() == "drawn"


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "a.png"
    with pytest.raises(TargetError) as caught:
        draw_into(path, Path.touch)
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), os.strerror(errno.ENOSPC).lower()),
        (ValueError("Image size is too large"), "image size is too large"),
    ],
)
def test_what_cannot_be_drawn_is_told_with_the_reason(tmp_path, error, why):
    def draw(target):
        raise error

    with pytest.raises(TargetError) as caught:
        draw_into(tmp_path / "a.png", draw)
    assert caught.value.path == tmp_path / "a.png"
    assert caught.value.why == f"cannot be drawn: {why}"
