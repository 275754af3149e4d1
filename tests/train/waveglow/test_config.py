import pytest

from voiceprep.errors import SettingError
from voiceprep.train.waveglow.config import WaveGlowConfig


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"groups": 7}, "groups = 7: must be even"),
        ({"early_size": 1}, "early_size = 1: must be even"),
        ({"wn_kernel": 2}, "wn_kernel = 2: must be odd"),
        ({"flows": 0}, "flows = 0: must be at least 1"),
        ({"flows": 20}, "early_size = 2: early outputs leave none of the 8 groups"),
    ],
)
def test_impossible_sizes_are_refused_by_name(wrong, message):
    with pytest.raises(SettingError, match=message):
        WaveGlowConfig(**wrong)


def test_the_channels_of_the_flows_and_early_outputs_make_up_the_groups():
    config = WaveGlowConfig(flows=12, groups=8, early_every=4, early_size=2)
    early = [config.leaves(flow) for flow in range(12)]
    assert [flow for flow, size in enumerate(early) if size] == [4, 8]
    assert sum(early) + config.channels(11) == 8
