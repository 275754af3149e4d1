import pytest

from voiceprep.audio.limits import check_format, check_samples, say_bytes
from voiceprep.errors import Unusable


@pytest.mark.parametrize("channels", [1, 2, 64])
@pytest.mark.parametrize("rate", [1000, 22050, 384000])
def test_what_recorders_write_passes(channels, rate):
    check_format(channels, rate)


@pytest.mark.parametrize("channels", [-1, 0, 65, 2**32 - 1])
def test_other_channels_are_refused(channels):
    with pytest.raises(Unusable, match=f"says {channels} channels: only 1 to 64 are read"):
        check_format(channels, 22050)


@pytest.mark.parametrize("rate", [0, 999, 384001, 4 * 10**9, -1.5, float("inf"), float("nan")])
def test_other_rates_are_refused(rate):
    with pytest.raises(Unusable, match=f"says {rate} Hz: only 1000 to 384000 Hz are read"):
        check_format(1, rate)


def test_samples_beyond_the_memory_are_refused():
    check_samples(2**27, 22050)
    with pytest.raises(Unusable, match="split it") as caught:
        check_samples(2**27 + 1, 22050)
    assert caught.value.seconds == (2**27 + 1) / 22050


def test_one_byte_is_told_in_the_singular():
    assert say_bytes(1, "in it", "were") == "1 byte in it was"
    assert say_bytes(2, "in it", "were") == "2 bytes in it were"
    assert say_bytes(1, verb="are") == "1 byte is"
    assert say_bytes(1) == "1 byte"
