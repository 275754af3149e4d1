import subprocess

import numpy as np
import pytest
import soundfile

from tests.signals import lag, noise, sweep, tone, write, write_mp3
from voiceprep.audio.sound import Header, listen, read_header, read_sound, stated_seconds
from voiceprep.errors import Unreadable, Unusable

HEADERLESS = ("-write_xing", "0", "-id3v2_version", "0")


def encode(path, samples):
    """A sound by ffmpeg, in the format of the name."""
    wav = write(path.with_name(f"{path.name}.wav"), samples)
    codec = {".ogg": ["-c:a", "libvorbis"], ".opus": ["-c:a", "libopus"]}.get(path.suffix, [])
    subprocess.run(["ffmpeg", "-v", "error", "-i", wav, *codec, path], check=True)
    return path


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
    assert len(recording.source.warnings) == 1


def test_an_mp3_cut_in_half_says_what_it_promised_and_what_it_holds(tmp_path):
    path = write_mp3(tmp_path / "sound.mp3", sweep(4.0, 44100), 44100, "-b:a", "128k")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(Unusable) as caught:
        listen(path)
    assert caught.value.seconds == pytest.approx(2.0, abs=0.1)


def test_a_corrupt_stretch_is_read_past_and_told(tmp_path):
    path = write_mp3(tmp_path / "sound.mp3", sweep(4.0, 44100), 44100, "-b:a", "128k", *HEADERLESS)
    data = bytearray(path.read_bytes())
    data[30000:33000] = bytes(3000)
    path.write_bytes(data)
    recording = listen(path)
    assert 3.6 < recording.seconds < 4.0
    assert len(recording.source.warnings) == 1


def test_a_corrupt_stretch_in_a_file_that_knows_its_length_is_of_no_use(tmp_path):
    path = write_mp3(tmp_path / "sound.mp3", sweep(4.0, 44100), 44100, "-b:a", "128k")
    data = bytearray(path.read_bytes())
    data[30000:33000] = bytes(3000)
    path.write_bytes(data)
    with pytest.raises(Unusable):
        listen(path)


def decoded_by_ffmpeg(path, channels=1):
    """The samples of a file as ffmpeg alone decodes it."""
    command = ["ffmpeg", "-v", "quiet", "-i", path, "-f", "f32le", "-ac", str(channels), "pipe:1"]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(data, np.float32).reshape(-1, channels)


def assert_as_ffmpeg_decodes(path, channels=1):
    samples, truth = samples_of(listen(path)), decoded_by_ffmpeg(path, channels)
    assert samples.shape == truth.shape
    assert np.abs(samples - truth).max() < 1e-4


def test_joined_mp3s_with_headers_are_read_in_full(tmp_path):
    sounds = sweep(2.0, 44100), sweep(1.5, 44100)[::-1]
    parts = [write_mp3(tmp_path / "part.mp3", sound, 44100).read_bytes() for sound in sounds]
    path = tmp_path / "joined.mp3"
    path.write_bytes(b"".join(parts))
    recording = listen(path)
    assert not recording.source.warnings
    # Of the second part decoders leave in the delay and padding, at most 5 frames.
    samples, least = samples_of(recording)[:, 0], sum(map(len, sounds))
    assert least <= len(samples) <= least + 5 * 1152
    assert lag(samples[: len(sounds[0])], sounds[0]) == 0
    assert 0 < lag(samples[len(sounds[0]) :][: len(sounds[1])], sounds[1]) < 3 * 1152
    assert_as_ffmpeg_decodes(path)


def test_a_remuxed_mp3_is_read_in_full(tmp_path):
    bare = write_mp3(tmp_path / "bare.mp3", sweep(2.0, 44100), 44100, *HEADERLESS)
    path = tmp_path / "remuxed.mp3"
    subprocess.run(["ffmpeg", "-v", "error", "-i", bare, "-c", "copy", path], check=True)
    assert not listen(path).source.warnings
    assert_as_ffmpeg_decodes(path)


@pytest.mark.parametrize("codec", ["mp2", "libmp3lame"])
def test_mpeg_audio_in_a_wav_is_read_in_full(tmp_path, codec):
    path = write_mp3(tmp_path / "sound.wav", sweep(1.0, 22050), 22050, "-c:a", codec, "-f", "wav")
    assert not listen(path).source.warnings
    assert_as_ffmpeg_decodes(path)


@pytest.mark.parametrize("named", ["sound.mp2", "sound.mp3", "sound.mpga"])
@pytest.mark.parametrize(("rate", "channels"), [(44100, 2), (16000, 1), (22050, 1)])
def test_layer_two_is_read_in_full(tmp_path, named, rate, channels):
    sound = np.stack([sweep(1.0, rate)] * channels, axis=1)
    path = write_mp3(tmp_path / named, sound, rate, "-c:a", "mp2", "-f", "mp2")
    assert not listen(path).source.warnings
    assert_as_ffmpeg_decodes(path, channels)


