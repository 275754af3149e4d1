import os
import struct
import subprocess
import tempfile

import numpy as np
import pytest
import soundfile

from tests.signals import lag, noise, sweep, write, write_mp3
from voiceprep.errors import ToolMissing, Unreadable, Unusable
from voiceprep.tools import (
    decoding,
    espeak_phonemes,
    espeak_version,
    espeak_voices,
    first_damage,
    is_of_decoder,
    plain_message,
    probe,
    remove_noise,
    require_ffmpeg,
    require_sox,
    run_sox,
)

# Files that ffmpeg follows to the sound `elsewhere/sound.ts` or `.mp4`, whatever their suffix.
PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nelsewhere/sound.ts\n#EXT-X-ENDLIST\n",
    "hls to a url": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:{}/elsewhere/sound.ts\n",
    "ffconcat": "ffconcat version 1.0\nfile 'elsewhere/sound.ts'\n",
    "dash": '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'mediaPresentationDuration="PT1S" profiles="urn:mpeg:dash:profile:isoff-main:2011">'
    '<Period><AdaptationSet mimeType="audio/mp4"><Representation id="0" bandwidth="1">'
    "<BaseURL>elsewhere/sound.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>",
}
CONTAINERS = {
    "m4a": [],
    "mov": ["-c:a", "pcm_s16le"],
    "3gp": ["-c:a", "aac"],
    "aac": [],
    "webm": [],
    "mka": [],
    "mp3": [],
    "mp2": [],
    "ogg": ["-c:a", "libvorbis"],
    "opus": [],
    "flac": [],
    "wma": [],
    "ac3": [],
    "wv": [],
    "tta": [],
    "caf": [],
    "aiff": [],
    "au": [],
    "w64": [],
    "avi": [],
    "ts": [],
    "mpg": [],
    "flv": [],
    "rf64": ["-f", "wav", "-rf64", "always"],
    "eac3": [],
}
# What ffprobe might print for a broken or a lying file.
TOLD = [
    *("", "{", "[]", "{}x", '{"streams": [1]}', '{"streams": 1}'),
    '{"streams": [{"codec_type": "audio", "sample_rate": "N/A", "channels": 1}]}',
    '{"streams": [{"codec_type": "audio", "sample_rate": "8000"}]}',
    '{"streams": [{"codec_type": "audio", "sample_rate": "8000", "channels": null}]}',
    '{"streams": [{"codec_type": "audio", "sample_rate": "8000", "channels": 1}]}',
]


def refer_to(mov, other):
    """A mov, its index behind its sound, whose samples now lie in another file from byte 44 on."""
    name = os.fsencode(other)
    name += b"\0" * (len(name) % 2)
    entry = struct.pack(">4sI150xHH", b"alis", 0, 2, len(name)) + name + b"\xff\xff\0\0"
    entry = struct.pack(">I", 4 + len(entry)) + entry
    data, place = bytearray(mov), mov.index(b"dref")
    old = struct.unpack_from(">I", data, place + 12)[0]
    data[place + 12 : place + 12 + old] = entry
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        start = mov.index(box) - 4 if box != b"dref" else place - 4
        size = struct.unpack_from(">I", data, start)[0]
        struct.pack_into(">I", data, start, size + len(entry) - old)
    struct.pack_into(">I", data, data.rindex(b"stco") + 12, 44)
    return bytes(data)


def pretend(folder, monkeypatch, told):
    """Put programs in the place of ffmpeg and ffprobe that print a given answer."""
    for name in ("ffprobe", "ffmpeg"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho '{told}'\n", encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


@pytest.fixture(params=CONTAINERS.items(), ids=CONTAINERS)
def container(request):
    return request.param


def test_a_file_is_decoded_from_any_byte_on(tmp_path):
    path = write_mp3(tmp_path / "-odd: name?.mp3", sweep(1.0), 22050, "-id3v2_version", "0")
    for start, junk in ((0, b""), (999, b"x" * 999)):
        path.write_bytes(junk + path.read_bytes())
        with decoding(path, 1, 22050, "mp3", start) as pipe:
            assert len(np.frombuffer(pipe.read(), np.float32)) == 22050


def test_a_stream_is_probed(tmp_path):
    stream = probe(write(tmp_path / "a.wav", np.stack([sweep(1.0)] * 2, axis=1)))
    assert (stream.rate, stream.channels, stream.seconds) == (22050, 2, 1.0)
    assert "wav" in stream.containers


@pytest.mark.parametrize(("demuxer", "codec"), [("g722", "g722"), ("gsm", "libgsm")])
def test_a_file_without_a_header_is_decoded_by_a_named_demuxer(tmp_path, demuxer, codec):
    sound, path = write(tmp_path / "a.wav", sweep(1.0)), tmp_path / "raw"
    rate = 16000 if demuxer == "g722" else 8000
    encode = ["-ar", str(rate), "-c:a", codec, "-f", demuxer]
    subprocess.run(["ffmpeg", "-v", "error", "-i", sound, *encode, path], check=True)
    assert probe(path, demuxer).rate == rate
    with decoding(path, 1, rate, demuxer=demuxer) as decoder:
        assert len(decoder.read()) == pytest.approx(4 * rate, rel=0.03)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "wma"])
