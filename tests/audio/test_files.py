import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
import soundfile

from tests.signals import RATE, tone, write
from voiceprep.audio.files import find_sounds, holds_sound, sound_ids, sounds_by_name
from voiceprep.audio.sound import listen
from voiceprep.errors import SourceError


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


@contextmanager
def as_nobody():
    """As a user that owns nothing, since root may read everything."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder():
    """A folder that every user may look into."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        for path in folder.iterdir():
            path.chmod(0o755)


def test_sounds_are_found_in_subfolders_whatever_the_case_of_their_suffix(tmp_path):
    touch(tmp_path, "b.WAV", "a.mp3", "deep/er/c.Flac", "d.m4a", ".hidden.wav", ".git/e.wav")
    ids = list(sound_ids(find_sounds(tmp_path)).values())
    assert ids == ["a", "b", "d", "deep/er/c"]


def test_what_is_no_sound_is_told_by_its_suffix(tmp_path):
    touch(tmp_path, "a.wav", "b.txt", "c.txt", "README")
    assert find_sounds(tmp_path).notes == (
        "skipped as not audio, by suffix: 2 .txt, 1 without suffix",
    )


def test_the_first_bytes_decide_where_the_suffix_is_not_known(tmp_path):
    sound = write(tmp_path / "a.wav", tone()).read_bytes()
    for name in ("b", "take.1", "take.2", "deep/c.dat"):
        touch(tmp_path, name)
        (tmp_path / name).write_bytes(sound)
    touch(tmp_path, "empty.dat", "README")
    (tmp_path / "photo").write_bytes(b"\xff\xd8\xff\xe0JFIF")
    found = find_sounds(tmp_path)
    assert list(sound_ids(found).values()) == ["a", "b", "deep/c.dat", "take.1", "take.2"]
    assert found.others == {".dat": 1, "without suffix": 2}


def test_what_lies_beside_sounds_in_large_numbers_is_not_opened(tmp_path):
    touch(tmp_path, "a.wav", "b.sph", "c.avi", "d.flv", "e.voc", "f.g722")

    def head():
        raise AssertionError

    assert not holds_sound("a.txt", head)
    assert holds_sound("a.WAV", head)
    assert len(find_sounds(tmp_path).sounds) == 6


def test_sounds_in_unusual_containers_are_found_and_read_in_full(tmp_path):
    made = {
        "avi.avi": (),
        "flash.flv": ("-ar", "44100"),
        "voice.voc": ("-c:a", "pcm_s16le"),
        "g722.g722": ("-ar", "16000"),
        "none": ("-f", "ogg", "-c:a", "libopus"),
        "take.1": ("-f", "mp3"),
    }
    folder = tmp_path / "sounds"
    wav = write(tmp_path / "made.wav", tone(0.5))
    folder.mkdir()
    soundfile.write(folder / "sphere.sph", tone(0.5), RATE, format="NIST", subtype="PCM_16")
    ffmpeg = ["ffmpeg", "-v", "error", "-i", str(wav)]
    for name, options in made.items():
        ffmpeg += [*options, str(folder / name)]
    subprocess.run(ffmpeg, check=True)
    found = sound_ids(find_sounds(folder))
    assert list(found.values()) == ["avi", "flash", "g722", "none", "sphere", "take.1", "voice"]
    for path in found:
        # Lossy codecs add their delay.
        assert listen(path).seconds == pytest.approx(0.5, abs=0.11), path


def test_one_file_may_be_named(tmp_path):
    touch(tmp_path, "a.wav", "b.wav")
    assert find_sounds(tmp_path / "b.wav").sounds == (tmp_path / "b.wav",)


def test_a_loop_of_links_ends(tmp_path):
    touch(tmp_path, "deep/a.wav")
    (tmp_path / "deep" / "round").symlink_to(tmp_path)
    assert list(sound_ids(find_sounds(tmp_path)).values()) == ["deep/a"]


def test_a_link_that_leads_nowhere_is_found_and_fails_later_by_name(tmp_path):
    touch(tmp_path, "a.wav")
    (tmp_path / "b.wav").symlink_to(tmp_path / "gone.wav")
    assert [path.name for path in find_sounds(tmp_path).sounds] == ["a.wav", "b.wav"]