def test_an_mp3_whose_rate_changes_is_of_no_use(tmp_path):
    parts = [
        write_mp3(tmp_path / "part.mp3", sweep(2.0, rate), rate, *HEADERLESS).read_bytes()
        for rate in (44100, 22050)
    ]
    path = tmp_path / "joined.mp3"
    for joined in (parts, parts[::-1]):
        path.write_bytes(b"".join(joined))
        with pytest.raises(Unusable) as caught:
            listen(path)
        assert caught.value.seconds == pytest.approx(2.0, abs=0.1)


def test_an_mp3_that_changes_from_mono_to_stereo_is_read_in_full_and_told(tmp_path):
    mono, stereo = sweep(2.0, 44100), np.stack([sweep(1.0, 44100)] * 2, axis=1)
    parts = [
        write_mp3(tmp_path / "part.mp3", sound, 44100, *HEADERLESS).read_bytes()
        for sound in (mono, stereo)
    ]
    path = tmp_path / "joined.mp3"
    for joined, channels in ((parts, 1), (parts[::-1], 2)):
        path.write_bytes(b"".join(joined))
        assert len(listen(path).source.warnings) == 1
        assert_as_ffmpeg_decodes(path, channels)


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


def test_without_ffmpeg_an_m4a_says_what_to_install(tmp_path, monkeypatch):
    path = encode(tmp_path / "sound.m4a", sweep(1.0))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unreadable, match="install ffmpeg"):
        listen(path)


@pytest.mark.parametrize("suffix", ["ogg", "opus"])
def test_an_ogg_cut_in_half_is_of_no_use(tmp_path, suffix):
    path = encode(tmp_path / f"sound.{suffix}", sweep(30.0))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(Unusable) as caught:
        listen(path)
    assert 5 < caught.value.seconds < 25


@pytest.mark.parametrize(
    ("first", "second"),
    [("a.opus", "b.opus"), ("a.ogg", "b.ogg"), ("a.ogg", "b.opus"), ("a.oga", "b.oga")],
)
def test_every_link_of_a_chained_ogg_file_is_read(tmp_path, first, second):
    links = [encode(tmp_path / first, sweep(2.0)), encode(tmp_path / second, sweep(3.0))]
    links.append(links[0])
    path = tmp_path / "chained.ogg"
    path.write_bytes(b"".join(link.read_bytes() for link in links))
    recording = listen(path)
    samples = samples_of(recording)
    assert len(samples) == pytest.approx(7.0 * recording.source.rate, abs=3)
    if not recording.source.warnings:
        assert np.array_equal(samples, np.concatenate([samples_of(listen(link)) for link in links]))
    if "oga" not in first:
        assert stated_seconds(path) == pytest.approx(7.0, abs=0.001)


def test_links_of_other_rates_and_channels_keep_their_speed(tmp_path):
    both = np.stack([sweep(3.0, 48000), -sweep(3.0, 48000)], axis=1)
    first, second = tmp_path / "a.ogg", tmp_path / "b.ogg"
    soundfile.write(first, sweep(2.0, 16000), 16000, format="OGG", subtype="VORBIS")
    soundfile.write(second, both, 48000, format="OGG", subtype="VORBIS")
    path = tmp_path / "chained.ogg"
    path.write_bytes(first.read_bytes() + second.read_bytes())
    recording = listen(path)
    samples = samples_of(recording)
    assert samples.shape == (5 * 48000, 2)
    assert lag(samples[:, 0], np.concatenate([sweep(2.0, 48000), both[:, 0]])) == 0
    assert len(recording.source.warnings) == 2


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "webm", "mov"])
def test_a_video_longer_than_its_sound_and_a_late_sound_are_read(tmp_path, suffix):
    wav = write(tmp_path / "sound.wav", sweep(2.0))
    video = ["-f", "lavfi", "-i", "testsrc=s=64x64:d=9:r=10"]
    for late in ([], ["-itsoffset", "1.5"]):
        path = tmp_path / f"{len(late)}.{suffix}"
        subprocess.run(["ffmpeg", "-v", "error", *video, *late, "-i", wav, path], check=True)
        recording = listen(path)
        assert recording.seconds == pytest.approx(2.0, abs=0.1)
        assert not recording.source.warnings
        assert not recording.source.found


@pytest.mark.parametrize("name", ["a.m4a", "b.opus", "c.flac", "d.ogg", "e.wv", "f.mka"])
def test_scratched_sound_is_of_no_use_and_has_its_place(tmp_path, name):
    path = encode(tmp_path / name, noise(6.0))
    assert not listen(path).source.found
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = np.random.default_rng(0).bytes(400)
    path.write_bytes(data)
    with pytest.raises(Unusable) as caught:
        listen(path)
    assert 1.0 < caught.value.seconds < 3.2


def test_a_flac_cut_in_half_is_of_no_use(tmp_path):
    path = write(tmp_path / "sound.flac", noise(4.0))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(Unusable) as caught:
        listen(path)
    assert caught.value.seconds == pytest.approx(2.0, abs=0.3)


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
