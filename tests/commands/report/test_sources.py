"""The sources of a report."""

import pytest

from tests.signals import said, write
from voiceprep.commands.report.sources import find_material
from voiceprep.errors import SourceError, UserError


@pytest.fixture
def sounds(tmp_path):
    for name in ("a", "b", "deep/c"):
        write(tmp_path / "wavs" / f"{name}.wav", said(0.6))
    return tmp_path


def texts(material):
    return {clip.id: clip.text for clip in material.clips}


def test_an_unprepared_dataset_has_its_own_texts(sounds):
    (sounds / "metadata.csv").write_text("a|One.|One.\nb|Two.|Two.\nc|Three.|Three.\n")
    material = find_material(sounds, sounds / "elsewhere", "")
    assert texts(material) == {"a": "One.", "b": "Two.", "deep/c": "Three."}
    assert material.base == sounds and not material.troubles
    assert texts(find_material(sounds / "wavs", sounds / "elsewhere", "")) == texts(material)


def test_a_folder_of_sounds_within_the_dataset_has_its_own_texts(tmp_path):
    write(tmp_path / "recordings" / "a.wav", said(0.6))
    (tmp_path / "recordings" / "metadata.csv").write_text("a|One.\n")
    material = find_material(tmp_path / "recordings", tmp_path, "")
    assert (texts(material), material.base) == ({"a": "One."}, tmp_path)
    (tmp_path / "metadata.csv").write_text("a|Uno.\n")
    assert texts(find_material(tmp_path / "recordings", tmp_path, "")) == {"a": "Uno."}


def test_the_dataset_is_the_default_source(sounds):
    assert list(texts(find_material(None, sounds, ""))) == ["a", "b", "deep/c"]


def test_a_folder_of_sounds_can_do_without_texts(sounds):
    material = find_material(sounds / "wavs" / "deep", sounds / "other", "")
    assert texts(material) == {"c": None}
    assert any("no texts were found" in note for note in material.notes)


def test_a_clip_that_the_list_leaves_out_has_an_empty_text(sounds):
    (sounds / "metadata.csv").write_text("a|One.\nb|Two.\n")
    assert texts(find_material(sounds, sounds, ""))["deep/c"] == ""


@pytest.mark.parametrize("place", ["filelists/train.txt", "train.txt"])
def test_a_list_of_paths_names_its_clips(sounds, place):
    path = sounds / place
    path.parent.mkdir(exist_ok=True)
    path.write_text("wavs/a.wav|One.\nwavs/deep/c.wav|Three.\nwavs/gone.wav|Nowhere.\n")
    material = find_material(path, sounds, "")
    assert texts(material) == {"a": "One.", "deep/c": "Three."}
    (trouble,) = material.troubles
    assert (trouble.id, trouble.status) == ("gone", "failed")
    assert trouble.why == "there is no such file, named in line 3 of train.txt"


def test_a_list_far_from_its_sounds_says_what_is_missing(sounds, tmp_path_factory):
    path = tmp_path_factory.mktemp("lists") / "train.txt"
    path.write_text("clips/a.wav|One.\n")
    with pytest.raises(UserError, match=r"none of its 1 sounds exists.*clips/a.wav.*-d names"):
        find_material(path, sounds, "")


@pytest.mark.parametrize("dataset", ["", "wavs"])
def test_a_list_of_nvidia_leaves_the_folder_of_wavs_to_its_reader(sounds, dataset):
    path = sounds / "lists" / "ljs_audio_text_test_filelist.txt"
    path.parent.mkdir()
    path.write_text("DUMMY/a.wav|One.\nDUMMY/deep/c.wav|Three.\n")
    material = find_material(path, sounds / dataset, "")
    assert texts(material) == {"a": "One.", "deep/c": "Three."}
    assert not material.troubles


def test_a_list_of_ids_names_the_sounds_beside_it(sounds):
    path = sounds / "metadata.csv"
    path.write_text("a|One.\nb|Two.\n")
    assert texts(find_material(path, sounds / "other", ""))["b"] == "Two."


def test_a_list_of_mels_is_refused(sounds):
    path = sounds / "mel_train.txt"
    path.write_text("mels/a.npy|One.\n")
    with pytest.raises(UserError, match="lists mels"):
        find_material(path, sounds, "")


def test_a_missing_source_is_an_error(tmp_path):
    for source, missing in ((tmp_path / "gone", tmp_path / "gone"), (None, tmp_path)):
        with pytest.raises(SourceError) as caught:
            find_material(source, tmp_path, "")
        assert caught.value.path == missing


def test_absolute_paths_lose_what_they_share(sounds):
    path = sounds / "list.txt"
    wavs = sounds / "wavs"
    path.write_text(f"{wavs}/a.wav|One.\n{wavs}/deep/c.wav|Three.\n")
    assert texts(find_material(path, sounds / "elsewhere", "")) == {"a": "One.", "deep/c": "Three."}
