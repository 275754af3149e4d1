import subprocess

import numpy as np
import pytest
import soundfile

from tests.signals import sweep, tone, write, write_mp3
from voiceprep.audio.containers.content import begins_sound, check_sound, demuxer_of, read_head
from voiceprep.errors import Unreadable

LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 425986\n"
OTHER = {
    "is a Git LFS pointer, not the sound: run git lfs pull": LFS,
    "is a git-annex pointer, not the sound: run git annex get": "/annex/objects/MD5E-s9--a.wav\n",
    "is a playlist, which names other files: convert those": "#EXTM3U\n#EXTINF:19,\na.mp3\n",
    "is a web page, not a sound: download it again": "\n<!DOCTYPE html><html></html>",
    "is XML text, not a sound: download it again": "<?xml version='1.0'?><Error>No</Error>",
    "is JSON text, not a sound: download it again": '{"error": "Not Found"}\n',
    "is text, not a sound": "Äpfel\n" * 1000,
    "is a zip archive, not a sound: unpack it": b"PK\x03\x04\x14\0",
    "is a compressed file, not a sound: unpack it": b"\x1f\x8b\x08\0",
    "is an archive, not a sound: unpack it": b"a.wav".ljust(257, b"\0") + b"ustar\0",
    "is a PDF document, not a sound": b"%PDF-1.7\n\xe2\xe3",
    "is an image, not a sound": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "is a MIDI file, which holds notes and no sound": b"MThd\0\0\0\x06\0\x01",
    "is a NumPy array, not a sound": b"\x93NUMPY\x01\0",
}
PLAYLISTS = ["[playlist]\nFile1=a.mp3", "ffconcat version 1.0\n", "<asx version='3.0'>", "#EXTM3U"]


@pytest.fixture
def named(tmp_path):
    """A file called a sound, of any content."""

    def make(content):
        path = tmp_path / "a.wav"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def check(path):
    check_sound(path, read_head(path))


@pytest.mark.parametrize("what", OTHER)
def test_what_is_no_sound_is_called_what_it_is(named, what):
    with pytest.raises(Unreadable) as caught:
        check(named(OTHER[what]))
    assert caught.value.why == what
    assert not begins_sound(read_head(named(OTHER[what])))


@pytest.mark.parametrize("text", PLAYLISTS)
def test_every_playlist_is_called_one(named, text):
    with pytest.raises(Unreadable, match="playlist"):
        check(named(text))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_makes_no_difference(named, encoding):
    with pytest.raises(Unreadable, match="JSON"):
        check(named('{"error": 1}'.encode(encoding)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        bytes(5000),
        bytes(range(256)) * 10,
        b"text " * 2000 + b"\xff\xfb\x90\x00" + bytes(9000),
        b"PKZ and other bytes \0\1",
    ],
)
def test_what_is_not_known_is_left_to_the_decoders(named, content):
    check(named(content))


FORMATS = [
    *[("WAV", "PCM_16"), ("WAVEX", "PCM_16"), ("RF64", "PCM_16"), ("W64", "PCM_16")],
    *[("AIFF", "PCM_16"), ("AU", "PCM_16"), ("CAF", "PCM_16"), ("FLAC", "PCM_16")],
    *[("OGG", "VORBIS"), ("OGG", "OPUS"), ("NIST", "PCM_16"), ("VOC", "PCM_16")],
    *[("IRCAM", "PCM_16"), ("WVE", "ALAW"), ("SVX", "PCM_16"), ("MP3", "MPEG_LAYER_III")],
]


@pytest.mark.parametrize(("form", "subtype"), FORMATS)
def test_the_formats_of_libsndfile_are_sounds(tmp_path, form, subtype):
    path, rate = tmp_path / "sound", 8000 if form == "WVE" else 48000
    soundfile.write(path, tone(0.5, rate=rate), rate, format=form, subtype=subtype)
    check(path)
    assert begins_sound(read_head(path))


CONTAINERS = ["adts", "ac3", "asf", "avi", "flv", "matroska", "mpegts", "mov", "wv", "tta", "mp4"]


@pytest.mark.parametrize("form", CONTAINERS)
def test_the_containers_of_ffmpeg_are_sounds(tmp_path, form):
    sound, path = write(tmp_path / "a.wav", sweep(1.0, 44100), 44100), tmp_path / "sound"
    subprocess.run(["ffmpeg", "-v", "error", "-i", sound, "-f", form, path], check=True)
    check(path)
    assert begins_sound(read_head(path))


def test_an_mp3_without_any_tag_is_a_sound(tmp_path):
    options = ("-write_xing", "0", "-id3v2_version", "0")
    head = read_head(write_mp3(tmp_path / "a.mp3", sweep(1.0), 44100, *options))
    assert begins_sound(head)
    assert not begins_sound(head[:4] + bytes(4000))


@pytest.mark.parametrize(
    "head",
    [
        *[b"RIFF\x10\0\0\0WEBPVP8 ", b"\0\0\0\x20ftypheic\0\0", b"\0\0\0\x20ftypavif\0\0", b"MThd"],
        *[
            b"ID3 tags are listed here",
            b"MAC addresses",
            b"\xff\xfeh\0e\0",
            b"\xff\xd8\xff\xe0",
            b"",
        ],
    ],
)
def test_images_notes_and_texts_are_no_sounds(head):
    assert not begins_sound(head)


def test_random_bytes_are_no_sounds():
    random = np.random.default_rng(0)
    assert sum(begins_sound(random.bytes(4096)) for _ in range(3000)) <= 1


def test_only_a_file_without_a_header_has_a_demuxer_by_its_suffix(tmp_path):
    (tmp_path / "a.G722").write_bytes(bytes(range(1, 200)))
    (tmp_path / "a.dat").write_bytes(bytes(range(1, 200)))
    assert demuxer_of(tmp_path / "a.G722", b"") == "g722"
    assert demuxer_of(tmp_path / "a.dat", b"") == ""
    path = write(tmp_path / "b.wav", tone()).rename(tmp_path / "b.gsm")
    assert demuxer_of(path, read_head(path)) == ""