def test_the_length_of_a_stream_is_its_own(tmp_path, suffix):
    sound, path = write(tmp_path / "sound.wav", sweep(2.0, 44100), 44100), tmp_path / f"x.{suffix}"
    subprocess.run(["ffmpeg", "-v", "error", "-itsoffset", "1.5", "-i", sound, path], check=True)
    assert probe(path).seconds == pytest.approx(2.0, abs=0.1)


def test_a_length_that_ffprobe_estimates_is_none(tmp_path):
    sound, path = write(tmp_path / "sound.wav", sweep(2.0)), tmp_path / "x.aac"
    subprocess.run(["ffmpeg", "-v", "error", "-i", sound, path], check=True)
    assert probe(path).seconds == 0


@pytest.mark.parametrize("suffix", ["m4a", "tta"])
def test_damage_has_its_place_and_ffmpeg_says_what_it_is(tmp_path, suffix):
    sound, path = write(tmp_path / "sound.wav", noise(4.0)), tmp_path / f"x.{suffix}"
    subprocess.run(["ffmpeg", "-v", "error", "-i", sound, path], check=True)
    codec = probe(path).codec
    with decoding(path, 1, 22050) as decoder:
        decoder.read()
    assert decoder.messages == ()
    assert first_damage(path, codec) is None
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 400] = bytes(400)
    path.write_bytes(data)
    with decoding(path, 1, 22050) as decoder:
        decoder.read()
    assert any(is_of_decoder(message, codec) for message in decoder.messages)
    assert plain_message(decoder.messages[0], path)[0] != "["
    assert 1.0 < first_damage(path, codec) < 2.2


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


def test_a_real_container_passes(tmp_path, container):
    suffix, arguments = container
    sound = write(tmp_path / "sound.wav", sweep(1.0))
    path = tmp_path / f"sound.{suffix}"
    subprocess.run(["ffmpeg", "-v", "error", "-i", sound, *arguments, path], check=True)
    stream = probe(path)
    assert stream.channels == 1
    with decoding(path, 1, stream.rate) as pipe:
        assert len(pipe.read()) > 0.9 * 4 * stream.rate


@pytest.mark.parametrize("playlist", PLAYLISTS.values(), ids=PLAYLISTS)
def test_a_playlist_leads_to_no_other_file(tmp_path, playlist):
    (tmp_path / "elsewhere").mkdir()
    sound = write(tmp_path / "sound.wav", sweep(1.0))
    for suffix, arguments in (("ts", ()), ("mp4", ("-movflags", "+dash"))):
        made = tmp_path / "elsewhere" / f"sound.{suffix}"
        subprocess.run(["ffmpeg", "-v", "error", "-i", sound, *arguments, made], check=True)
    path = tmp_path / "list.m4a"
    path.write_text(playlist.format(tmp_path), encoding="utf-8")
    bare = ["ffmpeg", "-v", "error", "-i", path, "-t", "0.5", "-f", "f32le", "pipe:1"]
    assert subprocess.run(bare, capture_output=True, check=False).stdout
    with pytest.raises(Unreadable):
        probe(path)
    with pytest.raises(Unreadable), decoding(path, 1, 22050) as pipe:
        assert not pipe.read()


def test_a_reference_in_a_mov_leads_to_no_other_file(tmp_path):
    secret = write(tmp_path / "secret.wav", sweep(1.0))
    path = tmp_path / "sound.mov"
    command = ["ffmpeg", "-v", "error", "-i", secret, "-c:a", "pcm_s16le", path]
    subprocess.run(command, check=True)
    path.write_bytes(refer_to(path.read_bytes(), secret))
    follow = ["ffmpeg", "-v", "error", "-enable_drefs", "1", "-use_absolute_path", "1"]
    command = [*follow, "-i", path, "-f", "f32le", "pipe:1"]
    followed = subprocess.run(command, capture_output=True, check=False).stdout
    stream = probe(path)
    with decoding(path, stream.channels, stream.rate) as pipe:
        read = pipe.read()
    assert followed
    assert read != followed


