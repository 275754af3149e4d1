import struct

import pytest

from tests.signals import tone, write
from voiceprep.audio.riff import check_header
from voiceprep.errors import Unusable


@pytest.fixture
def wav(tmp_path):
    return write(tmp_path / "sound.wav", tone())


def patch(path, place, layout, value):
    data = bytearray(path.read_bytes())
    struct.pack_into(layout, data, place, value)
    path.write_bytes(data)


def test_a_whole_wav_passes(wav):
    check_header(wav)


@pytest.mark.parametrize(
    "subtype", ["PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAW", "ULAW"]
)
def test_every_sample_format_passes(tmp_path, subtype):
    check_header(write(tmp_path / "sound.wav", tone(), subtype=subtype))


@pytest.mark.parametrize("size", [0, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_wav_written_into_a_pipe_passes(wav, size):
    patch(wav, 40, "<I", size)
    check_header(wav)


def test_other_kinds_of_file_pass(tmp_path):
    path = tmp_path / "note.wav"
    path.write_text("no wav at all")
    check_header(path)


def test_a_cut_wav_says_how_much_is_there(wav):
    wav.write_bytes(wav.read_bytes()[: 44 + 22050])
    with pytest.raises(Unusable, match=r"promises 1\.00 s, the file holds 0\.50 s") as caught:
        check_header(wav)
    assert caught.value.seconds == 0.5


@pytest.mark.parametrize(
    ("place", "layout", "value", "why"),
    [
        (22, "<H", 0, "0 channels"),
        (24, "<I", 0, "at 0 Hz"),
        (22, "<H", 2, "contradicts itself"),
        (28, "<I", 22050, "contradicts itself"),
        (32, "<H", 4, "contradicts itself"),
        (34, "<H", 24, "contradicts itself"),
    ],
)
def test_fields_that_contradict_each_other_are_told(wav, place, layout, value, why):
    patch(wav, place, layout, value)
    with pytest.raises(Unusable, match=why):
        check_header(wav)


@pytest.mark.parametrize("size", [12, 20, 36, 40])
def test_a_wav_that_ends_in_its_header_is_cut_off(wav, size):
    wav.write_bytes(wav.read_bytes()[:size])
    with pytest.raises(Unusable, match="cut off"):
        check_header(wav)
