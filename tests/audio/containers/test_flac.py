import io
import os
import subprocess
from functools import cache

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals import noise, sweep, write
from voiceprep.audio.containers import flac
from voiceprep.audio.containers.flac import SampleHash, check_frames, checksums, read_info
from voiceprep.audio.sound import listen, read_source
from voiceprep.errors import ClipError, Unreadable, Unusable

SECONDS = 3.0


@cache
def encoded(subtype="PCM_16", channels=1):
    """A FLAC file by libsndfile, so noisy that each frame has some kilobytes."""
    held = io.BytesIO()
    samples = np.stack([noise(SECONDS, seed=seed) for seed in range(channels)], axis=1)
    soundfile.write(held, samples, 22050, format="FLAC", subtype=subtype)
    return held.getvalue()


def frames_of(path):
    """The bytes before the first frame, and each frame."""
    info, data = read_info(path), path.read_bytes()
    starts = [frame.start for frame in flac._frames(data, info.start, info.block)]
    ends = [*starts[1:], len(data)]
    return data[: info.start], [data[start:end] for start, end in zip(starts, ends, strict=True)]


def checked(path, *parts):
    path.write_bytes(b"".join(parts))
    info = read_info(path)
    return check_frames(path, info, info.frames)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "sound.flac"
    path.write_bytes(encoded())
    return path


@pytest.mark.parametrize("subtype", ["PCM_S8", "PCM_16", "PCM_24"])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_header_and_all_frames_of_a_whole_file_are_read(path, subtype, channels):
    path.write_bytes(encoded(subtype, channels))
    info = read_info(path)
    assert (info.rate, info.channels, info.frames) == (22050, channels, SECONDS * 22050)
    assert info.bits == {"PCM_S8": 8, "PCM_16": 16, "PCM_24": 24}[subtype]
    assert check_frames(path, info) == check_frames(path, info, info.frames) == 0


def test_the_checksum_of_every_frame_is_that_of_flac(path):
    _, frames = frames_of(path)
    data = b"".join(frames)
    places = np.cumsum([0, *map(len, frames)])
    spans = list(zip(places[:-1].tolist(), places[1:].tolist(), strict=True))
    assert not checksums(data, spans).any()
    assert checksums(data, [(start + 1, end) for start, end in spans]).all()


def test_files_of_ffmpeg_are_whole(tmp_path):
    wav = write(tmp_path / "sound.wav", sweep(SECONDS))
    for number, options in enumerate(([], ["-ar", "44100", "-ac", "2"], ["-sample_fmt", "s32"])):
        path = tmp_path / f"{number}.flac"
        subprocess.run(["ffmpeg", "-v", "error", "-i", wav, *options, path], check=True)
        assert checked(path, path.read_bytes()) == 0


def test_other_files_are_not_flac(tmp_path):
    path = write(tmp_path / "sound.wav", sweep())
    assert read_info(path) is None
    assert not path.read_bytes().startswith(flac.STARTS)


def test_a_tag_in_front_and_one_behind_are_passed_over(path):
    tag = b"ID3\4\0\0\0\0\1\0" + bytes(128)
    assert checked(path, tag, encoded(), b"TAG" + bytes(125)) == 0


