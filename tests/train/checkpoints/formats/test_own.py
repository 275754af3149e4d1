import pytest

from tests.train.made_checkpoints import made_checkpoint, saved
from voiceprep.errors import CheckpointError
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.checkpoints.formats.own import plain


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"voiceprep": 2}, "written by a later voiceprep, as version 2; upgrade to read it"),
        ({"weights": {"a": 1}}, "not all of its weights are tensors"),
        ({"voice": {}}, "cannot be read: 'symbols'"),
        ({"step": "x"}, "cannot be read"),
        ({"config": 5}, "cannot be read"),
    ],
)
def test_fields_that_are_not_what_they_should_be_are_told(tmp_path, change, why):
    fields = plain(made_checkpoint()) | change
    with pytest.raises(CheckpointError) as raised:
        Checkpoint.load(saved(tmp_path / "x.pt", fields))
    assert why in str(raised.value)
