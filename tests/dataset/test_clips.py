import pytest

from tests.signals import tone, write
from voiceprep.clip import Clip, write_clips
from voiceprep.commands.convert import convert
from voiceprep.dataset.clips import dataset_clips
from voiceprep.errors import SourceError


def ids(clips):
    return [clip.id for clip in clips]


def test_wavs_that_nobody_listed_are_clips_too(tmp_path):
    write(tmp_path / "wavs" / "deep" / "b.wav", tone())
    write(tmp_path / "wavs" / "a.wav", tone())
    assert dataset_clips(tmp_path) == [Clip("a", "wavs/a.wav"), Clip("deep/b", "wavs/deep/b.wav")]


def test_a_listed_clip_whose_sound_is_gone_is_none(dataset):
    convert(dataset / "mp3dir", dataset=dataset)
    (dataset / "wavs" / "b.wav").unlink()
    assert ids(dataset_clips(dataset)) == ["a", "c"]


def test_what_convert_set_aside_stays_out(dataset):
    convert(dataset / "mp3dir", dataset=dataset)
    write(dataset / "mp3dir" / "b.wav", 0 * tone(), 22050)
    convert(dataset / "mp3dir", dataset=dataset)
    assert ids(dataset_clips(dataset)) == ["a", "c"]


def test_no_listed_path_leads_out_of_the_dataset(tmp_path):
    inside = tmp_path / "voice"
    write(tmp_path / "secret.wav", tone())
    write(inside / "wavs" / "a.wav", tone())
    write_clips(inside / "clips.jsonl", [Clip("x", "../secret.wav")])
    with pytest.raises(SourceError, match="is outside the dataset") as caught:
        dataset_clips(inside)
    assert caught.value.path == inside / "clips.jsonl"


def test_without_wavs_the_error_names_the_next_step(tmp_path):
    with pytest.raises(SourceError, match="no such folder; run voiceprep convert") as caught:
        dataset_clips(tmp_path)
    assert caught.value.path == tmp_path / "wavs"
