"""A dataset with a trained voice."""

import pytest

from tests.commands.infer.made import (
    save_voice,
)


@pytest.fixture
def voice(tmp_path):
    """A dataset with a trained voice."""
    save_voice(tmp_path / "output" / "tacotron2")
    return tmp_path
