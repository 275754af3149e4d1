import subprocess
import warnings
import wave

import numpy as np
import pytest
import soundfile
from scipy.io import wavfile

from tests.signals import RATE, tone, write
from voiceprep.audio import mark
from voiceprep.audio.containers.riff import check_header
from voiceprep.audio.dither import settle, write_sound
from voiceprep.audio.mark import read_mark, write_mark
from voiceprep.audio.sound import Sound, listen, read_header, read_sound

MARK = "trim 0123456789abcdef"


def marked(path, bits=16, samples=RATE):
    sound = settle(Sound(tone(2.0)[:samples], RATE), bits)
    write_sound(path, sound, bits)
    write_mark(path, MARK)
    return sound


@pytest.mark.parametrize("samples", [RATE, RATE + 1])
@pytest.mark.parametrize("bits", [16, 24])
def test_a_marked_wav_is_to_every_reader_what_it_is_without(tmp_path, bits, samples):
    path = tmp_path / "a.wav"
    sound = marked(path, bits, samples)
    check_header(path)
    assert np.array_equal(read_sound(path).samples, sound.samples)
    assert (read_header(path).frames, read_header(path).depth) == (samples, bits)
    assert listen(path).source.warnings == ()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rate, theirs = wavfile.read(path)
    assert (rate, len(theirs)) == (RATE, samples)
    with wave.open(str(path)) as file:
        assert file.getnframes() == samples


@pytest.mark.parametrize(
    "command", [["sox", "-V2", "a.wav", "-n", "stat"], ["ffmpeg", "-v", "warning", "-i", "a.wav"]]
)
def test_sox_and_ffmpeg_say_of_it_what_they_say_of_one_without(tmp_path, command):
    command = command + ["-f", "null", "-"] * (command[0] == "ffmpeg")
    said = []
    for folder in (tmp_path / "plain", tmp_path / "marked"):
        folder.mkdir()
        sound = marked(folder / "a.wav", 24, RATE + 1)
        if folder.name == "plain":
            write_sound(folder / "a.wav", sound, 24)
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
        said.append(ran.stderr)
    assert said[0] == said[1]


def test_the_samples_lie_where_they_do_without_it(tmp_path):
    write_sound(tmp_path / "plain.wav", marked(tmp_path / "a.wav"), 16)
    plain, whole = (tmp_path / name for name in ("plain.wav", "a.wav"))
    assert whole.read_bytes()[8 : plain.stat().st_size] == plain.read_bytes()[8:]


def test_it_stands_in_the_tags_of_the_file(tmp_path):
    marked(tmp_path / "a.wav")
    with soundfile.SoundFile(tmp_path / "a.wav") as file:
        assert file.software.startswith("voiceprep ")
        assert file.comment.startswith(MARK)


@pytest.mark.parametrize("bits", [16, 24])
def test_a_mark_is_read_as_it_was_written(tmp_path, bits):
    marked(tmp_path / "a.wav", bits)
    assert read_mark(tmp_path / "a.wav") == MARK
    assert listen(tmp_path / "a.wav").source.made_by == MARK


def test_a_changed_sample_rate_or_version_voids_it(tmp_path, monkeypatch):
    path = tmp_path / "a.wav"
    marked(path)
    whole = path.read_bytes()
    for place in (44, 5000, 24):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert read_mark(path) == ""
    path.write_bytes(whole)
    monkeypatch.setattr(mark, "SOFTWARE", "voiceprep 99")
    assert read_mark(path) == ""


def test_a_mark_that_goes_with_other_samples_is_none(tmp_path):
    marked(tmp_path / "a.wav")
    whole = (tmp_path / "a.wav").read_bytes()
    other = settle(Sound(tone(1.0, 300), RATE), 16)
    write_sound(tmp_path / "b.wav", other, 16)
    size = (tmp_path / "b.wav").stat().st_size
    (tmp_path / "b.wav").write_bytes(whole[:44] + (tmp_path / "b.wav").read_bytes()[44:size])
    with open(tmp_path / "b.wav", "ab") as file:
        file.write(whole[size:])
    assert soundfile.SoundFile(tmp_path / "b.wav").comment.startswith(MARK)
    assert read_mark(tmp_path / "b.wav") == ""


@pytest.mark.parametrize("subtype", ["PCM_16", "FLOAT", "PCM_U8", "ULAW"])
def test_other_wavs_have_none(tmp_path, subtype):
    assert read_mark(write(tmp_path / "a.wav", tone(), subtype=subtype)) == ""
    with soundfile.SoundFile(tmp_path / "b.wav", "w", RATE, 2, subtype) as file:
        file.software, file.comment = mark.SOFTWARE, f"{MARK} 0"
        file.write(np.stack(2 * [tone()], axis=1))
    assert read_mark(tmp_path / "b.wav") == ""


@pytest.mark.parametrize("size", [0, 11, 44, 22000])
def test_broken_files_have_none(tmp_path, size):
    path = tmp_path / "a.wav"
    marked(path)
    path.write_bytes(path.read_bytes()[:size])
    assert read_mark(path) == ""
    assert read_mark(tmp_path / "missing.wav") == ""
