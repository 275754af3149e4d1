import numpy as np
import pytest

from tests.signals import lag, noise, sweep, write, write_mp3
from voiceprep.errors import ToolMissing, Unreadable, Unusable
from voiceprep.tools import decoding, probe, remove_noise, require_ffmpeg, require_sox, run_sox


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
    with pytest.raises(ToolMissing, match=r"^--engine sox needs SoX .*apt install sox"):
        require_sox()
    with pytest.raises(ToolMissing, match=r"^--method sox needs SoX"):
        require_sox("--method sox")


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
    with pytest.raises(Unreadable, match="cannot recognise"):
        probe(write(tmp_path / "a.wav", sweep(1.0)))


@pytest.mark.parametrize("count", [100, 2048, 22050, 30001])
def test_sox_removes_noise_and_neither_shifts_nor_cuts_what_it_leaves(count):
    clean = sweep(2.0)[:count]
    added = noise(2.0, 0.01)
    made = remove_noise(clean + added[:count], added, 22050, 0.2)
    assert (len(made), made.dtype) == (count, np.float32)
    if count > 20000:
        assert lag(made, clean) == 0
        assert np.std(made - clean) < 0.15 * np.std(clean)


def test_sox_removes_noise_from_the_first_sample_on_and_only_so_much():
    hiss = noise(3.0, 0.05)
    made = remove_noise(hiss[:44100], hiss[44100:], 22050, 0.2)
    levels = [np.std(part) / 0.05 for part in np.array_split(made, 20)]
    assert max(levels) < 0.5
    kept = remove_noise(hiss[:44100], hiss[44100:] / 1000, 22050, 0.2)
    assert all(np.std(part) > 0.045 for part in np.array_split(kept, 20))


def test_sox_gives_the_same_samples_every_time():
    sound = sweep(1.0) + noise(1.0, 0.01)
    first, second = (remove_noise(sound, noise(1.0, 0.01), 22050, 0.2) for _ in range(2))
    assert np.array_equal(first, second)


def test_what_sox_cannot_do_is_unreadable(tmp_path, monkeypatch):
    program = tmp_path / "sox"
    program.write_text("#!/bin/sh\necho 'sox FAIL noisered: no luck' >&2\nexit 2\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unreadable, match="SoX: "):
        remove_noise(sweep(1.0), noise(1.0), 22050, 0.2)
