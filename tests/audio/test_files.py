import os

import pytest

from voiceprep.audio.files import find_sounds, sound_ids
from voiceprep.errors import UserError


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_sounds_are_found_in_subfolders_whatever_the_case_of_their_suffix(tmp_path):
    touch(tmp_path, "b.WAV", "a.mp3", "deep/er/c.Flac", "d.m4a", ".hidden.wav", ".git/e.wav")
    ids = list(sound_ids(find_sounds(tmp_path)).values())
    assert ids == ["a", "b", "d", "deep/er/c"]


def test_what_is_no_sound_is_told_by_its_suffix(tmp_path):
    touch(tmp_path, "a.wav", "b.txt", "c.txt", "README")
    assert find_sounds(tmp_path).notes == (
        "passed over as no sound, by their suffix: 2 .txt, 1 without suffix",
    )


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
    with pytest.raises(UserError, match=name):
        find_sounds(tmp_path / name)


def test_names_of_any_bytes_are_found(tmp_path):
    names = ["ünï çødé.wav", "-dash.wav", "new\nline.wav", "two.dots.wav", os.fsdecode(b"\xff.wav")]
    touch(tmp_path, *names)
    ids = set(sound_ids(find_sounds(tmp_path)).values())
    assert ids == {name.removesuffix(".wav") for name in names}
