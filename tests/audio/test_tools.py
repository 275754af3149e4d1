import numpy as np
import pytest

from tests.signals import sweep, write, write_mp3
from voiceprep.audio.tools import decoding, probe, require_ffmpeg, require_sox, run_sox
from voiceprep.errors import ToolMissing, Unreadable, Unusable


def test_a_file_is_decoded_from_any_byte_on(tmp_path):
    path = write_mp3(tmp_path / "-odd: name?.mp3", sweep(1.0), 22050, "-id3v2_version", "0")
    for start, junk in ((0, b""), (999, b"x" * 999)):
        path.write_bytes(junk + path.read_bytes())
        with decoding(path, 1, 22050, start) as pipe:
            assert len(np.frombuffer(pipe.read(), np.float32)) == 22050


def test_a_stream_is_probed(tmp_path):
    stream = probe(write(tmp_path / "a.wav", np.stack([sweep(1.0)] * 2, axis=1)))
    assert (stream["sample_rate"], stream["channels"]) == ("22050", 2)
    assert float(stream["container"]["duration"]) == 1.0


def test_what_holds_no_sound_is_told(tmp_path):
    path = tmp_path / "note.m4a"
    path.write_text("no sound")
    with pytest.raises(Unreadable, match="holds no sound"):
        probe(path)
    with pytest.raises(Unreadable, match=r"^ffmpeg: "), decoding(path, 1, 22050) as pipe:
        pipe.read()
    with pytest.raises(Unreadable, match=r"^SoX: "):
        run_sox(path, tmp_path / "out.wav", 22050, 16, dither=True)


def test_sound_of_no_samples_is_of_no_use(tmp_path):
    path = write(tmp_path / "empty.wav", sweep()[:0])
    with pytest.raises(Unusable, match="holds no samples"):
        run_sox(path, tmp_path / "out.wav", 22050, 16, dither=True)


def test_a_missing_program_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unreadable, match="apt install ffmpeg"):
        require_ffmpeg()
    with pytest.raises(ToolMissing, match="apt install sox"):
        require_sox()


def test_what_sox_does_not_know_says_which_engine_does(tmp_path):
    path = tmp_path / "sound.m4a"
    path.write_bytes(b"\0\0\0\x20ftypM4A " + bytes(100))
    with pytest.raises(Unreadable, match="--engine soxr"):
        run_sox(path, tmp_path / "out.wav", 22050, 16, dither=True)


@pytest.mark.parametrize("told", ["{", '{"streams": [{}]}', '{"format": {}}'])
def test_what_ffprobe_cannot_tell_is_unreadable(tmp_path, monkeypatch, told):
    for name in ("ffprobe", "ffmpeg"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho '{told}'\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unreadable, match="cannot tell"):
        probe(write(tmp_path / "a.wav", sweep(1.0)))
