import numpy as np
import pytest

from tests.signals import lag, sweep
from voiceprep.audio.links import conform, describe_changes
from voiceprep.errors import Unusable


def test_only_changes_are_told():
    assert describe_changes([22050, 22050], [1, 1]) == ()
    rate, channels = describe_changes([16000, 48000], [1, 2])
    assert "16000 then 48000" in rate
    assert "1 then 2" in channels


def test_channels_that_cannot_be_joined_are_of_no_use():
    with pytest.raises(Unusable, match="2 then 6: split it"):
        describe_changes([48000, 48000], [2, 6])


def test_a_stream_keeps_its_speed_at_another_rate():
    blocks = iter(np.array_split(sweep(2.0, 16000)[:, None], 5))
    made = np.concatenate(list(conform(blocks, 16000, 1, 48000, 2)))
    assert made.shape == (96000, 2)
    assert np.array_equal(made[:, 0], made[:, 1])
    assert lag(made[:, 0], sweep(2.0, 48000)) == 0