@pytest.mark.parametrize("name", ["gone", "empty", "texts"])
def test_a_folder_without_sound_is_named(tmp_path, name):
    (tmp_path / "empty").mkdir()
    touch(tmp_path, "texts/a.txt")
    missing = "there is no such file or folder"
    why = missing if name == "gone" else "holds no audio files"
    with pytest.raises(SourceError, match=why) as caught:
        find_sounds(tmp_path / name)
    assert caught.value.path == tmp_path / name


def test_names_of_any_bytes_are_found(tmp_path):
    names = ["ünï çødé.wav", "-dash.wav", "new\nline.wav", "two.dots.wav", os.fsdecode(b"\xff.wav")]
    touch(tmp_path, *names)
    ids = set(sound_ids(find_sounds(tmp_path)).values())
    assert ids == {name.removesuffix(".wav") for name in names}


def test_a_linked_folder_does_not_rename_what_lies_here_under_its_own_name(tmp_path):
    touch(tmp_path, "z/a.wav", "z/deep/b.wav")
    (tmp_path / "a-link").symlink_to(tmp_path / "z")
    (tmp_path / "b-link").symlink_to(tmp_path / "z" / "deep")
    assert list(sound_ids(find_sounds(tmp_path)).values()) == ["z/a", "z/deep/b"]


def test_a_folder_elsewhere_is_followed_once_whatever_number_of_links_lead_to_it(tmp_path):
    touch(tmp_path, "elsewhere/a.wav", "here/b.wav")
    for name in ("one", "two"):
        (tmp_path / "here" / name).symlink_to(tmp_path / "elsewhere")
    assert list(sound_ids(find_sounds(tmp_path / "here")).values()) == ["b", "one/a"]


def test_a_linked_sound_is_a_clip_under_either_name(tmp_path):
    touch(tmp_path, "a.wav")
    (tmp_path / "b.wav").symlink_to(tmp_path / "a.wav")
    assert list(sound_ids(find_sounds(tmp_path)).values()) == ["a", "b"]


def test_a_pipe_called_wav_is_told_and_not_waited_for(tmp_path):
    touch(tmp_path, "a.wav")
    os.mkfifo(tmp_path / "b.wav")
    (tmp_path / "c.wav").symlink_to(tmp_path / "b.wav")
    found = find_sounds(tmp_path)
    assert [path.name for path in found.sounds] == ["a.wav"]
    assert [note.rsplit("/", 1)[1] for note in found.notes] == [
        "b.wav (not a regular file)",
        "c.wav (not a regular file)",
    ]


def test_a_folder_that_cannot_be_read_is_told_and_the_rest_is_found(open_folder):
    touch(open_folder, "a.wav", "locked/b.wav")
    (open_folder / "locked").chmod(0)
    with as_nobody():
        found = find_sounds(open_folder)
    assert [path.name for path in found.sounds] == ["a.wav"]
    assert found.notes == (f"could not read {open_folder / 'locked'} (permission denied)",)


def test_where_nothing_can_be_read_the_locked_folder_is_blamed(open_folder):
    touch(open_folder, "locked/b.wav")
    (open_folder / "locked").chmod(0)
    with (
        as_nobody(),
        pytest.raises(SourceError, match=r"locked .permission denied"),
    ):
        find_sounds(open_folder)


def test_sounds_whose_names_alone_can_be_read_are_found_and_fail_later(open_folder):
    touch(open_folder, "named/b.wav")
    (open_folder / "named").chmod(0o444)
    with as_nobody():
        assert [path.name for path in find_sounds(open_folder).sounds] == ["b.wav"]


def test_a_folder_named_like_a_sound_is_looked_into(tmp_path):
    touch(tmp_path, "take.wav/a.wav")
    assert list(sound_ids(find_sounds(tmp_path)).values()) == ["take.wav/a"]


def test_sounds_of_one_id_are_told_apart_by_their_suffix(tmp_path):
    for name in ("a.wav", "a.mp3", "b.wav"):
        (tmp_path / name).touch()
    assert list(sounds_by_name(find_sounds(tmp_path))) == ["a.mp3", "a.wav", "b"]
