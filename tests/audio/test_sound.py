import subprocess

import numpy as np
import pytest
import soundfile

from tests.signals import lag, noise, sweep, tone, write, write_mp3
from voiceprep.audio.sound import Header, listen, read_header, read_sound, stated_seconds
from voiceprep.errors import Unreadable, Unusable

HEADERLESS = ("-write_xing", "0", "-id3v2_version", "0")


def samples_of(recording):
    return np.concatenate(list(recording.source.blocks()))


@pytest.fixture
def without_ffmpeg(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.parametrize("options", [("-b:a", "128k"), ("-q:a", "4"), ("-abr", "1", "-b:a", "96k")])
@pytest.mark.parametrize("rate", [16000, 22050, 44100, 48000])
def test_an_mp3_has_its_exact_length_and_is_not_shifted(tmp_path, options, rate):
    truth = sweep(2.0, rate)
    recording = listen(write_mp3(tmp_path / "sound.mp3", truth, rate, *options))
    samples = samples_of(recording)[:, 0]
    assert len(samples) == len(truth)
    assert lag(samples, truth) == 0
    assert recording.source.depth == 0
    assert not recording.source.warnings


def test_a_headerless_vbr_mp3_is_read_to_its_end(tmp_path):
    truth = np.concatenate([sweep(3.0, 44100), 0.001 * noise(5.0, rate=44100)])
    path = write_mp3(tmp_path / "sound.mp3", truth, 44100, "-q:a", "2", *HEADERLESS)
    assert len(soundfile.read(path)[0]) < 0.9 * len(truth)
    samples = samples_of(listen(path))
    assert len(truth) <= len(samples) <= len(truth) + 3 * 1152


def test_without_ffmpeg_what_libsndfile_cuts_short_fails(tmp_path, without_ffmpeg):
    subprocess_path = "/usr/bin:/usr/local/bin:/bin"
    truth = np.concatenate([sweep(3.0, 44100), 0.001 * noise(5.0, rate=44100)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", subprocess_path)
        path = write_mp3(tmp_path / "sound.mp3", truth, 44100, "-q:a", "2", *HEADERLESS)
    with pytest.raises(
        Unreadable, match=r"libsndfile decodes .* s of the .* s in it.*install ffmpeg"
    ):
        listen(path)


@pytest.mark.parametrize("size", [1200, 100_000])
def test_junk_before_the_first_frame_is_told_and_shifts_nothing(tmp_path, size):
    truth = sweep(2.0, 44100)
    path = write_mp3(tmp_path / "sound.mp3", truth, 44100, "-b:a", "128k", "-id3v2_version", "0")
    path.write_bytes(b"\0" * size + path.read_bytes())
    recording = listen(path)
    samples = samples_of(recording)[:, 0]
    assert len(samples) == len(truth)
    assert lag(samples, truth) == 0
    assert recording.source.warnings == (f"{size} bytes before its first frame are not audio",)


def test_an_mp3_cut_in_half_says_what_it_promised_and_what_it_holds(tmp_path):
    path = write_mp3(tmp_path / "sound.mp3", sweep(4.0, 44100), 44100, "-b:a", "128k")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(
        Unusable, match=r"cut off: its header promises 4\.00 s, it holds (1\.9|2\.0)"
    ) as caught:
        listen(path)
    assert caught.value.seconds == pytest.approx(2.0, abs=0.1)


def test_a_corrupt_stretch_is_read_past_and_told(tmp_path):
    path = write_mp3(tmp_path / "sound.mp3", sweep(4.0, 44100), 44100, "-b:a", "128k", *HEADERLESS)
    data = bytearray(path.read_bytes())
    data[30000:33000] = bytes(3000)
    path.write_bytes(data)
    recording = listen(path)
    assert 3.6 < recording.seconds < 4.0
    assert "damaged" in recording.source.warnings[0]


def test_a_corrupt_stretch_in_a_file_that_knows_its_length_is_of_no_use(tmp_path):
    path = write_mp3(tmp_path / "sound.mp3", sweep(4.0, 44100), 44100, "-b:a", "128k")
    data = bytearray(path.read_bytes())
    data[30000:33000] = bytes(3000)
    path.write_bytes(data)
    with pytest.raises(Unusable, match="bytes of it are not audio"):
        listen(path)


def test_other_bytes_called_mp3_are_no_mp3(tmp_path):
    path = tmp_path / "note.mp3"
    path.write_bytes(bytes(range(256)) * 40)
    with pytest.raises(Unreadable, match="mp3"):
        listen(path)


@pytest.mark.parametrize("name", ["note.wav", "note.mp3", "note.m4a", "note.g722"])
def test_a_text_called_a_sound_is_called_a_text(tmp_path, name):
    (tmp_path / name).write_text("This is a note.\n")
    with pytest.raises(Unreadable) as caught:
        listen(tmp_path / name)
    assert caught.value.why.startswith("is text")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("a.g722", ["-ar", "16000"]),
        ("a.gsm", ["-ar", "8000", "-c:a", "libgsm"]),
        ("a.avi", []),
        ("a.flv", ["-ar", "22050"]),
        ("no-suffix", ["-f", "wav"]),
    ],
)
def test_telephone_formats_and_videos_are_read(tmp_path, name, arguments):
    sound = write(tmp_path / "sound.wav", sweep(2.0))
    command = ["ffmpeg", "-v", "error", "-i", sound, *arguments, tmp_path / name]
    subprocess.run(command, check=True)
    assert listen(tmp_path / name).seconds == pytest.approx(2.0, abs=0.07)


def test_a_wav_called_g722_is_read_as_a_wav(tmp_path):
    write(tmp_path / "a.wav", sweep(2.0)).rename(tmp_path / "a.g722")
    assert listen(tmp_path / "a.g722").source.rate == 22050


def test_text_before_an_mp3_does_not_make_it_a_text(tmp_path):
    path = write_mp3(tmp_path / "a.mp3", sweep(1.0), 22050)
    path.write_bytes(b"<br /><b>Warning</b>: headers sent\n" * 30000 + path.read_bytes())
    assert listen(path).seconds == pytest.approx(1.0, abs=0.06)


def test_a_file_of_no_bytes_is_empty(tmp_path):
    path = tmp_path / "empty.wav"
    path.touch()
    with pytest.raises(Unusable, match="is empty: 0 bytes") as caught:
        listen(path)
    assert caught.value.seconds == 0


@pytest.mark.parametrize("named", ["wave.mp3", "wave.flac", "wave.m4a"])
def test_a_wav_under_a_wrong_name_is_read(tmp_path, named):
    path = write(tmp_path / "sound.wav", tone())
    mislabelled = path.rename(tmp_path / named)
    assert listen(mislabelled).survey.frames == 22050


def test_an_mp3_called_wav_is_read_exactly(tmp_path):
    path = write_mp3(tmp_path / "sound.mp3", sweep(1.0, 44100), 44100, "-b:a", "128k")
    assert listen(path.rename(tmp_path / "sound.wav")).survey.frames == 44100


@pytest.mark.parametrize("suffix", ["m4a", "aac", "wma", "webm"])
def test_other_containers_are_read_by_ffmpeg(tmp_path, suffix):
    wav = write(tmp_path / "sound.wav", sweep(2.0, 44100), 44100)
    path = tmp_path / f"sound.{suffix}"
    subprocess.run(["ffmpeg", "-v", "error", "-i", wav, path], check=True)
    recording = listen(path)
    assert recording.seconds == pytest.approx(2.0, abs=0.15)
    assert recording.survey.peak > 0.2


def test_without_ffmpeg_an_m4a_says_what_to_install(tmp_path, without_ffmpeg):
    path = tmp_path / "sound.m4a"
    path.write_bytes(b"\0\0\0\x20ftypM4A " + bytes(100))
    with pytest.raises(Unreadable, match="install ffmpeg"):
        listen(path)


@pytest.mark.parametrize("suffix", ["ogg", "opus"])
def test_an_ogg_cut_in_half_is_told(tmp_path, suffix):
    path = tmp_path / f"sound.{suffix}"
    subtype = "VORBIS" if suffix == "ogg" else "OPUS"
    soundfile.write(path, sweep(30.0, 48000), 48000, format="OGG", subtype=subtype)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "its end is missing" in listen(path).source.warnings[0]


def test_a_flac_cut_in_half_is_of_no_use(tmp_path):
    path = write(tmp_path / "sound.flac", noise(4.0))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(Unusable, match="promises"):
        listen(path)


def test_a_recording_can_be_read_again(tmp_path):
    recording = listen(write(tmp_path / "sound.wav", tone(1.0)))
    first, second = samples_of(recording), samples_of(recording)
    assert np.array_equal(first, second)
    assert len(first) == 22050


def test_our_own_wavs_are_read_as_they_are(tmp_path):
    sound = read_sound(write(tmp_path / "sound.wav", tone(level=0.25)))
    assert sound.rate == 22050
    assert sound.seconds == 1.0
    assert np.abs(sound.samples).max() == pytest.approx(0.25, abs=1e-4)


def test_a_stereo_wav_is_refused_where_one_channel_is_wanted(tmp_path):
    path = write(tmp_path / "sound.wav", np.stack([tone(), tone()], axis=1))
    with pytest.raises(Unusable, match="has 2 channels"):
        read_sound(path)


def test_the_stated_length_of_an_mp3_is_walked(tmp_path):
    path = write_mp3(tmp_path / "sound.mp3", sweep(2.0, 44100), 44100, "-q:a", "4", *HEADERLESS)
    assert stated_seconds(path) == pytest.approx(2.03, abs=0.03)


def test_a_header_tells_of_a_wav_and_of_whether_it_is_whole(tmp_path):
    wav = write(tmp_path / "a.wav", tone(1.5))
    assert read_header(wav) == Header(33075, 22050, 1, 16)
    assert read_header(wav).seconds == 1.5
    assert read_header(write(tmp_path / "b.wav", tone(), subtype="FLOAT")).depth == 0
    wav.write_bytes(wav.read_bytes()[:9000])
    with pytest.raises(Unusable, match="cut off"):
        read_header(wav)
    (tmp_path / "c.wav").write_text("no sound")
    with pytest.raises(Unreadable):
        read_header(tmp_path / "c.wav")