def test_a_damaged_frame_has_its_place(path):
    head, frames = frames_of(path)
    broken = bytearray(frames[7])
    broken[len(broken) // 2] ^= 1
    path.write_bytes(b"".join([head, *frames[:7], broken, *frames[8:]]))
    info = read_info(path)
    with pytest.raises(Unusable) as caught:
        check_frames(path, info)
    assert caught.value.seconds == 7 * info.block / 22050
    assert caught.value.why.startswith(f"damaged at {caught.value.seconds:.2f} s: ")


def test_frames_that_are_missing_or_out_of_order_have_their_place(path):
    head, frames = frames_of(path)
    block = read_info(path).block
    first, one, other, rest = frames[:5], frames[5], frames[6], frames[7:]
    for wrong in ((other, one), (one, one, other), (other,)):
        with pytest.raises(Unusable) as caught:
            checked(path, head, *first, *wrong, *rest)
        assert caught.value.seconds in (5 * block / 22050, 6 * block / 22050)


def test_a_missing_start_is_found(path):
    head, frames = frames_of(path)
    with pytest.raises(Unusable) as caught:
        checked(path, head, *frames[2:])
    assert caught.value.seconds == 0


def test_a_cut_off_file_says_where(path):
    head, frames = frames_of(path)
    with pytest.raises(Unusable, match="its last frame is not whole") as caught:
        checked(path, head, *frames[:9], frames[9][:500])
    assert caught.value.seconds == 9 * read_info(path).block / 22050


def test_a_second_file_behind_one_of_unknown_length_has_its_place(path):
    streamed = bytearray(encoded())
    streamed[21] &= 0xF0
    streamed[22:26] = bytes(4)
    for more in (encoded(), encoded("PCM_24")):
        path.write_bytes(bytes(streamed) + more)
        with pytest.raises(Unusable, match="a second flac") as caught:
            check_frames(path, read_info(path))
        assert caught.value.seconds == SECONDS
    path.write_bytes(encoded()[:-1000] + encoded())
    with pytest.raises(Unusable, match="a frame of it is damaged"):
        check_frames(path, read_info(path))


def test_bytes_after_the_last_frame_are_counted(path):
    assert checked(path, encoded(), b"\1" * 100) == 100


def test_a_second_file_behind_the_first_is_counted(path):
    assert checked(path, encoded(), encoded()) == len(encoded())
    recording = listen(path)
    assert recording.survey.frames == SECONDS * 22050
    assert [str(len(encoded())) in warning for warning in recording.source.found] == [True]


def test_a_decoder_that_stops_early_is_found(path):
    info = read_info(path)
    with pytest.raises(Unreadable):
        check_frames(path, info, info.frames - 100)


def test_a_header_of_another_rate_than_that_of_the_frames_is_of_no_use(path):
    changed = bytearray(encoded())
    changed[18] ^= 1
    path.write_bytes(changed)
    with pytest.raises(Unusable, match=r"Hz, its first frame says 22050"):
        read_info(path)


@pytest.mark.parametrize("subtype", ["PCM_S8", "PCM_16", "PCM_24"])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_hash_of_the_samples_is_that_in_the_header(path, subtype, channels):
    path.write_bytes(encoded(subtype, channels))
    info = read_info(path)
    blocks = np.array_split(soundfile.read(path, dtype="float32", always_2d=True)[0], 3)
    hashed = SampleHash(info)
    for block in blocks:
        hashed.update(block)
    hashed.check()
    hashed.update(blocks[0])
    with pytest.raises(Unusable, match="MD5"):
        hashed.check()


def test_a_file_of_other_samples_than_its_hash_is_of_no_use(path):
    data = bytearray(path.read_bytes())
    data[30] ^= 1
    path.write_bytes(data)
    with pytest.raises(Unusable):
        listen(path)
    data[26:42] = bytes(16)
    path.write_bytes(data)
    assert listen(path).survey.frames


@settings(deadline=None)
@given(st.data())
def test_no_changed_byte_changes_a_sample_without_a_word(made_once, data):
    whole = encoded(channels=data.draw(st.sampled_from([1, 2])))
    changed = bytearray(whole)
    changed[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    path = made_once("flac", lambda _: None) / f"changed-{os.getpid()}.flac"
    path.write_bytes(changed)
    try:
        samples, rate, warnings = read_source(path, decoded)
    except ClipError:
        return
    true, true_rate = soundfile.read(io.BytesIO(whole), dtype="float32", always_2d=True)
    assert warnings or (rate == true_rate and np.array_equal(samples, true))


def decoded(source):
    samples = np.concatenate([block.copy() for block in source.blocks()])
    return samples, source.rate, [*source.warnings, *source.found]
