import pytest

from tests.train.made_checkpoints import made_checkpoint


@pytest.fixture
def voiced(tmp_path, monkeypatch):
    """A folder with a voice that has learnt nothing, and two sentences."""
    monkeypatch.chdir(tmp_path)
    made_checkpoint().save(tmp_path / "output" / "tacotron2" / "best.pt")
    (tmp_path / "lines.txt").write_text("One of two.\n\nAnd another\n", encoding="utf-8")
    return tmp_path