@pytest.mark.parametrize(
    "name", ["a*.wav", "a?.wav", "a[1].wav", "{a1,a2}.wav", "~.wav", "-n.wav", "|echo.wav", "-.wav"]
)
def test_sox_takes_a_name_as_it_is(tmp_path, name):
    for other in ("a1.wav", "a2.wav"):
        write(tmp_path / other, sweep(1.0))
    source, target = write(tmp_path / name, sweep(0.5)), tmp_path / "o[1]*.wav"
    run_sox(source, target, 22050, 16, dither=False)
    assert soundfile.info(target).frames == 11025


def test_sox_tells_of_a_name_that_is_not_utf8(tmp_path):
    path = tmp_path / os.fsdecode(b"\xff.wav")
    write(tmp_path / "sound.wav", sweep(0.5)).rename(path)
    run_sox(path, tmp_path / "out.wav", 22050, 16, dither=False)
    path.write_bytes(b"no sound")
    with pytest.raises(Unreadable, match="SoX"):
        run_sox(path, tmp_path / "out.wav", 22050, 16, dither=False)


@pytest.mark.parametrize("in_memory", [True, False])
def test_sox_removes_noise_and_leaves_no_file(tmp_path, monkeypatch, in_memory):
    if not in_memory:
        monkeypatch.delattr(os, "memfd_create")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = tmp_path.stat().st_mtime_ns
    assert len(remove_noise(sweep(1.0), noise(1.0), 22050, 0.2)) == 22050
    assert list(tmp_path.iterdir()) == []
    assert (tmp_path.stat().st_mtime_ns == before) == in_memory


@pytest.mark.parametrize("told", ["{}", '{"format": {}}', '{"streams": [{}]}'])
def test_no_stream_of_sound_is_told(tmp_path, monkeypatch, told):
    pretend(tmp_path, monkeypatch, told)
    with pytest.raises(Unreadable, match="holds no sound"):
        probe(tmp_path / "a.wav")


@pytest.mark.parametrize("told", TOLD)
def test_what_ffprobe_cannot_tell_is_unreadable(tmp_path, monkeypatch, told):
    pretend(tmp_path, monkeypatch, told)
    with pytest.raises(Unreadable, match="cannot recognise"):
        probe(tmp_path / "a.wav")


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


@pytest.fixture
def other_espeak(tmp_path, monkeypatch):
    """Puts a script in the place of espeak-ng; None: nothing."""

    def put(script):
        if script:
            (tmp_path / "espeak-ng").write_text(f"#!/bin/sh\n{script}\n")
            (tmp_path / "espeak-ng").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/bin" if script else str(tmp_path))
        for cached in (espeak_version, espeak_voices):
            cached.cache_clear()

    yield put
    for cached in (espeak_version, espeak_voices):
        cached.cache_clear()


def test_espeak_reads_each_line_by_itself():
    assert espeak_phonemes(["un", "deux. Trois", ""], "fr", 60) == ["ˈœ̃", "dˈø", "tʁwˈa", ""]


def test_espeak_that_fails_or_hangs_gives_no_lines(other_espeak):
    assert espeak_phonemes(["un"], "zz", 60) is None
    other_espeak("echo a; kill -9 $$")
    assert espeak_phonemes(["un"], "fr", 60) is None
    other_espeak("exec sleep 60")
    assert espeak_phonemes(["un"], "fr", 0.2) is None


def test_espeak_names_its_version_and_the_languages_of_its_voices(other_espeak):
    assert espeak_version()[0].isdigit()
    assert {"fr", "fr-fr", "en-us", "no", "nb", "yue-latn-jyutping"} <= {*espeak_voices()}
    other_espeak("echo eSpeak NG: 1.52-dev  Data at: /usr/2.3")
    assert espeak_version() == "1.52-dev"


def test_a_missing_espeak_says_what_to_install(other_espeak):
    other_espeak(None)
    for call in (espeak_version, espeak_voices, lambda: espeak_phonemes([], "fr", 60)):
        with pytest.raises(ToolMissing, match=r"espeak needs espeak-ng .*apt install espeak-ng"):
            call()
