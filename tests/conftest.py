import pytest

from tests.signals import sweep, write

TEXTS = "a|First of all.\nb|Then the second.\nc|And a third.\n"


@pytest.fixture
def dataset(tmp_path):
    """A dataset with three recordings and their texts."""
    for number, name in enumerate("abc"):
        write(tmp_path / "mp3dir" / f"{name}.wav", sweep(1.0 + number / 4, 44100), 44100)
    (tmp_path / "metadata.csv").write_text(TEXTS)
    return tmp_path
