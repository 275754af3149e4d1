import pytest

from tests.signals import sweep, write
from voiceprep.audio.containers.flac import read_info
from voiceprep.audio.integrity import (
    DELAY_SLACK,
    check_decoded,
    check_flac,
    check_length,
    promised_seconds,
)
from voiceprep.errors import Unusable
from voiceprep.tools import Stream

ERROR = "[aac @ 0x1] [error] channel element 1.3 is not allocated"


def stream(seconds=2.0, containers=("mov",), codec="aac"):
    return Stream(22050, 1, frozenset(containers), seconds, codec)


@pytest.fixture
def path(tmp_path):
    return write(tmp_path / "sound.wav", sweep(2.0))


def test_a_length_is_compared_with_what_a_header_promises():
    assert check_length(2.0, 2.0) == check_length(2.0, 0.0) == check_length(2.5, 2.0) == []
    assert check_length(1.995, 2.0) == ["it is 5 ms shorter than its header says"]
    with pytest.raises(
        Unusable, match=r"^cut off: its header promises 2\.00 s, it holds 1\.90 s"
    ) as caught:
        check_length(1.9, 2.0)
    assert caught.value.seconds == 1.9
    with pytest.raises(Unusable, match="holds no samples"):
        check_length(0.0, 0.0)


def test_the_two_lengths_of_a_message_differ():
    for missing in (0.0101, 0.0149, 0.0999):
        with pytest.raises(Unusable) as caught:
            check_length(1.9 - missing, 1.9)
        assert len(set(caught.value.why.split()) & {"1.90", f"{1.9 - missing:.2f}"}) == 2


def test_a_lossy_codec_has_some_slack():
    assert check_length(1.95, 2.0, DELAY_SLACK) == []
    with pytest.raises(Unusable):
        check_length(1.89, 2.0, DELAY_SLACK)


def test_only_some_containers_know_how_long_their_sound_is():
    assert promised_seconds(stream(2.0, ["mov", "mp4"])) == 2.0
    assert promised_seconds(stream(2.0, ["avi"])) == 0.0


def test_sound_without_a_message_is_judged_by_its_length(path):
    assert check_decoded(path, stream(), 44100, ()) == []
    with pytest.raises(Unusable, match="cut off"):
        check_decoded(path, stream(), 40000, ())


def test_times_are_rounded_by_the_container(path):
    assert check_decoded(path, stream(2.0004, codec="alac"), 44100, ()) == []
    assert check_decoded(path, stream(2.005, codec="alac"), 44100, ()) != []


def test_a_message_of_the_decoder_is_damage_and_one_of_the_container_is_told(path):
    with pytest.raises(Unusable, match=r"^damaged at .* s: ffmpeg says 'channel element"):
        check_decoded(path, stream(), 44100, (ERROR,))
    told = check_decoded(path, stream(), 44100, ("[mov,mp4 @ 0x1] [error] something odd",))
    assert told == [
        "its length is right, but not all of its bytes: ffmpeg says 'something odd'",
    ]
    with pytest.raises(Unusable, match="cut off"):
        check_decoded(path, stream(), 40000, ("[mov,mp4 @ 0x1] [error] partial file",))


def test_bytes_after_the_last_frame_of_a_flac_are_told(tmp_path):
    path = write(tmp_path / "sound.flac", sweep(2.0))
    assert check_flac(path, read_info(path), 44100) == []
    path.write_bytes(path.read_bytes() + b"\1" * 60)
    assert check_flac(path, read_info(path), 44100) == [
        "60 bytes after its last frame were not read"
    ]
