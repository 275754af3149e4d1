import ctypes
import os
import struct
import threading

import numpy as np
import pytest
import soundfile

from tests.signals import noise, tone, write, write_mp3
from voiceprep.audio.sndfile import QUIET, opened, read_frames
from voiceprep.audio.sound import listen, read_header, read_sound
from voiceprep.errors import Unreadable, Unusable


def with_holes(path):
    """An mp3, or a wav of one, of whose damage mpg123 complains."""
    write_mp3(path, noise(3.0, 0.1))
    data = bytearray(path.read_bytes())
    for place in range(2000, len(data) - 100, 1500):
        data[place : place + 100] = bytes(range(100))
    path.write_bytes(data)
    return path


@pytest.fixture
def damaged(tmp_path):
    return with_holes(tmp_path / "damaged.mp3")


def decode(path):
    with opened(path) as file:
        return read_frames(file, file.frames)


def test_mpg123_complains_of_a_damaged_mp3_to_others_alone(damaged, capfd):
    soundfile.read(damaged)
    assert "Illegal Audio-MPEG-Header" in capfd.readouterr().err
    assert len(decode(damaged))
    assert capfd.readouterr().err == ""
    soundfile.read(damaged)
    assert "Illegal Audio-MPEG-Header" in capfd.readouterr().err


def test_mpg123_is_silent_about_an_mp3_in_a_wav(tmp_path, capfd):
    wav = with_holes(tmp_path / "damaged.wav")
    soundfile.read(wav)
    assert "Illegal Audio-MPEG-Header" in capfd.readouterr().err
    assert len(decode(wav))
    assert capfd.readouterr().err == ""


def test_mpg123_is_silent_in_several_threads(damaged, capfd):
    threads = [threading.Thread(target=decode, args=(damaged,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert capfd.readouterr().err == ""
    soundfile.read(damaged)
    assert "Illegal Audio-MPEG-Header" in capfd.readouterr().err


def test_all_others_are_heard_while_an_mp3_is_decoded(damaged, capfd):
    with QUIET, QUIET:
        soundfile.read(damaged)
        os.write(2, b"a line of another library\n")
    assert capfd.readouterr().err == "a line of another library\n"


def test_a_decoder_that_writes_to_stdout_is_silent_too(tmp_path, capfd):
    path = tmp_path / "sound.wav"
    soundfile.write(path, tone(), 22050, format="SDS", subtype="PCM_16")
    data = bytearray(path.read_bytes())
    data[21 + 127] = 0xAE  # the head of the second packet
    path.write_bytes(data)
    assert len(decode(path))
    flush = ctypes.CDLL(None).fflush
    flush(None)
    assert capfd.readouterr().out == ""
    soundfile.read(path)
    flush(None)
    assert "Error" in capfd.readouterr().out


@pytest.mark.parametrize("subtype", ["G721_32", "GSM610", "IMA_ADPCM"])
def test_sound_that_cannot_be_sought_is_read(tmp_path, subtype):
    path = tmp_path / "sound.wav"
    soundfile.write(path, tone(), 22050, subtype=subtype)
    assert abs(len(read_sound(path).samples) - 22050) < 1024


@pytest.mark.parametrize("suffix", [".au", ".snd"])
def test_a_file_that_lost_its_header_is_not_taken_for_samples(tmp_path, suffix):
    path = write(tmp_path / "whole.au", tone()).rename(tmp_path / f"sound{suffix}")
    assert len(decode(path)) == 22050
    path.write_bytes(path.read_bytes()[10:])
    with pytest.raises(Unreadable):
        listen(path)


def test_what_libsndfile_cannot_open_is_unreadable(tmp_path):
    path = tmp_path / "note.wav"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(Unreadable, match=r"^libsndfile: "), opened(path):
        pass
    path.write_text("no sound", encoding="utf-8")
    with pytest.raises(Unreadable, match=r"^(?!libsndfile)"), opened(path):
        pass


def test_an_aiff_with_its_format_behind_its_samples_is_checked_too(tmp_path):
    path = tmp_path / "sound.aiff"
    soundfile.write(path, np.zeros((1000, 2)), 22050, subtype="PCM_16")
    data = path.read_bytes()
    patched = data[:12] + data[38:] + data[12:20] + struct.pack(">H", 100) + data[22:38]
    path.write_bytes(patched)
    for read in (listen, read_sound, read_header):
        with pytest.raises((Unusable, Unreadable)):
            read(path)


def test_a_flac_of_absurd_length_takes_no_memory(tmp_path):
    path = write(tmp_path / "sound.flac", tone())
    data = bytearray(path.read_bytes())
    # In STREAMINFO the count of samples has 36 bits, the last of bytes 21 to 25.
    data[21] |= 0x0F
    data[22:26] = b"\xff" * 4
    path.write_bytes(data)
    with pytest.raises(Unusable, match="68719476735 samples"):
        read_sound(path)
    with pytest.raises(Unusable):
        listen(path)
